package dev.catchment.base;

/**
 * A text that must not be shown or logged. It prints as dots; {@link #reveal()} gives the text.
 *
 * @param reveal the text itself
 */
public record Secret(String reveal) {
  private static final int SHORTEST_WITH_TAIL = 12;
  private static final String MASK = "****";
  private static final int TAIL = 4;

  /** {@code ****} and the last four characters, or {@code ****} alone when shorter than 12. */
  public String masked() {
    return reveal.length() < SHORTEST_WITH_TAIL
        ? MASK
        : MASK + reveal.substring(reveal.length() - TAIL);
  }

  /** Whether a text looks like one that stands for a secret, so that it cannot be one itself. */
  public static boolean isMask(String text) {
    return text.startsWith(MASK)
        && (text.length() == MASK.length() || text.length() == MASK.length() + TAIL);
  }

  @Override
  public String toString() {
    return "••••";
  }
}
