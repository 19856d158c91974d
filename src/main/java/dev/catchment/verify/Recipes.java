package dev.catchment.verify;

import static dev.catchment.verify.Recipe.entries;
import static dev.catchment.verify.Recipe.header;
import static dev.catchment.verify.Stamp.Unit.DATE;
import static dev.catchment.verify.Stamp.Unit.MILLIS;
import static dev.catchment.verify.Stamp.Unit.SECONDS;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The providers whose scheme is plain data, by slug. */
final class Recipes {
  private static final String TIMED = "{timestamp}.{body}";

  /** A time that must be there but may be of any age. */
  private static final Window ANY_TIME = Window.OPEN;

  /** One HMAC of the raw body in one header. */
  private static final Map<String, Recipe> PLAIN =
      Map.ofEntries(
          Map.entry("twitter", header("X-Twitter-Webhooks-Signature", "sha256=").base64()),
          Map.entry("line", header("X-Line-Signature", "").base64()),
          Map.entry("adyen-platform", header("HmacSignature", "").base64()),
          Map.entry("coinbase-commerce", header("X-CC-Webhook-Signature", "")),
          Map.entry("notion", header("X-Notion-Signature", "sha256=")),
          Map.entry("dropbox", header("X-Dropbox-Signature", "")),
          Map.entry("asana", header("X-Hook-Signature", "")),
          Map.entry("woocommerce", header("X-WC-Webhook-Signature", "").base64()),
          Map.entry("docusign", Recipe.at(new Place.Numbered("X-DocuSign-Signature-")).base64()),
          Map.entry("razorpay", header("X-Razorpay-Signature", "")),
          Map.entry("gocardless", header("Webhook-Signature", "")),
          Map.entry("onfido", header("X-SHA2-Signature", "")),
          Map.entry("modern-treasury", header("X-Signature", "")),
          Map.entry("viber", header("X-Viber-Content-Signature", "")),
          Map.entry("stream", header("X-Signature", "")),
          Map.entry("mailersend", header("Signature", "")),
          Map.entry("easypost", header("X-Hmac-Signature", "hmac-sha256-hex=")),
          Map.entry("pusher", header("X-Pusher-Signature", "")),
          Map.entry(
              "linear",
              header("Linear-Signature", "")
                  .bodyTime("webhookTimestamp", MILLIS, Window.both(60))));

  /** The time is in the signature header. */
  private static final Map<String, Recipe> ENTRIES =
      Map.ofEntries(
          Map.entry(
              "stripe",
              entries("Stripe-Signature", ",", "t", "v1")
                  .signing(TIMED)
                  .entryTime(SECONDS, Window.past(300))),
          Map.entry(
              "paddle",
              entries("Paddle-Signature", ";", "ts", "h1")
                  .signing("{timestamp}:{body}")
                  .entryTime(SECONDS, Window.past(5))),
          Map.entry(
              "mux",
              entries("Mux-Signature", ",", "t", "v1")
                  .signing(TIMED)
                  .entryTime(SECONDS, Window.past(300))),
          Map.entry(
              "elevenlabs",
              entries("ElevenLabs-Signature", ",", "t", "v0")
                  .signing(TIMED)
                  .entryTime(SECONDS, Window.past(1800))),
          Map.entry(
              "workos",
              entries("WorkOS-Signature", ",", "t", "v1")
                  .signing(TIMED)
                  .entryTime(MILLIS, Window.past(180))),
          Map.entry(
              "sanity",
              entries("sanity-webhook-signature", ",", "t", "v1")
                  .signing(TIMED)
                  .in(Encoding.BASE64URL)
                  .entryTime(MILLIS, ANY_TIME)),
          Map.entry(
              "calendly",
              entries("Calendly-Webhook-Signature", ",", "t", "v1")
                  .signing(TIMED)
                  .entryTime(SECONDS, Window.past(180))),
          Map.entry(
              "retell",
              entries("X-Retell-Signature", ",", "v", "d")
                  .signing("{body}{timestamp}")
                  .entryTime(MILLIS, Window.both(300))));

  /** The time, the id or the URL is signed as well, and stands elsewhere. */
  private static final Map<String, Recipe> OTHERS =
      Map.ofEntries(
          Map.entry(
              "slack",
              header("X-Slack-Signature", "v0=")
                  .signing("v0:{timestamp}:{body}")
                  .time("X-Slack-Request-Timestamp", SECONDS, Window.both(300))),
          Map.entry(
              "zoom",
              header("x-zm-signature", "v0=")
                  .signing("v0:{timestamp}:{body}")
                  .time("x-zm-request-timestamp", SECONDS, ANY_TIME)),
          Map.entry(
              "zendesk",
              header("X-Zendesk-Webhook-Signature", "")
                  .base64()
                  .signing("{timestamp}{body}")
                  .time("X-Zendesk-Webhook-Signature-Timestamp", DATE, ANY_TIME)),
          Map.entry(
              "twitch",
              header("Twitch-Eventsub-Message-Signature", "sha256=")
                  .signing("{id}{timestamp}{body}")
                  .id("Twitch-Eventsub-Message-Id")
                  .time("Twitch-Eventsub-Message-Timestamp", DATE, Window.past(600))),
          Map.entry(
              "square",
              header("x-square-hmacsha256-signature", "").base64().signing("{url}{body}")),
          Map.entry(
              "trello",
              header("X-Trello-Webhook", "")
                  .by(Algorithm.HMAC_SHA1)
                  .base64()
                  .signing("{body}{url}")),
          Map.entry(
              "sendgrid",
              header("X-Twilio-Email-Event-Webhook-Signature", "")
                  .by(Algorithm.ECDSA_SHA256)
                  .base64()
                  .signing("{timestamp}{body}")
                  .time("X-Twilio-Email-Event-Webhook-Timestamp", SECONDS, ANY_TIME)),
          Map.entry(
              "discord",
              header("X-Signature-Ed25519", "")
                  .by(Algorithm.ED25519)
                  .signing("{timestamp}{body}")
                  .time("X-Signature-Timestamp", SECONDS, ANY_TIME)),
          Map.entry(
              "telnyx",
              header("Telnyx-Signature-Ed25519", "")
                  .by(Algorithm.ED25519)
                  .base64()
                  .signing("{timestamp}|{body}")
                  .time("Telnyx-Timestamp", SECONDS, Window.both(300))));

  /** Key forms that differ from the secret's own text. */
  private static final Map<String, KeyForm> KEY_FORMS =
      Map.of(
          "adyen-platform", KeyForm.HEX,
          "easypost", KeyForm.NFKD,
          "woocommerce", KeyForm.UNESCAPED);

  private Recipes() {}

  /** The scheme of a slug; null when its scheme is not plain data. */
  static @Nullable RecipeScheme find(String slug, Setup setup) {
    Recipe recipe = PLAIN.getOrDefault(slug, ENTRIES.getOrDefault(slug, OTHERS.get(slug)));
    return recipe == null ? null : recipe.with(setup, KEY_FORMS.getOrDefault(slug, KeyForm.TEXT));
  }
}
