package dev.catchment.transform;

/**
 * Finds a text in another in time that grows with the two lengths and not with their product, as
 * that of {@link String#indexOf(String, int)} does for texts made to that end: two megabytes of one
 * letter would keep a thread for minutes.
 */
final class TextSearch {
  /** Up to so many characters the plain search cannot take long, and mostly it is the faster. */
  private static final int PLAIN_MAX = 64;

  private TextSearch() {}

  /** The first place at or after {@code from}; negative when there is none. */
  static int find(String text, String token, int from) {
    if (token.length() <= PLAIN_MAX || text.length() - from < token.length()) {
      return text.indexOf(token, from);
    }
    int[] borders = borders(token);
    int matched = 0;
    for (int at = from; at < text.length(); at++) {
      char c = text.charAt(at);
      while (matched > 0 && token.charAt(matched) != c) {
        matched = borders[matched - 1];
      }
      matched += token.charAt(matched) == c ? 1 : 0;
      if (matched == token.length()) {
        return at - matched + 1;
      }
    }
    return -1;
  }

  /** For each beginning of a text: how long a shorter beginning it ends with. */
  private static int[] borders(String token) {
    int[] borders = new int[token.length()];
    int border = 0;
    for (int i = 1; i < token.length(); i++) {
      while (border > 0 && token.charAt(border) != token.charAt(i)) {
        border = borders[border - 1];
      }
      border += token.charAt(border) == token.charAt(i) ? 1 : 0;
      borders[i] = border;
    }
    return borders;
  }
}
