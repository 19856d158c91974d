package dev.catchment.issues;

import dev.catchment.delivery.DeadLetters;

/** Whether too many of the attempts to a destination fail. Pure. */
final class ErrorRate {
  /** Fewer attempts than this say nothing. */
  static final int ENDED_MIN = 20;

  private ErrorRate() {}

  /** At least half of at least twenty. */
  static boolean isHigh(DeadLetters.Rate rate) {
    return rate.ended() >= ENDED_MIN && 2 * rate.failed() >= rate.ended();
  }

  /** How many failures in a row make a rate high that is not. */
  static long failuresUntilHigh(DeadLetters.Rate rate) {
    long toHalf = rate.ended() - 2 * rate.failed();
    return Math.max(1, Math.max(toHalf, ENDED_MIN - rate.ended()));
  }
}
