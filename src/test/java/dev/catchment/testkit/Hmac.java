package dev.catchment.testkit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signatures as senders and receivers make them: HMAC-SHA-256 in lower case hexadecimal. */
public final class Hmac {
  private Hmac() {}

  /** Of a text in UTF-8. */
  public static String hex(String secret, String text) {
    return hex(secret, text.getBytes(StandardCharsets.UTF_8));
  }

  public static String hex(String secret, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
