package dev.catchment.verify;

import org.jspecify.annotations.Nullable;

/**
 * How far a signed time may be from now, in seconds; negative for no limit.
 *
 * @param edgeRefused whether exactly the limit is refused too
 */
record Window(long past, long future, boolean edgeRefused) {
  static final Window OPEN = new Window(-1, -1, false);

  static Window past(long seconds) {
    return new Window(seconds, -1, false);
  }

  static Window both(long seconds) {
    return new Window(seconds, seconds, false);
  }

  /**
   * With the tolerance of the source instead of the scheme's; 0 lifts both limits. A direction that
   * the provider does not limit stays unlimited, one that it forbids stays forbidden.
   */
  Window with(@Nullable Integer toleranceSeconds) {
    if (toleranceSeconds == null) {
      return this;
    }
    if (toleranceSeconds == 0) {
      return OPEN;
    }
    if (equals(OPEN)) {
      return both(toleranceSeconds);
    }
    return new Window(toleranceSeconds, future > 0 ? toleranceSeconds : future, edgeRefused);
  }

  /** Refuses a time that is out of the window. */
  void check(long timeMillis, long nowMillis) {
    if (beyond(nowMillis - timeMillis, past)) {
      throw Refusal.late(
          "The timestamp is "
              + (nowMillis - timeMillis) / 1000
              + " s old; the tolerance is "
              + past
              + " s");
    }
    if (beyond(timeMillis - nowMillis, future)) {
      throw Refusal.late(
          "The timestamp is "
              + (timeMillis - nowMillis) / 1000
              + " s ahead; the tolerance is "
              + future
              + " s");
    }
  }

  private boolean beyond(long differenceMillis, long limitSeconds) {
    return limitSeconds >= 0
        && (edgeRefused
            ? differenceMillis >= limitSeconds * 1000
            : differenceMillis > limitSeconds * 1000);
  }
}
