package dev.catchment.verify;

import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A fresh secret of one source.
 *
 * @param pasted what its owner pastes
 * @param signing what its sender signs with
 */
record SenderKey(String pasted, Signing signing) {
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final int RAW_KEY_BYTES = 32;

  /** Makes the bytes of a signature. */
  interface Signing {
    byte[] sign(byte[] text) throws GeneralSecurityException;
  }

  /** The secret's own text is the key. */
  static SenderKey text(String algorithm, String secret) {
    return new SenderKey(secret, mac(algorithm, secret.getBytes(StandardCharsets.UTF_8)));
  }

  /** The key is what follows the prefix, decoded. */
  static SenderKey whsec(RandomGenerator random) {
    byte[] key = new byte[random.nextInt(24, 65)];
    random.nextBytes(key);
    return new SenderKey(
        "whsec_" + Base64.getEncoder().encodeToString(key), mac("HmacSHA256", key));
  }

  /** An application's name and its secret. */
  static SenderKey named(String name, String secret) {
    return new SenderKey(name + ":" + secret, text("HmacSHA256", secret).signing());
  }

  /** The owner pastes 64 hex digits. */
  static SenderKey ed25519(RandomGenerator random) {
    KeyPair pair = pair("Ed25519", NamedParameterSpec.ED25519, random);
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - RAW_KEY_BYTES, encoded.length);
    return new SenderKey(HexFormat.of().formatHex(raw), signature("Ed25519", pair, random));
  }

  /** The owner pastes base64 of DER. */
  static SenderKey p256(RandomGenerator random) {
    KeyPair pair = pair("EC", new ECGenParameterSpec("secp256r1"), random);
    return new SenderKey(
        Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()),
        signature("SHA256withECDSA", pair, random));
  }

  static String letters(RandomGenerator random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  static String hex(RandomGenerator random, int digits) {
    byte[] bytes = new byte[digits / 2];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static Signing mac(String algorithm, byte[] key) {
    return text -> {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return mac.doFinal(text);
    };
  }

  private static Signing signature(String algorithm, KeyPair pair, RandomGenerator random) {
    return text -> {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(pair.getPrivate(), new Seeded(random));
      signature.update(text);
      return signature.sign();
    };
  }

  private static KeyPair pair(
      String algorithm, AlgorithmParameterSpec curve, RandomGenerator random) {
    try {
      KeyPairGenerator pairs = KeyPairGenerator.getInstance(algorithm);
      pairs.initialize(curve, new Seeded(random));
      return pairs.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes key pairs that a seed brings back. */
  private static final class Seeded extends SecureRandom {
    @Serial private static final long serialVersionUID = 1;

    private final transient RandomGenerator random;

    Seeded(RandomGenerator random) {
      this.random = random;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      random.nextBytes(bytes);
    }
  }
}
