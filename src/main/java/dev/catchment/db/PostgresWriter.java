package dev.catchment.db;

import com.zaxxer.hikari.HikariDataSource;
import dev.catchment.base.Failure;
import dev.catchment.observe.Metrics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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

  /** A transaction that has failed cannot be told of, so that its commit is not even tried. */
  private static final String TELL_AND_COMMIT =
      "SELECT pg_notify('catchment', payload) FROM unnest(?::text[]) AS payload; COMMIT";

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
      commit(tx, connection);
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

  /** Commits and tells the other nodes, on one way to the store and back. */
  private void commit(Tx tx, Connection connection) throws SQLException {
    String[] payloads = payloads(tx);
    if (payloads.length == 0) {
      connection.commit();
      return;
    }
    statements.add(1);
    try (PreparedStatement statement = connection.prepareStatement(TELL_AND_COMMIT)) {
      statement.setArray(1, connection.createArrayOf("text", payloads));
      statement.execute();
    }
  }

  private String[] payloads(Tx tx) {
    List<String> payloads = new ArrayList<>();
    tx.notices()
        .forEach((channel, subjects) -> {
          Set<String> told = subjects.size() > SUBJECTS_MAX ? Set.of("") : subjects;
          told.forEach(subject -> payloads.add(PostgresListener.payload(node, channel, subject)));
        });
    return payloads.toArray(String[]::new);
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
