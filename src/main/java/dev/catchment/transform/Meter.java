package dev.catchment.transform;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** What evaluations are measured by. Safe for use by several threads. */
final class Meter {
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final long allocatedBytesMax;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  Meter(InstantSource clock, LongSupplier nanoTime, long allocatedBytesMax) {
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.allocatedBytesMax = allocatedBytesMax;
  }

  long now() {
    return clock.millis();
  }

  long nanos() {
    return nanoTime.getAsLong();
  }

  long allocatedBytesMax() {
    return allocatedBytesMax;
  }

  /** How long this thread has computed; where nobody counts that, how much time has passed. */
  long computedNanos() {
    return threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : nanos();
  }

  /** How long that thread has computed; negative when nobody knows. */
  long computedNanos(Thread thread) {
    return threads.isThreadCpuTimeSupported() ? threads.getThreadCpuTime(thread.threadId()) : -1;
  }

  /** What this thread has allocated so far; always 0 where nobody counts that. */
  long allocatedBytes() {
    return threads instanceof com.sun.management.ThreadMXBean counting
        ? counting.getCurrentThreadAllocatedBytes()
        : 0;
  }
}
