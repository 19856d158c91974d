package dev.catchment.db;

import dev.catchment.observe.Log;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Copies SQLite's write-ahead log back into the file beside the writer, so that commits seldom have
 * to. The writer itself restarts the log when it has reached its size limit, because a passive
 * checkpoint alone never lets it shrink under load. Sleeps until there has been a commit.
 */
final class Checkpointer implements AutoCloseable {
  private static final long PAUSE_MILLIS = 1_000;
  private static final Log LOG = Log.of("db.checkpointer");

  private final Session session;
  private final Semaphore commits = new Semaphore(0);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  Checkpointer(Session session) {
    this.session = session;
    this.thread = Thread.ofPlatform().name("catchment-checkpointer").daemon(true).start(this::loop);
  }

  /** There has been a commit. */
  void wake() {
    if (commits.availablePermits() == 0) {
      commits.release();
    }
  }

  private void loop() {
    try {
      while (!closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        commits.acquire();
        commits.drainPermits();
        session.control("PRAGMA wal_checkpoint(PASSIVE)");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      LOG.warn("checkpoint.failed", "reason", e.getMessage());
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
      session.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      LOG.warn("checkpointer.close", "reason", e.getMessage());
    }
  }
}
