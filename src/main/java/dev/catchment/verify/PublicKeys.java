package dev.catchment.verify;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Reads public keys as providers show them. */
final class PublicKeys {
  /** DER of a SubjectPublicKeyInfo for Ed25519 up to the 32 bytes of the key (RFC 8410). */
  private static final byte[] ED25519_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final int ED25519_BYTES = 32;
  private static final int P256_BITS = 256;

  private PublicKeys() {}

  /** A raw Ed25519 key; anything else is the failure of {@code field}. */
  static PublicKey ed25519(String text, Encoding encoding, String field) {
    byte[] raw = encoding.decode(text.strip());
    if (raw == null || raw.length != ED25519_BYTES) {
      throw Failure.body(field, "must be a public key: 32 bytes as " + encoding.label());
    }
    byte[] der = new byte[ED25519_HEAD.length + ED25519_BYTES];
    System.arraycopy(ED25519_HEAD, 0, der, 0, ED25519_HEAD.length);
    System.arraycopy(raw, 0, der, ED25519_HEAD.length, ED25519_BYTES);
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw Failure.body(field, "must be an Ed25519 public key");
    }
  }

  /** A P-256 key as base64 of DER, with or without PEM lines. */
  static PublicKey p256(String text, String field) {
    String base64 = text.replaceAll("-----[A-Z ]{1,40}-----|\\s", "");
    byte[] der = Encoding.BASE64.decode(base64);
    try {
      if (der != null
          && KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der))
              instanceof ECPublicKey key
          && key.getParams().getCurve().getField().getFieldSize() == P256_BITS) {
        return key;
      }
    } catch (GeneralSecurityException e) {
      throw Failure.body(field, "must be a public key: base64 of DER, as the provider shows it");
    }
    throw Failure.body(field, "must be a P-256 public key: base64 of DER");
  }

  /** A P-256 key of a JWK (RFC 7517); null when it is none. */
  static @Nullable PublicKey p256(Json.Obj jwk) {
    byte[] x = coordinate(jwk, "x");
    byte[] y = coordinate(jwk, "y");
    if (x == null || y == null || !Json.of("P-256").equals(jwk.get("crv"))) {
      return null;
    }
    try {
      AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
      curve.init(new ECGenParameterSpec("secp256r1"));
      ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
      return KeyFactory.getInstance("EC")
          .generatePublic(
              new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  private static byte @Nullable [] coordinate(Json.Obj jwk, String name) {
    return jwk.get(name) instanceof Json.Str text ? Encoding.BASE64URL.decode(text.value()) : null;
  }

  /** The certificate in PEM or DER; null when it is none. */
  static @Nullable X509Certificate certificate(byte[] bytes) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(bytes));
    } catch (GeneralSecurityException e) {
      return null;
    }
  }
}
