package dev.catchment.bench;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waiting for something that can only be asked for. */
final class Pause {
  private static final long MILLIS = 1_000_000L;

  private Pause() {}

  /** Asks until it is so or the time is over; returns whether it is so. */
  static boolean until(
      BooleanSupplier so, LongSupplier ticks, long everyMillis, long atMostMillis) {
    long giveUp = ticks.getAsLong() + atMostMillis * MILLIS;
    while (!so.getAsBoolean()) {
      if (ticks.getAsLong() > giveUp || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(everyMillis * MILLIS);
    }
    return true;
  }
}
