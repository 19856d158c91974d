package dev.catchment.db;

import dev.catchment.observe.Metrics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One connection and, where the driver keeps none itself, its prepared statements: preparing costs
 * SQLite more than running. Used by one thread at a time.
 */
final class Session implements AutoCloseable {
  private static final int STATEMENTS_MAX = 256;

  /** What is done with a prepared statement. */
  @FunctionalInterface
  interface Use<T> {
    T of(PreparedStatement statement) throws SQLException;
  }

  private final Connection connection;
  private final Dialect dialect;
  private final Metrics.Count statements;
  private final Map<String, PreparedStatement> prepared =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, PreparedStatement> eldest) {
          if (size() <= STATEMENTS_MAX) {
            return false;
          }
          try {
            eldest.getValue().close();
          } catch (SQLException e) {
            throw Faults.translate(e);
          }
          return true;
        }
      };

  Session(Connection connection, Dialect dialect, Metrics.Count statements) {
    this.connection = connection;
    this.dialect = dialect;
    this.statements = statements;
  }

  Connection connection() {
    return connection;
  }

  Dialect dialect() {
    return dialect;
  }

  <T> T run(String sql, int executions, Use<T> use) {
    statements.add(executions);
    try {
      if (dialect == Dialect.POSTGRESQL) {
        // The driver keeps its own cache of prepared statements for each connection.
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
          return use.of(statement);
        }
      }
      PreparedStatement statement = prepared.get(sql);
      if (statement == null) {
        statement = connection.prepareStatement(sql);
        prepared.put(sql, statement);
      }
      return runCached(sql, statement, use);
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }

  private <T> T runCached(String sql, PreparedStatement statement, Use<T> use) throws SQLException {
    try {
      T value = use.of(statement);
      statement.clearParameters();
      return value;
    } catch (SQLException | RuntimeException e) {
      prepared.remove(sql);
      statement.close();
      throw e;
    }
  }

  /** Runs a statement of transaction control. */
  void control(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    statement.execute();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
