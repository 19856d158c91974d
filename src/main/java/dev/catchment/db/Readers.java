package dev.catchment.db;

import com.zaxxer.hikari.HikariDataSource;
import dev.catchment.base.Failure;
import dev.catchment.observe.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs transactions that only read, each on one consistent snapshot. */
sealed interface Readers extends AutoCloseable {
  <T> T read(Work<T> work);

  /** The present, in milliseconds since 1970. */
  long now();

  @Override
  void close();

  /** A few connections with their prepared statements kept. */
  final class Sqlite implements Readers {
    private static final long WAIT_SECONDS_MAX = 30;
    private final BlockingQueue<Session> sessions;
    private final InstantSource clock;

    Sqlite(List<Session> sessions, InstantSource clock) {
      this.sessions = new ArrayBlockingQueue<>(sessions.size(), false, sessions);
      this.clock = clock;
    }

    @Override
    public <T> T read(Work<T> work) {
      Session session = take();
      try {
        session.control("BEGIN");
        try {
          return work.in(new Tx(session, clock.millis()));
        } finally {
          session.control("ROLLBACK");
        }
      } catch (SQLException e) {
        throw Faults.translate(e);
      } finally {
        sessions.add(session);
      }
    }

    private Session take() {
      try {
        Session session = sessions.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        if (session == null) {
          throw Failure.unavailable();
        }
        return session;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Failure.unavailable(e);
      }
    }

    @Override
    public long now() {
      return clock.millis();
    }

    @Override
    public void close() {
      for (Session session : sessions) {
        try {
          session.close();
        } catch (SQLException e) {
          throw Faults.translate(e);
        }
      }
    }
  }

  /** A pool whose every transaction is read-only and sees one moment. */
  final class Postgres implements Readers {
    private final HikariDataSource pool;
    private final InstantSource clock;
    private final Metrics.Count statements;

    Postgres(HikariDataSource pool, InstantSource clock, Metrics.Count statements) {
      this.pool = pool;
      this.clock = clock;
      this.statements = statements;
    }

    @Override
    public <T> T read(Work<T> work) {
      try (Connection connection = pool.getConnection()) {
        try {
          return work.in(
              new Tx(new Session(connection, Dialect.POSTGRESQL, statements), clock.millis()));
        } finally {
          connection.rollback();
        }
      } catch (SQLException e) {
        throw Faults.translate(e);
      }
    }

    @Override
    public long now() {
      return clock.millis();
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
