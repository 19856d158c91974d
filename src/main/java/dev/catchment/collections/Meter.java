package dev.catchment.collections;

/** How much a query has looked at. */
final class Meter {
  private final ScanBounds bounds;
  private int rows;
  private long characters;

  Meter(ScanBounds bounds) {
    this.bounds = bounds;
  }

  /** Whether a bound is reached. */
  boolean isFull() {
    return rows >= bounds.rowsMax() || characters >= bounds.charactersMax();
  }

  /** Looks at one more with these data. */
  void count(String data) {
    rows++;
    characters += data.length();
  }

  /** Records looked at. */
  int rows() {
    return rows;
  }
}
