package dev.catchment.db;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An insert of any number of rows into one table. SQLite, where a call costs next to nothing, runs
 * it once a row. PostgreSQL is handed one array for each column and takes them apart itself,
 * because a mark for each value would cost the driver and the planner more than the row.
 *
 * <p>Columns are named in the order in which rows hold their values. Made once and kept: it never
 * changes.
 */
public final class BulkInsert {
  /** What the values of a column are, and what PostgreSQL calls them. */
  enum Kind {
    /** Long, Integer or Boolean (as 0 or 1). */
    NUMBER("int8"),
    TEXT("text"),
    BYTES("bytea");

    private final String type;

    Kind(String type) {
      this.type = type;
    }

    String type() {
      return type;
    }

    /** An array of the class that holds such values. */
    @Nullable Object[] array(int length) {
      return switch (this) {
        case NUMBER -> new @Nullable Long[length];
        case TEXT -> new @Nullable String[length];
        case BYTES -> new byte @Nullable [length][];
      };
    }
  }

  private record Column(String name, Kind kind) {}

  private final String table;
  private final List<Column> columns;
  private final String conflict;
  private final String one;
  private final String arrays;

  private BulkInsert(String table, List<Column> columns, String conflict) {
    this.table = table;
    this.columns = columns;
    this.conflict = conflict;
    this.one = columns.isEmpty() ? "" : values(1);
    this.arrays = head() + " SELECT " + unnested() + conflict;
  }

  /** An insert that names no columns yet. */
  public static BulkInsert into(String table) {
    return new BulkInsert(table, List.of(), "");
  }

  /** The same with more columns that take Long, Integer, Boolean or null. */
  public BulkInsert numbers(String... names) {
    return and(Kind.NUMBER, names);
  }

  /** The same with more columns that take String or null. */
  public BulkInsert texts(String... names) {
    return and(Kind.TEXT, names);
  }

  /** The same with more columns that take byte[] or null. */
  public BulkInsert bytes(String... names) {
    return and(Kind.BYTES, names);
  }

  /**
   * The same with what happens to a row whose key is taken.
   *
   * @param clause {@code ON CONFLICT …}, without marks. Where it updates, PostgreSQL refuses rows
   *     of one insert that have the same key
   */
  public BulkInsert onConflict(String clause) {
    return new BulkInsert(table, columns, " " + clause);
  }

  private BulkInsert and(Kind kind, String... names) {
    List<Column> more = new ArrayList<>(columns);
    for (String name : names) {
      more.add(new Column(name, kind));
    }
    return new BulkInsert(table, List.copyOf(more), conflict);
  }

  /** With marks for so many rows. */
  String values(int rows) {
    String marks = "(" + "?, ".repeat(columns.size() - 1) + "?)";
    return head() + " VALUES " + (marks + ", ").repeat(rows - 1) + marks + conflict;
  }

  /** With marks for one row. */
  String one() {
    return one;
  }

  /** With one mark for each column, which takes an array. */
  String arrays() {
    return arrays;
  }

  /**
   * The insert as a part of a larger statement, on PostgreSQL alone: its rows are written for each
   * row of another part. Its marks take what {@link #columns} gives.
   *
   * @param added stands before the first column, such as {@code head.position + }; may be empty
   * @param from the other part
   */
  public String arraysFrom(String added, String from) {
    return head() + " SELECT " + added + unnested() + " FROM " + from + conflict;
  }

  private String unnested() {
    return columns.stream()
        .map(column -> "unnest(?::" + column.kind().type() + "[])")
        .collect(Collectors.joining(", "));
  }

  /** The values of one column in many rows, as an argument of a statement on PostgreSQL. */
  record Values(Kind kind, @Nullable Object[] each) {
    /** Binds them as an array, which the driver sends in binary. */
    void bind(PreparedStatement statement, int at) throws SQLException {
      statement.setArray(at, statement.getConnection().createArrayOf(kind.type(), each));
    }
  }

  /** What stands for the marks of the rows, one argument for each column. */
  public List<@Nullable Object> columns(List<@Nullable Object[]> rows) {
    List<@Nullable Object> arguments = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      Kind kind = columns.get(i).kind();
      @Nullable Object[] values = kind.array(rows.size());
      for (int j = 0; j < values.length; j++) {
        values[j] = stored(rows.get(j)[i]);
      }
      arguments.add(new Values(kind, values));
    }
    return arguments;
  }

  private String head() {
    return "INSERT INTO "
        + table
        + columns.stream().map(Column::name).collect(Collectors.joining(", ", " (", ")"));
  }

  private static @Nullable Object stored(@Nullable Object value) {
    // In the order of how often they come: this runs for every value of every row.
    if (value instanceof String text) {
      return Storable.text(text);
    }
    if (value instanceof Integer number) {
      return number.longValue();
    }
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    return value;
  }
}
