package dev.catchment.db;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The condition of a list, grown one wish at a time: a wish that is null or empty adds nothing. The
 * SQL begins with a blank and the word {@code WHERE}.
 */
public final class Where {
  private final StringBuilder sql;
  private final List<@Nullable Object> args = new ArrayList<>();

  /** Begins with a condition that always holds a part of the rows, such as their scope. */
  public Where(String condition, @Nullable Object... first) {
    this.sql = new StringBuilder(" WHERE ").append(condition);
    args.addAll(Arrays.asList(first));
  }

  /** And that condition, with what stands for its marks. */
  public Where and(String condition, @Nullable Object... more) {
    sql.append(" AND ").append(condition);
    args.addAll(Arrays.asList(more));
    return this;
  }

  /** And the expression equals the value, unless that is null. */
  public Where equal(String expression, @Nullable Object value) {
    return value == null ? this : and(expression + " = ?", value);
  }

  /** And the expression is one of the values, unless there are none. */
  public Where in(String expression, List<?> values) {
    if (values.isEmpty()) {
      return this;
    }
    InList these = InList.of(expression, values);
    return and(these.condition(), these.args());
  }

  /**
   * And the column lies between the two.
   *
   * @param from inclusive; null for no bound
   * @param below exclusive; null for no bound
   */
  public Where between(String column, @Nullable String from, @Nullable String below) {
    if (from != null) {
      and(column + " >= ?", from);
    }
    return below == null ? this : and(column + " < ?", below);
  }

  /** The condition as SQL. */
  public String sql() {
    return sql.toString();
  }

  /** What stands for its marks, with more behind it. */
  public @Nullable Object[] args(@Nullable Object... more) {
    List<@Nullable Object> all = new ArrayList<>(args);
    all.addAll(Arrays.asList(more));
    return all.toArray();
  }

  /**
   * How many rows there are, counted up to {@code max}.
   *
   * @param from the table and its alias
   */
  public long count(Tx tx, String from, int max) {
    return tx.number(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM " + from + sql + " LIMIT ?) AS counted",
        args(max));
  }

  /** One page of rows, ordered by a column whose values are all different. */
  public <T> List<T> page(Tx tx, String select, String orderBy, Page page, Row.Reader<T> reader) {
    return tx.list(
        select
            + sql
            + " ORDER BY "
            + orderBy
            + (page.ascending() ? " ASC" : " DESC")
            + " LIMIT ? OFFSET ?",
        reader,
        args(page.limit(), page.offset()));
  }

  /**
   * A part of a list.
   *
   * @param ascending oldest first, for paging backwards
   * @param limit rows at most
   * @param offset rows left out before the first
   */
  public record Page(boolean ascending, int limit, int offset) {}
}
