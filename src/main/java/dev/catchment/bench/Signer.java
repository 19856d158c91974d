package dev.catchment.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs the bodies of one connection as a source of type {@code hmac_sha256} wants it: HMAC-SHA256
 * in hex, in the header {@code X-Signature}.
 */
final class Signer {
  /** The digits that stand in the head until a body is signed. */
  static final String PLACE = "0".repeat(64);

  private static final String ALGORITHM = "HmacSHA256";
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final Mac mac;

  Signer(String secret) {
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has " + ALGORITHM, e);
    }
  }

  /**
   * Signs what stands in a request from {@code bodyAt} to its capacity.
   *
   * @param signatureAt where the 64 digits stand
   */
  void sign(ByteBuffer request, int bodyAt, int signatureAt) {
    mac.update(request.slice(bodyAt, request.capacity() - bodyAt));
    byte[] digest = mac.doFinal();
    for (int i = 0; i < digest.length; i++) {
      request.put(signatureAt + 2 * i, HEX[(digest[i] >> 4) & 0xF]);
      request.put(signatureAt + 2 * i + 1, HEX[digest[i] & 0xF]);
    }
  }
}
