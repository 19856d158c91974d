package dev.catchment.verify;

import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Schemes whose signature stands inside the body and covers chosen fields of it. */
final class BodySchemes {
  private static final Window MAILGUN_TOLERANCE = new Window(900, -1, true);
  private static final List<String> MAILGUN_FIELDS = List.of("timestamp", "token", "signature");

  /** No token is remembered for longer, also where the age of a request does not matter. */
  private static final long ONCE_SECONDS_MAX = Duration.ofDays(30).toSeconds();

  private static final Pattern BASE64_LINES = Pattern.compile("[A-Za-z0-9+/=\n]*");

  private BodySchemes() {}

  /** Every item carries a signature of eight of its fields. */
  static Scheme adyen(Setup setup) {
    Setup.Named secret = setup.secrets().getFirst();
    TextKey key =
        TextKey.of(
            Algorithm.HMAC_SHA256, KeyForm.HEX.keys(secret.text(), secret.field()).getFirst());
    return (request, moment) -> {
      if (!(json(request).get("notificationItems") instanceof Json.Arr items)
          || items.items().isEmpty()) {
        throw Refusal.missing("The body has no notificationItems");
      }
      if (items.items().size() > Limits.ITEMS_MAX) {
        throw Refusal.invalid("The body has more than " + Limits.ITEMS_MAX + " items");
      }
      for (Json item : items.items()) {
        checkItem(object(item, "NotificationRequestItem"), key);
      }
      return new Verdict.Verified(null, null);
    };
  }

  private static void checkItem(Json.Obj item, TextKey key) {
    String signature = text(object(item, "additionalData"), "hmacSignature");
    if (signature.isEmpty()) {
      throw Refusal.missing("An item has no additionalData.hmacSignature");
    }
    Json.Obj amount = object(item, "amount");
    List<String> signed =
        Stream.of(
                text(item, "pspReference"),
                text(item, "originalReference"),
                text(item, "merchantAccountCode"),
                text(item, "merchantReference"),
                text(amount, "value"),
                text(amount, "currency"),
                text(item, "eventCode"),
                text(item, "success"))
            .toList();
    if (!key.signed(String.join(":", signed), TextKey.signatures(signature, Encoding.BASE64, 1))) {
      throw Refusal.invalid("The signature of an item does not fit the secret");
    }
  }

  /** The time and a token are signed; the event's data is not. */
  static Scheme mailgun(Setup setup) {
    TextKey key = TextKey.of(Algorithm.HMAC_SHA256, setup);
    Stamp stamp =
        new Stamp(
            Stamp.Origin.BODY,
            "timestamp",
            Stamp.Unit.SECONDS,
            MAILGUN_TOLERANCE.with(setup.options().tolerance()));
    return (request, moment) -> {
      Json.Obj values = mailgunValues(request);
      String timestamp = text(values, "timestamp");
      String token = text(values, "token");
      String signature = text(values, "signature");
      if (timestamp.isEmpty() || token.isEmpty() || signature.isEmpty()) {
        throw Refusal.missing("The body has no timestamp, token and signature");
      }
      long time = stamp.check(timestamp, moment.nowMillis());
      if (!key.signed(timestamp + token, TextKey.signatures(signature, Encoding.HEX, 1))) {
        throw Refusal.invalid("The signature does not fit the secret");
      }
      return new Verdict.Verified(token, time);
    };
  }

  /** The three stand in a form, with files as multipart, or in an object of their own. */
  private static Json.Obj mailgunValues(SignedRequest request) {
    Json.ObjBuilder values = Json.object();
    if (request.isOfType("multipart/form-data")) {
      Multipart.fields(request, MAILGUN_FIELDS)
          .forEach((name, bytes) -> values.put(name, new String(bytes, StandardCharsets.UTF_8)));
    } else if (request.isOfType("application/x-www-form-urlencoded")) {
      Fields form = request.form();
      MAILGUN_FIELDS.forEach(name -> values.put(name, form.get(name)));
    } else {
      return object(json(request), "signature");
    }
    return values.build();
  }

  /** How long a token may come again, so that it must be known: as long as its time is taken. */
  static long mailgunOnceForMillis(Options options) {
    Integer tolerance = options.tolerance();
    long seconds = tolerance == null ? MAILGUN_TOLERANCE.past() : tolerance;
    return Duration.ofSeconds(
            seconds == 0 ? ONCE_SECONDS_MAX : Math.min(seconds + 60, ONCE_SECONDS_MAX))
        .toMillis();
  }

  /** The time and the type of the event are signed, in a field of a multipart form. */
  static Scheme dropboxSign(Setup setup) {
    TextKey key = TextKey.of(Algorithm.HMAC_SHA256, setup);
    return (request, moment) -> {
      byte[] field = Multipart.fields(request, List.of("json")).get("json");
      Json.Obj event = object(parsed(field == null ? new byte[0] : field), "event");
      String hash = text(event, "event_hash");
      String time = text(event, "event_time");
      if (hash.isEmpty() || time.isEmpty()) {
        throw Refusal.missing("The field json has no event.event_hash and event.event_time");
      }
      if (!key.signed(
          time + text(event, "event_type"), TextKey.signatures(hash, Encoding.HEX, 1))) {
        throw Refusal.invalid("The event_hash does not fit the API key");
      }
      Long seconds = Stamp.number(time);
      return new Verdict.Verified(hash, seconds == null ? null : seconds * 1000);
    };
  }

  /** The payload field is signed; the signature of our public key counts. */
  static Scheme braintree(Setup setup) {
    Pair pair = Pair.of(setup.secrets().getFirst(), "public key:private key");
    TextKey key = braintreeKey(pair.second().text());
    String start = pair.first().text() + "|";
    return (request, moment) -> {
      Fields form = request.form();
      String payload = form.get("bt_payload");
      String signature = form.get("bt_signature");
      if (payload == null || payload.isEmpty() || signature == null || signature.isEmpty()) {
        throw Refusal.missing("The form has no bt_signature and bt_payload");
      }
      if (!BASE64_LINES.matcher(payload).matches()) {
        throw Refusal.invalid("The payload holds characters that are not base64");
      }
      List<byte[]> signatures = new ArrayList<>();
      for (String entry : signature.split("&", Limits.SIGNATURES_MAX + 1)) {
        byte[] digest =
            entry.startsWith(start) ? Encoding.HEX.decode(entry.substring(start.length())) : null;
        if (digest != null) {
          signatures.add(digest);
        }
      }
      if (!key.signed(payload, signatures) && !key.signed(payload + "\n", signatures)) {
        throw Refusal.invalid("No signature of the public key fits");
      }
      return new Verdict.Verified(null, null);
    };
  }

  /** Braintree's key is the SHA-1 of the private key. */
  static TextKey braintreeKey(String privateKey) {
    return TextKey.of(
        Algorithm.HMAC_SHA1, Algorithm.sha1(privateKey.getBytes(StandardCharsets.UTF_8)));
  }

  /** The body as an object; anything else is a refusal. */
  static Json.Obj json(SignedRequest request) {
    return parsed(request.body());
  }

  private static Json.Obj parsed(byte[] body) {
    if (body.length > Limits.PARSED_BYTES_MAX) {
      throw Refusal.invalid("The body is too large to hold a signature");
    }
    if (Json.parse(body).orElse(Json.nil()) instanceof Json.Obj object) {
      return object;
    }
    throw Refusal.missing("The body is not a JSON object, so it holds no signature");
  }

  private static Json.Obj object(Json parent, String name) {
    return parent instanceof Json.Obj outer && outer.get(name) instanceof Json.Obj inner
        ? inner
        : Json.object().build();
  }

  /** A scalar as text, and the empty text for anything else. */
  static String text(Json.Obj object, String name) {
    @Nullable Json value = object.get(name);
    return switch (value) {
      case Json.Str string -> string.value();
      case Json.Num number -> number.text();
      case Json.Bool bool -> Boolean.toString(bool.value());
      case null, default -> "";
    };
  }
}
