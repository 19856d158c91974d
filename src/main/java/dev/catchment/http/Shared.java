package dev.catchment.http;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** What all exchanges of a server share. */
final class Shared {
  /** Requests that may be handled at once. */
  private static final int IN_FLIGHT_MAX = 20_000;

  /** Bytes of bodies that may be in memory at once, whatever their number. */
  static final long BODY_BYTES_MAX = 512L << 20;

  final Site site;
  final ExecutorService handlers;
  final RandomGenerator random;
  final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
  final AtomicLong bodyBytes = new AtomicLong();
  final Streams streams;

  /** The body of a request without one, the same for all. */
  final byte[] nothing = {};

  private volatile boolean stopping;

  Shared(Site site, ExecutorService handlers, RandomGenerator random, StreamBounds bounds) {
    this.site = site;
    this.handlers = handlers;
    this.random = random;
    this.streams = new Streams(bounds, handlers, bodyBytes);
  }

  void stop() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }

  void awaitIdle(long time, TimeUnit unit) throws InterruptedException {
    if (inFlight.tryAcquire(IN_FLIGHT_MAX, time, unit)) {
      inFlight.release(IN_FLIGHT_MAX);
    }
  }
}
