// Has webhook requests judged, and where a library can do it signed, by the providers' own libraries.
//
//   node sdks.mjs cases.json answers.json
//
// A case is {provider, secret, url, headers, body, now, id, seconds}: header names in small letters, body in
// base64, now in milliseconds. One with id and seconds, an id and a time to sign, is to be signed as well. The
// answer at the same place is {accepted, why, signed}: why is the library's complaint, signed the headers that
// it made itself.
// ProviderSdksTest writes the cases and reads the answers.
import { readFile, writeFile } from 'node:fs/promises';
import { SignatureHelper } from '@kontent-ai/webhook-helper';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import * as github from '@octokit/webhooks-methods';
import { Environment, Paddle } from '@paddle/paddle-node-sdk';
import * as sanity from '@sanity/webhook';
import sendgrid from '@sendgrid/eventwebhook';
import { verifyKey } from 'discord-interactions';
import Pusher from 'pusher';
import * as standard from 'standardwebhooks';
import Stripe from 'stripe';
import * as svix from 'svix';
import twilio from 'twilio';

// The libraries read the clock of the case, not of the machine.
let now = 0;
const MachineDate = Date;
globalThis.Date = class extends MachineDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now] : given));
  }

  static now() {
    return now;
  }
};

/** The fields of a form as a framework hands them over: a list where a name stands more than once. */
function fields(text) {
  const found = {};
  for (const [name, value] of new URLSearchParams(text)) {
    found[name] = name in found ? [found[name], value].flat() : value;
  }
  return found;
}

const signsItsBody = (url) => new URL(url).searchParams.has('bodySHA256');

const stripe = new Stripe('sk_test_unused');
const paddle = new Paddle('unused', { environment: Environment.sandbox });
const kontent = new SignatureHelper();
const mail = new sendgrid.EventWebhook();

// A library says no by false or by an exception; those without an answer say no by an exception alone.
const svixFamily = {
  verify: ({ text, headers, secret }) => {
    new svix.Webhook(secret).verify(text, headers);
    return true;
  },
  sign: ({ text, secret, id, seconds }) => ({
    'svix-id': id,
    'svix-timestamp': String(seconds),
    'svix-signature': new svix.Webhook(secret).sign(id, new Date(seconds * 1000), text),
  }),
};

const libraries = {
  clerk: svixFamily,
  resend: svixFamily,
  svix: svixFamily,
  'standard-webhooks': {
    verify: ({ text, headers, secret }) => {
      new standard.Webhook(secret).verify(text, headers);
      return true;
    },
    sign: ({ text, secret, id, seconds }) => ({
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': new standard.Webhook(secret).sign(id, new Date(seconds * 1000), text),
    }),
  },
  stripe: {
    verify: ({ body, headers, secret }) => {
      stripe.webhooks.constructEvent(body, headers['stripe-signature'], secret);
      return true;
    },
    sign: ({ text, secret, seconds }) => ({
      'Stripe-Signature': stripe.webhooks.generateTestHeaderString({ payload: text, secret, timestamp: seconds }),
    }),
  },
  github: {
    verify: ({ text, headers, secret }) => github.verify(secret, text, headers['x-hub-signature-256']),
    sign: async ({ text, secret }) => ({ 'X-Hub-Signature-256': await github.sign(secret, text) }),
  },
  'kontent-ai': {
    verify: ({ text, headers, secret }) =>
      kontent.isValidSignatureFromString(text, secret, headers['x-kontent-ai-signature']),
    sign: ({ text, secret }) => ({ 'X-Kontent-ai-Signature': kontent.getHashFromString(text, secret) }),
  },
  sanity: {
    verify: ({ text, headers, secret }) =>
      sanity.isValidSignature(text, headers[sanity.SIGNATURE_HEADER_NAME], secret),
    sign: async ({ text, secret, seconds }) => ({
      [sanity.SIGNATURE_HEADER_NAME]: await sanity.encodeSignatureHeader(text, seconds * 1000, secret),
    }),
  },
  twilio: {
    verify: ({ text, headers, secret, url }) =>
      signsItsBody(url)
        ? twilio.validateRequestWithBody(secret, headers['x-twilio-signature'], url, text)
        : twilio.validateRequest(secret, headers['x-twilio-signature'], url, fields(text)),
    sign: ({ text, secret, url }) => ({
      'X-Twilio-Signature': twilio.getExpectedTwilioSignature(secret, url, signsItsBody(url) ? {} : fields(text)),
    }),
  },
  linear: {
    verify: ({ body, headers, secret }) =>
      new LinearWebhookClient(secret).verify(body, headers['linear-signature']),
  },
  paddle: {
    verify: ({ text, headers, secret }) =>
      paddle.webhooks.isSignatureValid(text, secret, headers['paddle-signature']),
  },
  sendgrid: {
    verify: ({ body, headers, secret }) =>
      mail.verifySignature(
        mail.convertPublicKeyToECDSA(secret),
        body,
        headers['x-twilio-email-event-webhook-signature'],
        headers['x-twilio-email-event-webhook-timestamp'],
      ),
  },
  discord: {
    verify: ({ body, headers, secret }) =>
      verifyKey(body, headers['x-signature-ed25519'], headers['x-signature-timestamp'], secret),
  },
  pusher: {
    verify: ({ text, headers, secret }) => {
      const [key, ...rest] = secret.split(':');
      return new Pusher({ appId: '1', key, secret: rest.join(':') }).webhook({ headers, rawBody: text }).isValid();
    },
  },
};

async function answer(given) {
  const library = libraries[given.provider];
  const body = Buffer.from(given.body, 'base64');
  const request = { ...given, body, text: body.toString('utf8') };
  now = given.now;
  const found = {};
  try {
    found.accepted = (await library.verify(request)) === true;
  } catch (complaint) {
    found.accepted = false;
    found.why = String(complaint);
  }
  if (given.seconds && library.sign) {
    found.signed = await library.sign(request);
  }
  return found;
}

const [casesFile, answersFile] = process.argv.slice(2);
const answers = [];
// One after the other, for they share the clock.
for (const given of JSON.parse(await readFile(casesFile, 'utf8'))) {
  answers.push(await answer(given));
}
await writeFile(answersFile, JSON.stringify(answers));
