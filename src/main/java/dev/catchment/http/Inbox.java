package dev.catchment.http;

import dev.catchment.observe.Log;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Calls a listener on virtual threads, one call at a time and in order. */
final class Inbox {
  /** Calls that may wait; then nothing more is read from the client. */
  private static final int WAITING_MAX = 16;

  private static final Log LOG = Log.of("http.stream");

  private final Executor threads;
  private final Runnable roomAgain;
  private final Runnable broken;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private boolean running;
  private boolean full;

  /**
   * @param roomAgain is called from any thread when a full inbox has room again
   * @param broken is called when the listener threw something
   */
  Inbox(Executor threads, Runnable roomAgain, Runnable broken) {
    this.threads = threads;
    this.roomAgain = roomAgain;
    this.broken = broken;
  }

  /** Takes a call; true when no more should come for now. */
  synchronized boolean add(Runnable call) {
    waiting.addLast(call);
    if (!running) {
      running = true;
      try {
        threads.execute(this::run);
      } catch (RejectedExecutionException e) {
        // The server has stopped; nobody is left to be told.
        LOG.info("stream.untold", "waiting", waiting.size());
        waiting.clear();
      }
    }
    full = waiting.size() >= WAITING_MAX;
    return full;
  }

  private void run() {
    for (Runnable call = next(); call != null; call = next()) {
      try {
        call.run();
      } catch (RuntimeException | StackOverflowError e) {
        LOG.error("stream.failed", e);
        broken.run();
      }
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Runnable next() {
    Runnable call = waiting.pollFirst();
    running = call != null;
    if (full && waiting.size() <= WAITING_MAX / 2) {
      full = false;
      roomAgain.run();
    }
    return call;
  }
}
