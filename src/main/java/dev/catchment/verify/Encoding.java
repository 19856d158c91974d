package dev.catchment.verify;

import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** How a digest is written. */
enum Encoding {
  /** Either case. */
  HEX,
  /** Standard alphabet with padding. */
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
        case BASE64 -> {
          byte[] bytes = Base64.getDecoder().decode(text);
          yield Base64.getEncoder().encodeToString(bytes).equals(text) ? bytes : null;
        }
        case BASE64URL -> {
          byte[] bytes = Base64.getUrlDecoder().decode(text);
          String bare = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
          yield text.startsWith(bare) ? bytes : null;
        }
      };
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** What to call it in a sentence. */
  String label() {
    return this == HEX ? "hex" : this == BASE64 ? "base64" : "base64url";
  }
}
