package dev.catchment.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.HashSet;
import java.util.Set;

/**
 * One connection over time: cuts it when a body drips in, which is never idle and could hold memory
 * for ever, and knows when a sender that has closed its half has all its answers. Used on the
 * connection's event loop alone.
 */
final class Pace {
  /** A sender that has closed its half may have requests on the way that are not yet taken up. */
  private static final long LINGER_MILLIS = 20;

  private final Vertx vertx;
  private final HttpConnection connection;
  private final Patience patience;
  private final long timer;
  private final Set<Exchange> reading = new HashSet<>();
  private Runnable closeWhenWritten;
  private Runnable whenLeft = () -> {};
  private int open;
  private boolean halfClosed;

  /** Begins to watch. */
  Pace(Vertx vertx, HttpConnection connection, Patience patience) {
    this.vertx = vertx;
    this.connection = connection;
    this.patience = patience;
    this.closeWhenWritten = connection::close;
    this.timer = vertx.setPeriodic(patience.look().toMillis(), any -> look());
  }

  private void look() {
    boolean slow = false;
    for (Exchange one : reading) {
      slow |= one.isSlow(patience.bodyBytes());
    }
    if (slow) {
      connection.close();
    }
  }

  /** The head of a request is whole. */
  void begun() {
    open++;
  }

  /** Its body is being read. */
  void reads(Exchange exchange) {
    reading.add(exchange);
    if (halfClosed) {
      vertx.setTimer(LINGER_MILLIS, any -> closeUnlessRead(exchange));
    }
  }

  private void closeUnlessRead(Exchange exchange) {
    if (reading.contains(exchange)) {
      connection.close();
    }
  }

  /** Its body is whole. */
  void hasRead(Exchange exchange) {
    reading.remove(exchange);
  }

  /** It is answered, or will never be. */
  void ended(Exchange exchange) {
    reading.remove(exchange);
    open--;
    if (halfClosed && open == 0) {
      vertx.setTimer(LINGER_MILLIS, any -> closeIfDone());
    }
  }

  private void closeIfDone() {
    if (open == 0) {
      closeWhenWritten.run();
    }
  }

  /**
   * The sender sends no more; it still reads.
   *
   * @param close closes the connection once all answers are written
   */
  void halfClosed(Runnable close) {
    halfClosed = true;
    closeWhenWritten = close;
    if (open == 0) {
      close.run();
    } else if (!reading.isEmpty()) {
      connection.close();
    }
  }

  Patience patience() {
    return patience;
  }

  /** What is to be done when the connection stops speaking HTTP. */
  void whenLeft(Runnable action) {
    whenLeft = action;
  }

  /** The connection speaks another protocol from now on, whose bounds are its own. */
  void leave() {
    whenLeft.run();
  }

  /** The connection is gone. */
  void stop() {
    vertx.cancelTimer(timer);
  }
}
