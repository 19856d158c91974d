package dev.catchment.db;

import com.zaxxer.hikari.HikariDataSource;
import dev.catchment.base.Failure;
import dev.catchment.observe.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Writes to PostgreSQL: each piece of work is a transaction of its own on a pooled connection, in
 * the caller's thread. Two pools, because whether a commit waits for the disk is a setting of the
 * connection.
 */
final class PostgresWriter implements Writer {
  /** How often a deadlocked or timed-out transaction is run again. */
  private static final int RETRIES_MAX = 5;

  /** More subjects than this in one commit are told as one "look for yourself". */
  private static final int SUBJECTS_MAX = 50;

  private final HikariDataSource synced;
  private final HikariDataSource derived;
  private final InstantSource clock;
  private final Notices notices;
  private final String node;
  private final Metrics.Count statements;
  private final ExecutorService submitted =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("catchment-writer").daemon(true).factory());

  PostgresWriter(
      HikariDataSource synced,
      HikariDataSource derived,
      InstantSource clock,
      Notices notices,
      String node,
      Metrics.Count statements) {
    this.synced = synced;
    this.derived = derived;
    this.clock = clock;
    this.notices = notices;
    this.node = node;
    this.statements = statements;
  }

  @Override
  public <T> T write(Durability durability, Work<T> work) {
    HikariDataSource pool = durability == Durability.SYNCED ? synced : derived;
    for (int retry = 0; ; retry++) {
      try (Connection connection = pool.getConnection()) {
        return inTransaction(connection, work);
      } catch (SQLException e) {
        if (!Faults.isTransient(e) || retry >= RETRIES_MAX) {
          throw Faults.translate(e);
        }
      } catch (Failure e) {
        if (!(e.getCause() instanceof SQLException sql)
            || !Faults.isTransient(sql)
            || retry >= RETRIES_MAX) {
          throw e;
        }
      }
    }
  }

  private <T> T inTransaction(Connection connection, Work<T> work) throws SQLException {
    Tx tx = new Tx(new Session(connection, Dialect.POSTGRESQL, statements), clock.millis());
    try {
      T result = work.in(tx);
      tell(tx);
      connection.commit();
      tx.committed(notices);
      return result;
    } catch (RuntimeException | SQLException | StackOverflowError e) {
      try {
        connection.rollback();
      } catch (SQLException rollback) {
        // The connection is gone, and with it the transaction; the pool drops it.
        e.addSuppressed(rollback);
      }
      throw e;
    }
  }

  private void tell(Tx tx) {
    for (Map.Entry<Channel, Set<String>> notice : tx.notices().entrySet()) {
      Set<String> subjects = notice.getValue();
      if (subjects.size() > SUBJECTS_MAX) {
        tell(tx, notice.getKey(), "");
      } else {
        subjects.forEach(subject -> tell(tx, notice.getKey(), subject));
      }
    }
  }

  private void tell(Tx tx, Channel channel, String subject) {
    tx.list(
        "SELECT pg_notify('catchment', ?)",
        row -> "",
        PostgresListener.payload(node, channel, subject));
  }

  @Override
  public <T> CompletableFuture<T> submit(Durability durability, Work<T> work) {
    try {
      return CompletableFuture.supplyAsync(() -> write(durability, work), submitted);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(Failure.unavailable(e));
    }
  }

  @Override
  public void close() {
    submitted.shutdown();
    try {
      submitted.awaitTermination(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
