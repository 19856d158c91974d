package dev.catchment.collections;

/**
 * How much a query may look at in one go.
 *
 * @param rowsMax records, when no index answers the query
 * @param charactersMax of their data, after which it stops as well
 * @param firstRows records looked at in order before an index of texts is asked, because a page of
 *     what is common is soon full
 * @param candidatesMax records that an index of texts may give; of more, too many are common
 * @param valuesMax values that an index of a path may give
 */
public record ScanBounds(
    int rowsMax, long charactersMax, int firstRows, int candidatesMax, int valuesMax) {
  private static final int ROWS_MAX = 50_000;
  private static final long CHARACTERS_MAX = 256L << 20;
  private static final int FIRST_ROWS = 1_000;
  private static final int CANDIDATES_MAX = 3_000;
  private static final int VALUES_MAX = 50_000;

  /** The bounds of a node whose configuration says nothing of them. */
  public static ScanBounds standard() {
    return of(ROWS_MAX);
  }

  /** The same with another number of records. */
  public static ScanBounds of(int rowsMax) {
    return new ScanBounds(
        rowsMax, CHARACTERS_MAX, Math.min(FIRST_ROWS, rowsMax), CANDIDATES_MAX, VALUES_MAX);
  }

  /** The same with so many records. */
  ScanBounds rows(int other) {
    return new ScanBounds(other, charactersMax, firstRows, candidatesMax, valuesMax);
  }
}
