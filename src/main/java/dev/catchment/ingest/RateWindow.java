package dev.catchment.ingest;

/**
 * How many requests one sender or source may make in a second: a window of one second that begins
 * with the second of the clock. Safe for use by several threads.
 */
public final class RateWindow {
  /**
   * What is left after a request.
   *
   * @param allowed whether that request may pass
   * @param limit requests a second
   * @param remaining how many more may pass before the window ends
   * @param resetSeconds whole seconds to the end of the window
   */
  public record Left(boolean allowed, int limit, int remaining, int resetSeconds) {
    /** The stricter of two. */
    static Left stricter(Left one, Left other) {
      if (one.allowed != other.allowed) {
        return one.allowed ? other : one;
      }
      return one.remaining <= other.remaining ? one : other;
    }
  }

  private static final int RESET_SECONDS = 1;

  private long second;
  private int taken;

  synchronized Left take(int limit, long nowMillis) {
    long now = Math.floorDiv(nowMillis, 1_000L);
    if (now != second) {
      second = now;
      taken = 0;
    }
    boolean allowed = taken < limit;
    if (allowed) {
      taken++;
    }
    return new Left(allowed, limit, limit - taken, RESET_SECONDS);
  }

  /** Whether nothing was asked of it in this second. */
  synchronized boolean isOver(long nowMillis) {
    return Math.floorDiv(nowMillis, 1_000L) != second;
  }
}
