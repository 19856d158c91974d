package dev.catchment.access;

import dev.catchment.base.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The cookie that carries a session, in the format of Better Auth: the token, a dot and the base64
 * HMAC-SHA256 of the token, URL-encoded.
 */
public final class SessionCookie {
  private static final String NAME = "better-auth.session_token";
  private static final String SECURE_NAME = "__Secure-" + NAME;

  /** More cookies of the name than this are not looked at. */
  private static final int VALUES_MAX = 4;

  private final List<byte[]> keys;
  private final boolean secure;

  /**
   * @param secretKeys the setting {@code auth.secret_key}, which signs, and after it the previous
   *     ones, whose cookies are still believed
   * @param secure whether people reach the server by https
   */
  public SessionCookie(List<Secret> secretKeys, boolean secure) {
    this.keys =
        secretKeys.stream().map(key -> key.reveal().getBytes(StandardCharsets.UTF_8)).toList();
    this.secure = secure;
  }

  /**
   * The header {@code Set-Cookie} that hands the token to a browser.
   *
   * @param remembered false when the browser is to forget it on being closed
   */
  public String set(String token, boolean remembered) {
    String value =
        URLEncoder.encode(token + "." + signature(keys.getFirst(), token), StandardCharsets.UTF_8);
    return header(value, remembered ? "; Max-Age=" + Sessions.LIFE_MILLIS / 1000 : "");
  }

  /** The header {@code Set-Cookie} that makes a browser forget the token. */
  public String clear() {
    return header("", "; Max-Age=0");
  }

  private String header(String value, String age) {
    return (secure ? SECURE_NAME : NAME)
        + "="
        + value
        + age
        + "; Path=/; HttpOnly"
        + (secure ? "; Secure" : "")
        + "; SameSite=Lax";
  }

  /** What cookies of the name hold, decoded; under either name, because a proxy may add https. */
  static List<String> values(List<String> cookieHeaders) {
    List<String> values = new ArrayList<>();
    for (String header : cookieHeaders) {
      for (String pair : header.split(";", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? "" : pair.substring(0, equals).strip();
        if ((name.equals(NAME) || name.equals(SECURE_NAME)) && values.size() < VALUES_MAX) {
          values.add(decoded(unquoted(pair.substring(equals + 1).strip())));
        }
      }
    }
    return values;
  }

  /** The token of a value that this server has signed; empty for any other value. */
  Optional<String> token(String value) {
    int dot = value.lastIndexOf('.');
    if (dot <= 0) {
      return Optional.empty();
    }
    String token = value.substring(0, dot);
    byte[] given = value.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
    boolean genuine =
        keys.stream()
            .anyMatch(key ->
                MessageDigest.isEqual(
                    given, signature(key, token).getBytes(StandardCharsets.UTF_8)));
    return genuine ? Optional.of(token) : Optional.empty();
  }

  /** The first token that this server has signed. */
  Optional<String> token(List<String> cookieHeaders) {
    return values(cookieHeaders).stream().flatMap(value -> token(value).stream()).findFirst();
  }

  private static String signature(byte[] key, String token) {
    return Base64.getEncoder().encodeToString(Hashes.hmac(key, token));
  }

  private static String unquoted(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  /** Resolves {@code %XX}; a plus stays a plus, as some clients send base64 as it is. */
  private static String decoded(String value) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    StringBuilder out = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean escape =
          c == '%'
              && i + 2 < value.length()
              && HexFormat.isHexDigit(value.charAt(i + 1))
              && HexFormat.isHexDigit(value.charAt(i + 2));
      if (escape) {
        // Every character of a token, a signature and a key is ASCII.
        out.append((char) HexFormat.fromHexDigits(value, i + 1, i + 3));
        i += 2;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
