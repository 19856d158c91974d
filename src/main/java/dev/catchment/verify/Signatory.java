package dev.catchment.verify;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key that can tell whether signatures are its own. Immutable, made once for each secret. */
sealed interface Signatory {
  /** Whether one of the signatures is of these bytes. Comparisons take constant time. */
  boolean signed(Content.Filled message, List<byte[]> signatures);

  /** A shared key of an HMAC. */
  record Shared(Algorithm algorithm, SecretKeySpec key) implements Signatory {
    static Shared of(Algorithm algorithm, byte[] key) {
      return new Shared(algorithm, new SecretKeySpec(key, algorithm.jdkName()));
    }

    @Override
    public boolean signed(Content.Filled message, List<byte[]> signatures) {
      try {
        Mac mac = Mac.getInstance(algorithm.jdkName());
        mac.init(key);
        message.feed(mac::update, new byte[0]);
        return contains(signatures, mac.doFinal());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("Every JDK has " + algorithm.jdkName(), e);
      }
    }
  }

  /** A secret that is hashed as a part of the text. */
  record Hashed(Algorithm algorithm, byte[] secret) implements Signatory {
    @Override
    public boolean signed(Content.Filled message, List<byte[]> signatures) {
      try {
        MessageDigest digest = MessageDigest.getInstance(algorithm.jdkName());
        message.feed(digest::update, secret);
        return contains(signatures, digest.digest());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("Every JDK has " + algorithm.jdkName(), e);
      }
    }
  }

  /** The sender's public key. */
  record Public(Algorithm algorithm, PublicKey key) implements Signatory {
    @Override
    public boolean signed(Content.Filled message, List<byte[]> signatures) {
      return signatures.stream().anyMatch(signature -> signed(message, signature));
    }

    private boolean signed(Content.Filled message, byte[] signature) {
      try {
        Signature check = Signature.getInstance(algorithm.jdkName());
        check.initVerify(key);
        message.feed(
            bytes -> {
              try {
                check.update(bytes);
              } catch (SignatureException e) {
                throw new IllegalStateException(e);
              }
            },
            new byte[0]);
        return check.verify(signature);
      } catch (SignatureException e) {
        return false;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("The key does not suit " + algorithm.jdkName(), e);
      }
    }
  }

  private static boolean contains(List<byte[]> signatures, byte[] right) {
    boolean found = false;
    for (byte[] signature : signatures) {
      found |= MessageDigest.isEqual(right, signature);
    }
    return found;
  }
}
