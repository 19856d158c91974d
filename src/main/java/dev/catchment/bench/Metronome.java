package dev.catchment.bench;

import java.nio.channels.Selector;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Wakes a selector at the times of a schedule. A selector's own timeout counts in milliseconds, too
 * coarse for thousands of events a second, and polling it would cost the server a processor.
 */
final class Metronome implements AutoCloseable {
  /** Closer beats than this are merged: the system's timers are no finer. */
  private static final long PERIOD_NANOS_MIN = 100_000;

  private final Selector selector;
  private final LongSupplier ticks;
  private final Pass pass;
  private final Thread thread;
  private volatile boolean stopped;

  /** Beats from now on in the rhythm of an open loop; a closed loop needs none. */
  Metronome(Pass pass, Selector selector, LongSupplier ticks) {
    this.pass = pass;
    this.selector = selector;
    this.ticks = ticks;
    this.stopped = pass.closedLoop();
    this.thread = Thread.ofPlatform().name("bench-metronome").daemon().start(this::beat);
  }

  private void beat() {
    if (stopped) {
      return;
    }
    long period = Math.max(PERIOD_NANOS_MIN, (long) (1e9 / pass.rate()));
    long next = ticks.getAsLong() + period;
    while (!stopped) {
      long now = ticks.getAsLong();
      if (now < next) {
        LockSupport.parkNanos(next - now);
      } else {
        selector.wakeup();
        next += (now - next) / period * period + period;
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(thread);
  }
}
