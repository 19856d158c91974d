package dev.catchment.db;

import dev.catchment.base.Failure;
import dev.catchment.observe.Log;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of an SQLite file: takes whatever is waiting, runs it as one transaction and syncs
 * once, so that many callers share the price of a commit.
 *
 * <p>When a piece of work fails, the whole group is rolled back and each piece is run again in a
 * transaction of its own, so only the one at fault sees its failure.
 */
final class SqliteWriter implements Writer {
  /** How much may share one commit. */
  private static final int GROUP_MAX = 500;

  /** How much may wait; more is refused as overload. */
  private static final int QUEUE_MAX = 20_000;

  private static final Log LOG = Log.of("db.writer");

  private static final class Task<T> {
    final Work<T> work;
    final Durability durability;
    final CompletableFuture<T> future = new CompletableFuture<>();
    @Nullable T result;

    Task(Work<T> work, Durability durability) {
      this.work = work;
      this.durability = durability;
    }

    void run(Tx tx) {
      result = work.in(tx);
    }

    @SuppressWarnings("NullAway") // a Work<T> may answer null when its T is nullable, as Void is
    void complete() {
      future.complete(result);
    }
  }

  private final Session session;
  private final InstantSource clock;
  private final Notices notices;
  private final Runnable afterCommit;
  private final BlockingQueue<Task<?>> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Thread thread;
  private volatile boolean closed;
  private Durability current = Durability.SYNCED;

  SqliteWriter(Session session, InstantSource clock, Notices notices, Runnable afterCommit) {
    this.session = session;
    this.clock = clock;
    this.notices = notices;
    this.afterCommit = afterCommit;
    this.thread = Thread.ofPlatform().name("catchment-writer").daemon(true).start(this::loop);
  }

  @Override
  public <T> T write(Durability durability, Work<T> work) {
    try {
      return submit(durability, work).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public <T> CompletableFuture<T> submit(Durability durability, Work<T> work) {
    Task<T> task = new Task<>(work, durability);
    // Closed meanwhile, the loop may have ended without seeing the task.
    if (closed || !queue.offer(task) || (closed && queue.remove(task))) {
      task.future.completeExceptionally(Failure.unavailable());
    }
    return task.future;
  }

  private void loop() {
    List<Task<?>> group = new ArrayList<>(GROUP_MAX);
    while (!(closed && queue.isEmpty())) {
      try {
        Task<?> first = closed ? queue.poll() : queue.poll(1, TimeUnit.DAYS);
        if (first == null) {
          continue;
        }
        group.add(first);
        queue.drainTo(group, GROUP_MAX - 1);
      } catch (InterruptedException e) {
        // Only close() interrupts: whatever is still queued is written before the thread ends.
        continue;
      }
      run(group);
      group.clear();
    }
  }

  private void run(List<Task<?>> group) {
    try {
      commit(group);
    } catch (RuntimeException | SQLException | Error e) {
      // Errors too: without its thread the store would take work and never answer.
      rollback();
      if (group.size() == 1) {
        group.getFirst().future.completeExceptionally(failure(e));
      } else {
        group.forEach(task -> run(List.of(task)));
      }
    }
  }

  private void commit(List<Task<?>> group) throws SQLException {
    setDurability(
        group.stream().anyMatch(task -> task.durability == Durability.SYNCED)
            ? Durability.SYNCED
            : Durability.DERIVED);
    session.control("BEGIN IMMEDIATE");
    Tx tx = new Tx(session, clock.millis());
    for (Task<?> task : group) {
      task.run(tx);
    }
    session.control("COMMIT");
    tx.committed(notices);
    group.forEach(Task::complete);
    afterCommit.run();
  }

  /** FULL syncs the write-ahead log at each commit, NORMAL only at a checkpoint. */
  private void setDurability(Durability wanted) throws SQLException {
    if (wanted != current) {
      session.control(
          wanted == Durability.SYNCED ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
      current = wanted;
    }
  }

  private void rollback() {
    try {
      session.control("ROLLBACK");
    } catch (SQLException e) {
      // SQLite has already rolled back by itself when the failure was its own, as on a full disk.
      LOG.info("rollback.refused", "reason", e.getMessage());
    }
  }

  private static Throwable failure(Throwable thrown) {
    return thrown instanceof SQLException sql ? Faults.translate(sql) : thrown;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
      session.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }
}
