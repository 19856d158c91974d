package dev.catchment.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The connections of a server that stay open. Safe for use by several threads. */
final class Streams {
  private static final long CLOSE_SECONDS_MAX = 6;

  private final StreamBounds bounds;
  private final Executor threads;
  private final AtomicLong bodyBytes;
  private final Semaphore seats;
  private final Set<Outlet> open = ConcurrentHashMap.newKeySet();

  /**
   * @param threads runs listeners
   * @param bodyBytes what clients' messages take together with the bodies of requests
   */
  Streams(StreamBounds bounds, Executor threads, AtomicLong bodyBytes) {
    this.bounds = bounds;
    this.threads = threads;
    this.bodyBytes = bodyBytes;
    this.seats = new Semaphore(bounds.openMax());
  }

  StreamBounds bounds() {
    return bounds;
  }

  Executor threads() {
    return threads;
  }

  AtomicLong bodyBytes() {
    return bodyBytes;
  }

  /** Takes a place for one more; false when there is none. */
  boolean take() {
    return seats.tryAcquire();
  }

  /** It was never opened after all. */
  void giveBack() {
    seats.release();
  }

  void opened(Outlet outlet) {
    open.add(outlet);
  }

  void closed(Outlet outlet) {
    if (open.remove(outlet)) {
      seats.release();
    }
  }

  /** Tells every client that the server goes away, and waits a little until they have gone. */
  void closeAll() throws InterruptedException {
    open.forEach(outlet -> outlet.close(Frames.GOING_AWAY, "Server is stopping"));
    if (seats.tryAcquire(bounds.openMax(), CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
      seats.release(bounds.openMax());
    }
  }
}
