package dev.catchment.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands until it is moved by hand. Safe for use by several threads. */
public final class SettableClock implements InstantSource {
  private Instant now;

  /** A clock that stands at that time, in milliseconds since 1970. */
  public SettableClock(long epochMillis) {
    now = Instant.ofEpochMilli(epochMillis);
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  /** Moves the clock on; a negative duration moves it back. */
  public synchronized void advance(Duration duration) {
    now = now.plus(duration);
  }
}
