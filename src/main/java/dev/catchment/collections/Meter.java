package dev.catchment.collections;

import dev.catchment.db.Row;

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

  /** Looks at one more. */
  void count(Row row) {
    rows++;
    characters += row.string("data").length();
  }

  /** Records looked at. */
  int rows() {
    return rows;
  }
}
