package dev.catchment.verify;

import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A signed token in compact form (RFC 7519, RFC 7515), read but not believed.
 *
 * @param signed the text that the signature is over
 */
record Jwt(Json.Obj header, Json.Obj claims, byte[] signed, byte[] signature) {
  /** The token; anything else is a refusal. */
  static Jwt parse(String text) {
    List<String> parts = Arrays.asList(text.split("\\.", -1));
    if (parts.size() != 3) {
      throw Refusal.invalid("The token does not have three parts");
    }
    byte[] signature = Encoding.BASE64URL.decode(parts.get(2));
    if (signature == null || signature.length == 0) {
      throw Refusal.invalid("The token's signature is not base64url");
    }
    byte[] signed = (parts.get(0) + "." + parts.get(1)).getBytes(StandardCharsets.UTF_8);
    return new Jwt(object(parts.get(0)), object(parts.get(1)), signed, signature);
  }

  private static Json.Obj object(String part) {
    byte[] bytes = Encoding.BASE64URL.decode(part);
    if (bytes != null && Json.parse(bytes).orElse(Json.nil()) instanceof Json.Obj object) {
      return object;
    }
    throw Refusal.invalid("The token is not JSON in base64url");
  }

  String algorithm() {
    String name = text(header, "alg");
    return name == null ? "" : name;
  }

  @Nullable String claim(String name) {
    return text(claims, name);
  }

  /** Seconds since 1970; null when it is missing. */
  @Nullable Long time(String name) {
    Json value = claims.get(name);
    if (value == null) {
      return null;
    }
    Long seconds =
        value instanceof Json.Num number ? Stamp.number(number.text().split("\\.", 2)[0]) : null;
    if (seconds == null || seconds > 100_000_000_000L) {
      throw Refusal.invalid("The token's " + name + " is not a time");
    }
    return seconds;
  }

  static @Nullable String text(Json.Obj object, String name) {
    return object.get(name) instanceof Json.Str text ? text.value() : null;
  }

  /** Refuses a token that is not valid yet or no more; {@code exp} must be there. */
  void checkLifetime(long nowMillis, long skewSeconds) {
    long now = nowMillis / 1000;
    Long expires = time("exp");
    if (expires == null) {
      throw Refusal.invalid("The token has no exp");
    }
    if (now >= expires + skewSeconds) {
      throw Refusal.late("The token expired " + (now - expires) + " s ago");
    }
    Long starts = time("nbf");
    if (starts != null && now < starts - skewSeconds) {
      throw Refusal.late("The token is not valid before " + (starts - now) + " s from now");
    }
  }
}
