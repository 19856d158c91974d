package dev.catchment.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until it is moved, in either direction. Safe for use by several threads. */
public final class SettableClock implements InstantSource {
  private final AtomicLong millis;

  /** A clock that stands at that many milliseconds since 1970. */
  public SettableClock(long millis) {
    this.millis = new AtomicLong(millis);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }

  /** Puts it to that many milliseconds since 1970. */
  public void set(long epochMillis) {
    millis.set(epochMillis);
  }

  /** Moves it ahead. */
  public void pass(Duration time) {
    millis.addAndGet(time.toMillis());
  }
}
