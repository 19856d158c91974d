package dev.catchment.verify;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One HMAC key over texts that are put together by code. */
record TextKey(String jdkName, SecretKeySpec key) {
  /** The key whose bytes are the one secret's text. */
  static TextKey of(Algorithm algorithm, Setup setup) {
    return of(algorithm, setup.secrets().getFirst().text().getBytes(StandardCharsets.UTF_8));
  }

  static TextKey of(Algorithm algorithm, byte[] key) {
    return new TextKey(algorithm.jdkName(), new SecretKeySpec(key, algorithm.jdkName()));
  }

  /** Whether one of the signatures is of that text. */
  boolean signed(String text, List<byte[]> signatures) {
    return signed(text.getBytes(StandardCharsets.UTF_8), signatures);
  }

  boolean signed(byte[] message, List<byte[]> signatures) {
    byte[] right = mac(message);
    boolean found = false;
    for (byte[] signature : signatures) {
      found |= MessageDigest.isEqual(right, signature);
    }
    return found;
  }

  byte[] mac(byte[] message) {
    try {
      Mac mac = Mac.getInstance(jdkName);
      mac.init(key);
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has " + jdkName, e);
    }
  }

  /** The decoded entries of a comma list, at most so many; none is a refusal. */
  static List<byte[]> signatures(String text, Encoding encoding, int max) {
    List<byte[]> signatures = new ArrayList<>();
    for (String entry : max == 1 ? List.of(text) : List.of(text.split(",", max + 1))) {
      byte[] signature = encoding.decode(entry.strip());
      if (signature != null && signature.length > 0 && signatures.size() < max) {
        signatures.add(signature);
      }
    }
    if (signatures.isEmpty()) {
      throw Refusal.invalid("The signature is not " + encoding.label());
    }
    return signatures;
  }
}
