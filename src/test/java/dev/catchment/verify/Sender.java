package dev.catchment.verify;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * How a provider signs, written a second time and without the room's own code.
 *
 * @param provider the slug of its template
 * @param forms whether it sends forms rather than JSON
 * @param keys makes a secret of its form
 * @param headers what it puts beside the body
 */
record Sender(
    String provider,
    boolean forms,
    Function<RandomGenerator, SenderKey> keys,
    Times times,
    Headers headers) {

  /**
   * Its times.
   *
   * @param stated whether a header states the time that is signed
   * @param pastSeconds the age it still takes, the same in its own library; 0 for any
   * @param future whether a time that far ahead is refused as well
   */
  record Times(boolean stated, long pastSeconds, boolean future) {
    static final Times NONE = new Times(false, 0, false);
    static final Times ANY = new Times(true, 0, false);
  }

  /** A request to be signed. {@code stated} is what a liar writes instead of {@code seconds}. */
  record Draft(
      SenderKey key, SenderBody body, String url, long seconds, long stated, boolean damaged) {
    String id() {
      return "msg_" + seconds;
    }

    String hex(String before) throws GeneralSecurityException {
      return HexFormat.of().formatHex(signature(before, body.bytes()));
    }

    String base64(String before) throws GeneralSecurityException {
      return Base64.getEncoder().encodeToString(signature(before, body.bytes()));
    }

    private byte[] signature(String before, byte[] after) throws GeneralSecurityException {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      text.writeBytes(before.getBytes(StandardCharsets.UTF_8));
      text.writeBytes(after);
      byte[] signature = key.signing().sign(text.toByteArray());
      if (damaged) {
        signature[signature.length - 1] ^= 1;
      }
      return signature;
    }
  }

  /** The headers of a draft, name and value in turn. */
  interface Headers {
    List<String> of(Draft draft) throws GeneralSecurityException;
  }

  static List<Sender> all() {
    return List.of(
        json(
            "stripe",
            random -> text("whsec_" + SenderKey.letters(random, 32)),
            past(300),
            draft ->
                List.of(
                    "Stripe-Signature",
                    "t=" + draft.stated() + ",v1=" + draft.hex(draft.seconds() + "."))),
        json(
            "github",
            Sender::free,
            Times.NONE,
            draft -> List.of("X-Hub-Signature-256", "sha256=" + draft.hex(""))),
        json(
            "kontent-ai",
            Sender::free,
            Times.NONE,
            draft -> List.of("X-Kontent-ai-Signature", draft.base64(""))),
        json(
            "sanity",
            Sender::free,
            Times.ANY,
            draft ->
                List.of(
                    "sanity-webhook-signature",
                    "t="
                        + draft.stated()
                        + "000,v1="
                        + urlSafe(draft.base64(draft.seconds() + "000.")))),
        json(
            "linear",
            random -> text("lin_wh_" + SenderKey.letters(random, 24)),
            new Times(false, 60, true),
            draft -> List.of("Linear-Signature", draft.hex(""))),
        json(
            "paddle",
            random -> text("pdl_ntfset_" + SenderKey.letters(random, 40)),
            past(5),
            draft ->
                List.of(
                    "Paddle-Signature",
                    "ts=" + draft.stated() + ";h1=" + draft.hex(draft.seconds() + ":"))),
        json(
            "sendgrid",
            SenderKey::p256,
            Times.ANY,
            draft ->
                List.of(
                    "X-Twilio-Email-Event-Webhook-Timestamp",
                    "" + draft.stated(),
                    "X-Twilio-Email-Event-Webhook-Signature",
                    draft.base64("" + draft.seconds()))),
        json(
            "discord",
            SenderKey::ed25519,
            Times.ANY,
            draft ->
                List.of(
                    "X-Signature-Timestamp",
                    "" + draft.stated(),
                    "X-Signature-Ed25519",
                    draft.hex("" + draft.seconds()))),
        json(
            "pusher",
            random -> SenderKey.named(SenderKey.hex(random, 20), SenderKey.hex(random, 20)),
            Times.NONE,
            Sender::pusher),
        json("twilio", Sender::token, Times.NONE, Sender::twilio),
        new Sender("twilio", true, Sender::token, Times.NONE, Sender::twilio),
        standard("standard-webhooks", "webhook"),
        standard("svix", "svix"),
        standard("clerk", "svix"),
        standard("resend", "svix"));
  }

  /** The request of a draft. */
  SignedRequest request(Draft draft) throws GeneralSecurityException {
    return request(draft, headers.of(draft));
  }

  /** The request of a draft with these headers, name and value in turn. */
  SignedRequest request(Draft draft, List<String> signed) {
    List<Map.Entry<String, String>> lines = new ArrayList<>();
    String type = forms ? "application/x-www-form-urlencoded" : "application/json";
    lines.add(Map.entry("Content-Type", type));
    for (int i = 0; i < signed.size(); i += 2) {
      lines.add(Map.entry(signed.get(i), signed.get(i + 1)));
    }
    return new SignedRequest("POST", draft.url(), lines, draft.body().bytes());
  }

  List<SenderBody> bodies(RandomGenerator random, long seconds) {
    if (forms) {
      return SenderBody.forms(random);
    }
    List<SenderBody> bodies = SenderBody.json(random, seconds);
    // Linear's time is in the body, so an empty object of theirs is never good.
    return provider.equals("linear") ? bodies.subList(1, bodies.size()) : bodies;
  }

  /** Twilio names the digest of a body that is no form in the URL, and then signs the URL alone. */
  String url(RandomGenerator random, SenderBody body) throws GeneralSecurityException {
    String url = "https://hooks.example.com/ingest/" + SenderKey.letters(random, 8);
    if (!provider.equals("twilio")) {
      return url;
    }
    String query = "?it's=a%20b&k=" + SenderKey.letters(random, 4);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.bytes());
    return url + query + (forms ? "" : "&bodySHA256=" + HexFormat.of().formatHex(digest));
  }

  private static Sender json(
      String provider, Function<RandomGenerator, SenderKey> keys, Times times, Headers headers) {
    return new Sender(provider, false, keys, times, headers);
  }

  private static Sender standard(String provider, String prefix) {
    return json(
        provider,
        SenderKey::whsec,
        new Times(true, 300, true),
        draft ->
            List.of(
                prefix + "-id",
                draft.id(),
                prefix + "-timestamp",
                "" + draft.stated(),
                prefix + "-signature",
                "v1," + draft.base64(draft.id() + "." + draft.seconds() + ".")));
  }

  private static List<String> pusher(Draft draft) throws GeneralSecurityException {
    String key = draft.key().pasted().split(":", 2)[0];
    return List.of("X-Pusher-Key", key, "X-Pusher-Signature", draft.hex(""));
  }

  private static List<String> twilio(Draft draft) throws GeneralSecurityException {
    byte[] signature = draft.signature(draft.url() + draft.body().fields(), new byte[0]);
    return List.of("X-Twilio-Signature", Base64.getEncoder().encodeToString(signature));
  }

  private static Times past(long seconds) {
    return new Times(true, seconds, false);
  }

  private static SenderKey text(String secret) {
    return SenderKey.text("HmacSHA256", secret);
  }

  /** A secret that somebody typed. */
  private static SenderKey free(RandomGenerator random) {
    return text("pässwörd 東 " + SenderKey.letters(random, 16) + "=+/");
  }

  private static SenderKey token(RandomGenerator random) {
    return SenderKey.text("HmacSHA1", SenderKey.hex(random, 32));
  }

  private static String urlSafe(String base64) {
    return base64.replace('+', '-').replace('/', '_').replace("=", "");
  }
}
