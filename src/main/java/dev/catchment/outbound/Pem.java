package dev.catchment.outbound;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads certificates and private keys in PEM (RFC 7468): PKCS #8 (RFC 5958), PKCS #1 (RFC 8017) and
 * SEC 1 (RFC 5915).
 */
final class Pem {
  private static final int BLOCKS_MAX = 500;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");

  /** The algorithm identifier of RSA keys, with its NULL. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** The object identifier of elliptic curve keys. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int PARAMETERS = 0xa0;

  private Pem() {}

  private record Block(String label, byte[] der) {}

  /** All certificates of the text, at least one. */
  static List<X509Certificate> certificates(String pem, String field) {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks(pem, field)) {
        if (block.label().equals("CERTIFICATE")) {
          certificates.add(
              (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
        }
      }
    } catch (CertificateException e) {
      throw new PemFault(field, "holds a certificate that cannot be read");
    }
    if (certificates.isEmpty()) {
      throw new PemFault(field, "must hold a certificate in PEM");
    }
    return certificates;
  }

  /** The one private key of the text. */
  static PrivateKey privateKey(String pem, String field) {
    List<Block> keys =
        blocks(pem, field).stream().filter(block -> block.label().endsWith("PRIVATE KEY")).toList();
    if (keys.size() != 1) {
      throw new PemFault(field, "must hold one private key in PEM");
    }
    Block key = keys.getFirst();
    byte[] pkcs8 =
        switch (key.label()) {
          case "PRIVATE KEY" -> key.der();
          case "RSA PRIVATE KEY" -> wrapped(RSA, key.der());
          case "EC PRIVATE KEY" -> wrapped(curve(key.der(), field), key.der());
          default ->
              throw new PemFault(field, "must hold a private key that is not encrypted, in PEM");
        };
    // The algorithm stands in the key, but only a factory of that algorithm reads it.
    int tried = 0;
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (GeneralSecurityException e) {
        tried++;
      }
    }
    throw new PemFault(field, "holds a private key that is none of the " + tried + " known kinds");
  }

  private static List<Block> blocks(String pem, String field) {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(pem);
    while (matcher.find() && blocks.size() < BLOCKS_MAX) {
      String base64 = matcher.group(2).replaceAll("\\s", "");
      try {
        blocks.add(
            new Block(
                matcher.group(1),
                Base64.getDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII))));
      } catch (IllegalArgumentException e) {
        throw new PemFault(field, "is not valid PEM");
      }
    }
    if (blocks.isEmpty()) {
      throw new PemFault(field, "must be PEM");
    }
    return blocks;
  }

  /** PKCS #8 around an older form: version 0, the algorithm, the key in octets. */
  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    byte[] version = {0x02, 0x01, 0x00};
    return der(SEQUENCE, version, algorithm, der(OCTETS, key));
  }

  /** The algorithm identifier of an EC key, whose curve stands in the key itself. */
  private static byte[] curve(byte[] key, String field) {
    try {
      int at = content(key, 0);
      at = next(key, at); // the version
      at = next(key, at); // the private number
      if (at < key.length && (key[at] & 0xff) == PARAMETERS) {
        int oid = content(key, at);
        byte[] curve = new byte[next(key, oid) - oid];
        System.arraycopy(key, oid, curve, 0, curve.length);
        return der(SEQUENCE, EC, curve);
      }
    } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
      // Whatever it is, it is no such key.
      throw new PemFault(field, "holds a private key that cannot be read");
    }
    throw new PemFault(field, "holds an EC private key that does not name its curve");
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length < 0x80) {
      out.write(length);
    } else if (length <= 0xff) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  /** Where the content of the element at that place begins. */
  private static int content(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
  }

  /** Where the element after the one at that place begins. */
  private static int next(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    if (length >= 0x80) {
      int bytes = length & 0x7f;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << 8) | (der[at + 2 + i] & 0xff);
      }
    }
    return Math.addExact(content(der, at), length);
  }
}
