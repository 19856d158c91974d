package dev.catchment.db;

import java.nio.charset.StandardCharsets;

/** Text as both databases can hold it. */
public final class Storable {
  private static final char REPLACEMENT = '\uFFFD';

  /** From this length on a copy and a comparison cost less than a look at each character. */
  private static final int LONG_TEXT = 64;

  private Storable() {}

  /**
   * The same text, with U+FFFD for the two things PostgreSQL cannot hold and SQLite would hold
   * differently: the NUL character and surrogates without their other half.
   */
  public static String text(String text) {
    if (text.length() >= LONG_TEXT && isPlain(text)) {
      return text;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return replaced(text);
      }
    }
    return text;
  }

  /**
   * Whether a text is of Latin-1 alone, which has no surrogates, and without NUL. Most bodies and
   * headers are; each step is a few vector instructions, a quarter of what the characters one by
   * one take.
   */
  private static boolean isPlain(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new String(bytes, StandardCharsets.ISO_8859_1).equals(text) && text.indexOf(0) < 0;
  }

  private static String replaced(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        out.append(c).append(text.charAt(++i));
      } else {
        out.append(c == 0 || Character.isSurrogate(c) ? REPLACEMENT : c);
      }
    }
    return out.toString();
  }
}
