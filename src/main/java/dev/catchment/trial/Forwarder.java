package dev.catchment.trial;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.SendResult;
import dev.catchment.delivery.Sender;
import dev.catchment.ingest.Received;
import dev.catchment.observe.Log;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests of test sessions on, each once, as they came. They wait in memory, so what waits
 * when the node ends is not sent; what finds no room is not sent either, and the session says so.
 * Safe for use by several threads.
 */
public final class Forwarder implements AutoCloseable {
  /** Requests that wait or are on their way, and their bytes. */
  static final int WAITING_MAX = 1_000;

  static final long WAITING_BYTES_MAX = 64L << 20;

  /** Requests of one session that wait or are on their way. */
  static final int OF_SESSION_MAX = 100;

  /** Requests on their way at once, of all sessions and of one, so that none takes all places. */
  private static final int AT_ONCE_MAX = 64;

  private static final int OF_SESSION_AT_ONCE_MAX = 4;
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final String FULL = "Too many requests were waiting to be forwarded";
  private static final Log LOG = Log.of("trial.forwarder");

  private final Database database;
  private final Sender sender;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("catchment-forward-", 0).factory());
  private final Semaphore places = new Semaphore(AT_ONCE_MAX);
  private final Map<String, Lane> lanes = new HashMap<>();
  private int waiting;
  private long waitingBytes;

  /** What one session has under way. */
  private static final class Lane {
    final Semaphore places = new Semaphore(OF_SESSION_AT_ONCE_MAX);
    int waiting;
  }

  /**
   * @param sender guards against addresses that may not be called, and follows no redirect
   */
  public Forwarder(Database database, Sender sender) {
    this.database = database;
    this.sender = sender;
  }

  /** Queues a request to be sent to that URL; never blocks. */
  void offer(String sessionId, String url, Received request) {
    Lane lane = enter(sessionId, request.body().length);
    if (lane == null) {
      note(sessionId, null, FULL);
      return;
    }
    try {
      threads.execute(() -> run(sessionId, lane, url, request));
    } catch (RejectedExecutionException e) {
      leave(sessionId, lane, request.body().length);
    }
  }

  private synchronized @Nullable Lane enter(String sessionId, int bytes) {
    Lane known = lanes.get(sessionId);
    if (waiting >= WAITING_MAX
        || waitingBytes + bytes > WAITING_BYTES_MAX
        || (known != null && known.waiting >= OF_SESSION_MAX)) {
      return null;
    }
    Lane lane = lanes.computeIfAbsent(sessionId, any -> new Lane());
    lane.waiting++;
    waiting++;
    waitingBytes += bytes;
    return lane;
  }

  private synchronized void leave(String sessionId, Lane lane, int bytes) {
    waiting--;
    waitingBytes -= bytes;
    if (--lane.waiting == 0) {
      lanes.remove(sessionId);
    }
  }

  private void run(String sessionId, Lane lane, String url, Received request) {
    try {
      // A session waits for its own first: what it has waiting takes no place from the others.
      lane.places.acquire();
      try {
        places.acquire();
        try {
          send(sessionId, url, request);
        } finally {
          places.release();
        }
      } finally {
        lane.places.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      leave(sessionId, lane, request.body().length);
    }
  }

  private void send(String sessionId, String url, Received request) {
    SendResult result =
        sender.send(
            new Outgoing(
                request.facts().method(),
                withQuery(url, request.url()),
                request.lines(),
                request.body(),
                TIMEOUT_MILLIS,
                0));
    switch (result) {
      case SendResult.Answered answered -> note(sessionId, answered.status(), null);
      case SendResult.Unanswered unanswered -> note(sessionId, null, unanswered.sentence());
    }
  }

  /** The URL with the query that the request came with behind its own. */
  static String withQuery(String url, String received) {
    int mark = received.indexOf('?');
    if (mark < 0 || mark == received.length() - 1) {
      return url;
    }
    int hash = url.indexOf('#');
    String target = hash < 0 ? url : url.substring(0, hash);
    return target + (target.indexOf('?') < 0 ? "?" : "&") + received.substring(mark + 1);
  }

  private void note(String sessionId, @Nullable Integer status, @Nullable String error) {
    var _ =
        database
            .submit(Durability.DERIVED, tx -> TestSessions.forwarded(tx, sessionId, status, error))
            .exceptionally(thrown -> {
              LOG.info("forward.unnoted", "session", sessionId, "reason", thrown.getMessage());
              return 0;
            });
  }

  /** Gives up what waits and what is on its way. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
