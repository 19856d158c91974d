package dev.catchment.verify;

import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** How a digest is written. */
enum Encoding {
  /** Either case. */
  HEX,
  /** Standard alphabet; padding may be missing. */
  BASE64,
  /** URL alphabet; padding may be missing. */
  BASE64URL;

  /**
   * The bytes of a text; null when it is not exactly one writing of them. Bits that base64 leaves
   * unused must be zero, so that one digest has one text.
   */
  byte @Nullable [] decode(String text) {
    try {
      return switch (this) {
        case HEX -> HexFormat.of().parseHex(text);
        case BASE64 -> canonical(Base64.getDecoder(), Base64.getEncoder(), text);
        case BASE64URL -> canonical(Base64.getUrlDecoder(), Base64.getUrlEncoder(), text);
      };
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** What to call it in a sentence. */
  String label() {
    return this == HEX ? "hex" : this == BASE64 ? "base64" : "base64url";
  }

  private static byte @Nullable [] canonical(
      Base64.Decoder decoder, Base64.Encoder encoder, String text) {
    byte[] bytes = decoder.decode(text);
    String bare = encoder.withoutPadding().encodeToString(bytes);
    return text.startsWith(bare) ? bytes : null;
  }
}
