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
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * How a store finds what is read: the plan of each statement that is run, as a server that has used
 * it before would run it. A shared store makes that plan without looking at what is bound.
 */
public final class Plans implements AutoCloseable {
  private final Connection connection;
  private final Dialect dialect;
  private final List<Plan> plans = new ArrayList<>();
  private boolean counted;

  /**
   * A statement and how the store runs it.
   *
   * @param steps a line each, in the words of the store
   */
  public record Plan(String sql, List<String> steps) {}

  private Plans(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
  }

  /** Something that looks at plans. */
  public interface Look {
    void at(Plans plans) throws Exception;
  }

  /**
   * Looks at the plans of a store that is open already; at those of a shared one twice, before it
   * has counted what its tables hold and after it. A first import is over long before it counts.
   */
  public static void look(BothDatabases.Store store, Look look) throws Exception {
    try (Plans plans = of(store)) {
      look.at(plans);
      if (store.isPostgres()) {
        try (Statement statement = plans.connection.createStatement()) {
          statement.execute("ANALYZE");
        }
        plans.counted = true;
        look.at(plans);
      }
    }
  }

  private static Plans of(BothDatabases.Store store) throws SQLException {
    if (!store.isPostgres()) {
      return new Plans(
          DriverManager.getConnection("jdbc:sqlite:" + store.dataDir().resolve("catchment.db")),
          Dialect.SQLITE);
    }
    PostgresAddress address = PostgresAddress.of(store.url());
    Connection connection =
        DriverManager.getConnection(address.jdbc(), OpenDatabase.postgresProperties(address, ""));
    return new Plans(connection, Dialect.POSTGRESQL);
  }

  /** Whether a shared store has counted what its tables hold. */
  public boolean areCounted() {
    return counted;
  }

  /** The plans of all statements of some reads, or of some writes, which are done. */
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
    SortedMap<Integer, Object> bound = new TreeMap<>();
    return (PreparedStatement)
        Proxy.newProxyInstance(
            Plans.class.getClassLoader(),
            new Class<?>[] {PreparedStatement.class},
            (proxy, method, args) -> {
              if (method.getName().startsWith("set") && args.length == 2) {
                bound.put((Integer) args[0], args[1]);
              }
              if (method.getName().startsWith("execute")) {
                plans.add(new Plan(sql, steps(sql, List.copyOf(bound.values()))));
              }
              return call(real, method, args);
            });
  }

  private List<String> steps(String sql, List<Object> bound) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (dialect == Dialect.SQLITE) {
        return steps(statement, "EXPLAIN QUERY PLAN " + sql, 4);
      }
      statement.execute(
          "PREPARE planned"
              + listed(bound.stream().map(Plans::type).toList())
              + " AS "
              + numbered(sql));
      try {
        return steps(
            statement,
            "EXPLAIN EXECUTE planned" + listed(bound.stream().map(Plans::literal).toList()),
            1);
      } finally {
        statement.execute("DEALLOCATE planned");
      }
    }
  }

  private static List<String> steps(Statement statement, String sql, int column)
      throws SQLException {
    try (ResultSet results = statement.executeQuery(sql)) {
      List<String> steps = new ArrayList<>();
      while (results.next()) {
        steps.add(results.getString(column).strip());
      }
      return steps;
    }
  }

  private static String listed(List<String> texts) {
    return texts.isEmpty() ? "" : texts.stream().collect(Collectors.joining(", ", "(", ")"));
  }

  /** The marks of a statement as the store itself writes them. */
  private static String numbered(String sql) {
    StringBuilder numbered = new StringBuilder();
    int marks = 0;
    for (String part : sql.split("\\?", -1)) {
      numbered.append(marks == 0 ? "" : "$" + marks).append(part);
      marks++;
    }
    return numbered.toString();
  }

  /** What the driver says it binds. */
  private static String type(Object value) {
    return switch (value) {
      case Long number -> "bigint";
      case Integer number -> "integer";
      case byte[] bytes -> "bytea";
      default -> "varchar";
    };
  }

  private static String literal(Object value) {
    return switch (value) {
      case Number number -> number.toString();
      case byte[] bytes -> "'\\x" + HexFormat.of().formatHex(bytes) + "'";
      default -> "'" + value.toString().replace("'", "''") + "'";
    };
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
