package dev.catchment.verify;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/** How signed bytes and a secret become a signature. */
enum Algorithm {
  HMAC_SHA1("HmacSHA1", 20),
  HMAC_SHA256("HmacSHA256", 32),
  HMAC_SHA384("HmacSHA384", 48),
  HMAC_SHA512("HmacSHA512", 64),
  /** A plain digest; the secret is part of the signed text. */
  SHA1("SHA-1", 20),
  SHA256("SHA-256", 32),
  ED25519("Ed25519", 64),
  /** P-256, the signature in DER. */
  ECDSA_SHA256("SHA256withECDSA", -1);

  private final String jdkName;
  private final int bytes;

  Algorithm(String jdkName, int bytes) {
    this.jdkName = jdkName;
    this.bytes = bytes;
  }

  String jdkName() {
    return jdkName;
  }

  /** Whether a signature can have that many bytes. */
  boolean isLength(int length) {
    return bytes < 0 ? length >= 8 && length <= 80 : length == bytes;
  }

  /** SHA-1 of bytes. */
  static byte[] sha1(byte[] bytes) {
    return digest("SHA-1", bytes);
  }

  private static byte[] digest(String name, byte[] bytes) {
    try {
      return MessageDigest.getInstance(name).digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has " + name, e);
    }
  }
}
