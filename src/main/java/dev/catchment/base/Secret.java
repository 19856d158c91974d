package dev.catchment.base;

/**
 * A text that must not be shown or logged. It prints as dots; {@link #reveal()} gives the text.
 *
 * @param reveal the text itself
 */
public record Secret(String reveal) {
  private static final int SHORTEST_WITH_TAIL = 12;

  /** {@code ****} and the last four characters, or {@code ****} alone when shorter than 12. */
  public String masked() {
    return reveal.length() < SHORTEST_WITH_TAIL
        ? "****"
        : "****" + reveal.substring(reveal.length() - 4);
  }

  @Override
  public String toString() {
    return "••••";
  }
}
