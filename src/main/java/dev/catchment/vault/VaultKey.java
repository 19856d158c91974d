package dev.catchment.vault;

import dev.catchment.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.HexFormat;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * What one secret key becomes in the vault, by HKDF-SHA256 (RFC 5869) with a label for each
 * purpose: the same setting signs sessions, and neither use tells anything about the other.
 *
 * @param id sixteen hex digits
 * @param secret the key of the cipher, 256 bits
 */
record VaultKey(String id, SecretKey secret) {
  private static final String SALT = "catchment";
  private static final String SEALING = "catchment vault v1 AES-256-GCM";
  private static final String NAMING = "catchment vault v1 key id";
  private static final int KEY_BYTES = 32;
  private static final int ID_BYTES = 8;

  static VaultKey of(Secret secretKey) {
    byte[] material = bytes(secretKey.reveal());
    try {
      KDF hkdf = KDF.getInstance("HKDF-SHA256");
      return new VaultKey(
          HexFormat.of().formatHex(hkdf.deriveData(expanded(material, NAMING, ID_BYTES))),
          hkdf.deriveKey("AES", expanded(material, SEALING, KEY_BYTES)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK 25 has HKDF-SHA256", e);
    }
  }

  private static AlgorithmParameterSpec expanded(byte[] material, String purpose, int length) {
    return HKDFParameterSpec.ofExtract()
        .addSalt(bytes(SALT))
        .addIKM(material)
        .thenExpand(bytes(purpose), length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
