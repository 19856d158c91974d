package dev.catchment.db;

import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a store finds what is read: the plan of each query that is run, with what was bound to it.
 */
public final class Plans implements AutoCloseable {
  private final Connection connection;
  private final Dialect dialect;
  private final List<Plan> plans = new ArrayList<>();

  /**
   * A query and how the store runs it.
   *
   * @param steps a line each, in the words of the store
   */
  public record Plan(String sql, List<String> steps) {}

  private Plans(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
  }

  /** Plans of a store that is open already; a shared one first counts what its tables hold. */
  public static Plans of(BothDatabases.Store store) throws SQLException {
    if (!store.isPostgres()) {
      return new Plans(
          DriverManager.getConnection("jdbc:sqlite:" + store.dataDir().resolve("catchment.db")),
          Dialect.SQLITE);
    }
    PostgresAddress address = PostgresAddress.of(store.url());
    Connection connection =
        DriverManager.getConnection(address.jdbc(), address.user(), address.password());
    try (var statement = connection.createStatement()) {
      statement.execute("ANALYZE");
    }
    return new Plans(connection, Dialect.POSTGRESQL);
  }

  /** The plans of all queries of some reads, in their order. */
  public List<Plan> of(Consumer<Tx> reads) {
    plans.clear();
    Metrics.Count any = new Metrics().count("statements", "Statements");
    reads.accept(new Tx(new Session(watched(), dialect, any), 0));
    return List.copyOf(plans);
  }

  private Connection watched() {
    return (Connection)
        Proxy.newProxyInstance(
            Plans.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) ->
                method.getName().equals("prepareStatement")
                    ? watched((String) args[0])
                    : call(connection, method, args));
  }

  private PreparedStatement watched(String sql) throws SQLException {
    PreparedStatement real = connection.prepareStatement(sql);
    PreparedStatement explaining =
        connection.prepareStatement(
            (dialect == Dialect.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql);
    return (PreparedStatement)
        Proxy.newProxyInstance(
            Plans.class.getClassLoader(),
            new Class<?>[] {PreparedStatement.class},
            (proxy, method, args) -> {
              if (method.getName().startsWith("set") && args.length == 2) {
                call(explaining, method, args);
              }
              if (method.getName().equals("executeQuery")) {
                plans.add(new Plan(sql, steps(explaining)));
              }
              return call(real, method, args);
            });
  }

  private List<String> steps(PreparedStatement explaining) throws SQLException {
    try (ResultSet results = explaining.executeQuery()) {
      List<String> steps = new ArrayList<>();
      while (results.next()) {
        steps.add(results.getString(dialect == Dialect.SQLITE ? 4 : 1).strip());
      }
      return steps;
    }
  }

  private static Object call(Object target, Method method, Object[] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
