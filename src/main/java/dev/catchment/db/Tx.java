package dev.catchment.db;

import dev.catchment.base.Failure;
import dev.catchment.observe.Log;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One transaction: its statements, its one time, and whom its commit will wake. Not for use by
 * several threads, nor after its work has returned.
 */
public final class Tx {
  private static final Log LOG = Log.of("db.tx");

  /** How many rows of a long answer a shared store sends at a time. */
  private static final int FETCHED_ROWS = 1_000;

  private final Session session;
  private final long now;
  private final Map<Channel, Set<String>> notices = new EnumMap<>(Channel.class);
  private final List<Runnable> afterCommit = new ArrayList<>();

  Tx(Session session, long now) {
    this.session = session;
    this.now = now;
  }

  /** The time of this transaction in milliseconds since 1970, the same whenever asked. */
  public long now() {
    return now;
  }

  /**
   * Runs an insert, update or delete.
   *
   * @param args String, Long, Integer, Boolean (as 0 or 1), byte[], null or, on PostgreSQL, the
   *     values of a column of a {@link BulkInsert}; one for each mark
   * @return how many rows changed
   * @throws DuplicateKey when a unique key is taken
   * @throws Failure {@code UNAVAILABLE} when the store is away
   */
  public int update(String sql, @Nullable Object... args) {
    return session.run(
        sql,
        1,
        statement -> {
          bind(statement, args);
          return statement.executeUpdate();
        });
  }

  /** Runs one statement once for each row of arguments; the counts are in their order. */
  public int[] batch(String sql, List<@Nullable Object[]> rows) {
    if (rows.isEmpty()) {
      return new int[0];
    }
    return session.run(
        sql,
        rows.size(),
        statement -> {
          for (@Nullable Object[] row : rows) {
            bind(statement, row);
            statement.addBatch();
          }
          return statement.executeBatch();
        });
  }

  /**
   * Inserts rows, each as the insert says.
   *
   * @param rows values in the order of its columns
   * @throws DuplicateKey when a unique key is taken and the insert does not say what happens then
   */
  public void insert(BulkInsert insert, List<@Nullable Object[]> rows) {
    if (dialect() == Dialect.POSTGRESQL) {
      for (List<@Nullable Object[]> some : InList.parts(rows)) {
        update(insert.arrays(), insert.columns(some).toArray());
      }
    } else {
      batch(insert.one(), rows);
    }
  }

  /**
   * Inserts the rows that are not there yet.
   *
   * @param insert leaves a row as it is whose key is taken
   * @param column one of numbers
   * @return what that column holds in the rows that are new
   */
  public List<Long> insertNew(BulkInsert insert, List<@Nullable Object[]> rows, String column) {
    List<Long> fresh = new ArrayList<>(rows.size());
    String returning = " RETURNING " + column;
    for (List<@Nullable Object[]> some : InList.parts(rows)) {
      if (dialect() == Dialect.POSTGRESQL) {
        fresh.addAll(
            list(
                insert.arrays() + returning,
                row -> row.number(column),
                insert.columns(some).toArray()));
      } else {
        List<@Nullable Object[]> padded = InList.padded(some);
        fresh.addAll(
            list(
                insert.values(padded.size()) + returning,
                row -> row.number(column),
                padded.stream().flatMap(Arrays::stream).toArray()));
      }
    }
    return fresh;
  }

  /** All rows of a query; the query bounds how many there can be. */
  public <T> List<T> list(String sql, Row.Reader<T> reader, @Nullable Object... args) {
    return session.run(
        sql,
        1,
        statement -> {
          bind(statement, args);
          try (ResultSet results = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            Row row = new Row(results);
            while (results.next()) {
              rows.add(reader.read(row));
            }
            return rows;
          }
        });
  }

  /**
   * Hands the rows of a query over one after another as the store finds them, so that any number of
   * them takes the same memory. The transaction stays open meanwhile.
   *
   * @param taker answers whether it wants another row; it must not keep the one it was given
   */
  public void each(String sql, Predicate<Row> taker, @Nullable Object... args) {
    session.run(
        sql,
        1,
        statement -> {
          bind(statement, args);
          statement.setFetchSize(FETCHED_ROWS);
          try (ResultSet results = statement.executeQuery()) {
            Row row = new Row(results);
            boolean more = results.next();
            while (more && taker.test(row)) {
              more = results.next();
            }
            return more;
          }
        });
  }

  /** The first row of a query, if there is one. */
  public <T> Optional<T> find(String sql, Row.Reader<T> reader, @Nullable Object... args) {
    List<T> rows = list(sql, reader, args);
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
  }

  /** The one number a query answers; 0 when it answers none. */
  public long number(String sql, @Nullable Object... args) {
    return find(sql, row -> row.number("n"), args).orElse(0L);
  }

  /** Keeps a shared store from ending a transaction that is idle for less than this. */
  void allowPauses(Duration max) {
    if (dialect() == Dialect.POSTGRESQL) {
      number(
          "SELECT LENGTH(set_config('idle_in_transaction_session_timeout', ?, true)) AS n",
          Long.toString(max.toMillis()));
    }
  }

  /** Wakes the listeners of a channel after the commit, here and on the other nodes. */
  public void notify(Channel channel) {
    notify(channel, "");
  }

  /** The same, naming what changed: an id or another text, of at most 7,900 bytes in UTF-8. */
  public void notify(Channel channel, String subject) {
    notices.computeIfAbsent(channel, any -> new TreeSet<>()).add(subject);
  }

  /**
   * Runs once the transaction has committed, before anyone is woken, on the thread that committed.
   * It must be short and must not throw.
   */
  public void afterCommit(Runnable action) {
    afterCommit.add(action);
  }

  /** How this database spells what the shared subset of SQL does not have. */
  public Dialect dialect() {
    return session.dialect();
  }

  Map<Channel, Set<String>> notices() {
    return notices;
  }

  /**
   * What is due after the commit: first the actions, then the notices. What goes wrong here is
   * logged and no more, because the transaction stands and must not look as if it had failed.
   */
  void committed(Notices listeners) {
    try {
      afterCommit.forEach(Runnable::run);
      listeners.fire(notices);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("commit.follow_up", e);
    }
  }

  private static void bind(PreparedStatement statement, @Nullable Object[] args)
      throws SQLException {
    for (int i = 0; i < args.length; i++) {
      int at = i + 1;
      switch (args[i]) {
        case null -> statement.setObject(at, null);
        case String text -> statement.setString(at, Storable.text(text));
        case Long number -> statement.setLong(at, number);
        case Integer number -> statement.setInt(at, number);
        case Boolean flag -> statement.setInt(at, flag ? 1 : 0);
        case byte[] bytes -> statement.setBytes(at, bytes);
        case int[] numbers -> statement.setObject(at, numbers);
        case BulkInsert.Values column -> column.bind(statement, at);
        default ->
            throw new IllegalArgumentException("Cannot bind " + args[i].getClass().getName());
      }
    }
  }
}
