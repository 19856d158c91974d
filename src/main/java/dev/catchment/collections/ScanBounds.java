package dev.catchment.collections;

/**
 * How much a query may look at in one go when no index answers it.
 *
 * @param rowsMax records
 * @param bytesMax characters of their data, after which it stops as well
 */
public record ScanBounds(int rowsMax, long bytesMax) {
  private static final int ROWS_MAX = 100_000;
  private static final long BYTES_MAX = 256L << 20;

  /** The bounds of a node whose configuration says nothing of them. */
  public static ScanBounds standard() {
    return of(ROWS_MAX);
  }

  /** The same with another number of records. */
  public static ScanBounds of(int rowsMax) {
    return new ScanBounds(rowsMax, BYTES_MAX);
  }
}
