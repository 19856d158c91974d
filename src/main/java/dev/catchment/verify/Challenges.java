package dev.catchment.verify;

import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Handshakes that are answered from the request alone, or from it and the secret. */
final class Challenges {
  /** The longest value that is echoed or signed. */
  private static final int VALUE_CHARS_MAX = 4_096;

  /** A longer body is an event; not parsing it keeps intake fast. */
  private static final int BODY_BYTES_MAX = 16_384;

  private static final Pattern BRAINTREE = Pattern.compile("[0-9a-fA-F]{20,32}");
  private static final Pattern WOO_PING = Pattern.compile("webhook_id=[0-9]{1,20}");

  private Challenges() {}

  /** The way of a slug that needs no secret. */
  static Optional<Handshake.Way> find(String slug) {
    return switch (slug) {
      case "slack" -> Optional.of(Challenges::slack);
      case "discord" -> Optional.of(Challenges::discord);
      case "twitch" -> Optional.of(Challenges::twitch);
      case "dropbox" -> Optional.of(Challenges::dropbox);
      case "okta" -> Optional.of(Challenges::okta);
      case "woocommerce" -> Optional.of(Challenges::woocommerce);
      case "microsoft-graph" -> Optional.of(Challenges::microsoftGraph);
      case "trello", "intercom" ->
          Optional.of(request -> request.method().equals("HEAD") ? Answer.empty(200) : null);
      default -> Optional.empty();
    };
  }

  private static @Nullable Answer slack(SignedRequest request) {
    if (request.isOfType("application/x-www-form-urlencoded")) {
      boolean check = contains(request.body(), "ssl_check=1");
      return check && "1".equals(request.form().get("ssl_check")) ? Answer.empty(200) : null;
    }
    Json.Obj body = small(request, "url_verification");
    String challenge =
        body != null && "url_verification".equals(Jwt.text(body, "type"))
            ? Jwt.text(body, "challenge")
            : null;
    return challenge == null
        ? null
        : Answer.json(Json.object().put("challenge", challenge).build().text()).onceVerified();
  }

  private static @Nullable Answer discord(SignedRequest request) {
    Json.Obj body = small(request, "\"type\"");
    if (body == null || body.get("event") != null || body.get("data") != null) {
      return null;
    }
    return switch (BodySchemes.text(body, "type")) {
      case "0" -> Answer.empty(204).onceVerified();
      case "1" -> Answer.json("{\"type\":1}").onceVerified();
      default -> null;
    };
  }

  private static @Nullable Answer twitch(SignedRequest request) {
    String kind = request.header("Twitch-Eventsub-Message-Type");
    if ("revocation".equals(kind)) {
      return Answer.empty(204)
          .onceVerified()
          .then(Answer.After.note("Twitch ended the subscription"));
    }
    Json.Obj body =
        "webhook_callback_verification".equals(kind) ? small(request, "challenge") : null;
    String challenge = body == null ? null : Jwt.text(body, "challenge");
    return challenge == null ? null : Answer.text(challenge).onceVerified();
  }

  private static @Nullable Answer dropbox(SignedRequest request) {
    String challenge = queryValue(request, "GET", "challenge");
    return challenge == null ? null : Answer.text(challenge);
  }

  private static @Nullable Answer okta(SignedRequest request) {
    String challenge = request.header("x-okta-verification-challenge");
    return !request.method().equals("GET")
            || challenge == null
            || challenge.length() > VALUE_CHARS_MAX
        ? null
        : Answer.json(Json.object().put("verification", challenge).build().text());
  }

  private static @Nullable Answer woocommerce(SignedRequest request) {
    return request.method().equals("POST")
            && request.body().length < 64
            && request.header("X-WC-Webhook-Signature") == null
            && WOO_PING
                .matcher(new String(request.body(), StandardCharsets.ISO_8859_1).strip())
                .matches()
        ? Answer.empty(200)
        : null;
  }

  private static @Nullable Answer microsoftGraph(SignedRequest request) {
    String token = queryValue(request, "POST", "validationToken");
    return token == null ? null : Answer.text(token);
  }

  /** X repeats this check from time to time. */
  static Handshake.Way twitter(String consumerSecret) {
    TextKey key = TextKey.of(Algorithm.HMAC_SHA256, utf8(consumerSecret));
    return request -> {
      String token = queryValue(request, "GET", "crc_token");
      if (token == null) {
        return null;
      }
      String mac = Base64.getEncoder().encodeToString(key.mac(utf8(token)));
      return Answer.json(Json.object().put("response_token", "sha256=" + mac).build().text());
    };
  }

  static Handshake.Way zoom(String secretToken) {
    TextKey key = TextKey.of(Algorithm.HMAC_SHA256, utf8(secretToken));
    return request -> {
      Json.Obj body = small(request, "endpoint.url_validation");
      String token =
          body != null
                  && "endpoint.url_validation".equals(Jwt.text(body, "event"))
                  && body.get("payload") instanceof Json.Obj payload
              ? Jwt.text(payload, "plainToken")
              : null;
      if (token == null) {
        return null;
      }
      Json.Obj answer =
          Json.object()
              .put("plainToken", token)
              .put("encryptedToken", HexFormat.of().formatHex(key.mac(utf8(token))))
              .build();
      return Answer.json(answer.text()).onceVerified();
    };
  }

  static Handshake.Way braintree(String secret) {
    int colon = secret.indexOf(':');
    String publicKey = secret.substring(0, colon);
    TextKey key = BodySchemes.braintreeKey(secret.substring(colon + 1));
    return request -> {
      String challenge = queryValue(request, "GET", "bt_challenge");
      return challenge == null || !BRAINTREE.matcher(challenge).matches()
          ? null
          : Answer.text(publicKey + "|" + HexFormat.of().formatHex(key.mac(utf8(challenge))));
    };
  }

  private static @Nullable String queryValue(SignedRequest request, String method, String name) {
    if (!request.method().equals(method) || request.query() == null) {
      return null;
    }
    String value = request.queryFields().get(name);
    return value == null || value.isEmpty() || value.length() > VALUE_CHARS_MAX ? null : value;
  }

  /** The body as an object if it is small and holds that text; null otherwise. */
  static Json.@Nullable Obj small(SignedRequest request, String marker) {
    byte[] body = request.body();
    return body.length <= BODY_BYTES_MAX
            && request.method().equals("POST")
            && contains(body, marker)
            && Json.parse(body).orElse(Json.nil()) instanceof Json.Obj object
        ? object
        : null;
  }

  private static boolean contains(byte[] body, String marker) {
    return body.length <= BODY_BYTES_MAX
        && new String(body, StandardCharsets.ISO_8859_1).contains(marker);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
