package dev.catchment.collections;

/**
 * A text to look for in keys and data, ignoring case letter by letter, in the same way on every
 * database: two letters are alike when their capitals, or the small forms of these, are.
 */
final class Needle {
  private final String folded;

  Needle(String text) {
    this.folded = fold(text);
  }

  /** The text without its case. */
  String folded() {
    return folded;
  }

  /** How many characters it has. */
  int points() {
    return folded.codePointCount(0, folded.length());
  }

  /** Whether the text is part of another. */
  boolean isIn(String text) {
    int last = text.length() - folded.length();
    char first = folded.charAt(0);
    for (int start = 0; start <= last; start++) {
      if (fold(text.charAt(start)) == first && matches(text, start)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(String text, int start) {
    for (int i = 1; i < folded.length(); i++) {
      if (fold(text.charAt(start + i)) != folded.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The text with each letter in the one form that all its cases share; of the same length. */
  static String fold(String text) {
    char[] chars = text.toCharArray();
    for (int i = 0; i < chars.length; i++) {
      chars[i] = fold(chars[i]);
    }
    return new String(chars);
  }

  private static char fold(char c) {
    if (c < 128) {
      return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }
    return Character.toLowerCase(Character.toUpperCase(c));
  }
}
