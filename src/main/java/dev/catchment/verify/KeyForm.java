package dev.catchment.verify;

import dev.catchment.base.Failure;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Base64;
import java.util.List;

/** How the pasted secret becomes key bytes. */
enum KeyForm {
  /** The secret's UTF-8 bytes, any prefix included. */
  TEXT,
  /** Hex digits of the key. */
  HEX,
  /** Base64 of the key after an optional {@code whsec_}. */
  WHSEC,
  /** As {@link #WHSEC} with the prefix, as {@link #TEXT} without. */
  WHSEC_OR_TEXT,
  /** As {@link #WHSEC}; the prefix must be there. */
  WHSEC_ONLY,
  /** Base64 of the key after the last underscore. */
  AFTER_UNDERSCORE,
  /** The text, or the key whose base64 it is: the sender's versions differ. */
  TEXT_OR_BASE64,
  /** The text in Unicode normalisation form NFKD. */
  NFKD,
  /** The text with HTML entities decoded, as the sender stores it encoded. */
  UNESCAPED;

  private static final String WHSEC_PREFIX = "whsec_";

  /** The keys to try; a secret that is none is the failure of {@code field}. */
  List<byte[]> keys(String secret, String field) {
    return switch (this) {
      case TEXT -> List.of(utf8(secret));
      case HEX -> List.of(hex(secret.strip(), field));
      case WHSEC -> List.of(base64(bare(secret), field));
      case WHSEC_OR_TEXT ->
          secret.startsWith(WHSEC_PREFIX) ? WHSEC.keys(secret, field) : TEXT.keys(secret, field);
      case WHSEC_ONLY -> {
        if (!secret.startsWith(WHSEC_PREFIX)) {
          throw Failure.body(field, "must start with " + WHSEC_PREFIX);
        }
        yield WHSEC.keys(secret, field);
      }
      case AFTER_UNDERSCORE ->
          List.of(base64(secret.substring(secret.lastIndexOf('_') + 1), field));
      case TEXT_OR_BASE64 -> {
        byte[] key = Encoding.BASE64.decode(secret);
        yield key == null || key.length == 0
            ? TEXT.keys(secret, field)
            : List.of(utf8(secret), key);
      }
      case NFKD -> List.of(utf8(Normalizer.normalize(secret, Normalizer.Form.NFKD)));
      case UNESCAPED ->
          List.of(
              utf8(
                  secret
                      .replace("&lt;", "<")
                      .replace("&gt;", ">")
                      .replace("&quot;", "\"")
                      .replace("&#039;", "'")
                      .replace("&amp;", "&")));
    };
  }

  private static String bare(String secret) {
    return secret.startsWith(WHSEC_PREFIX) ? secret.substring(WHSEC_PREFIX.length()) : secret;
  }

  private static byte[] hex(String text, String field) {
    byte[] key = Encoding.HEX.decode(text);
    if (key == null || key.length == 0) {
      throw Failure.body(field, "must be hex digits, as the provider shows them");
    }
    return key;
  }

  /** Secrets are typed and cut: missing padding is forgiven, other characters are not. */
  private static byte[] base64(String text, String field) {
    try {
      byte[] key = Base64.getDecoder().decode(text);
      if (key.length > 0) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      throw notBase64(field);
    }
    throw notBase64(field);
  }

  private static Failure notBase64(String field) {
    return Failure.body(field, "must be base64 after its prefix, as the provider shows it");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
