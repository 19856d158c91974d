package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.expr.KeyRange;
import dev.catchment.expr.RecordPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The values of an index that lie in some ranges.
 *
 * @param index its number
 * @param ranges at least one
 */
record IndexedValues(long index, List<KeyRange> ranges) {
  /** Keys that are read at first to fill a page; more each time that they were not enough. */
  private static final int KEYS_MIN = 200;

  private static final int KEYS_GROWTH = 8;

  private Where where(String table) {
    List<@Nullable Object> args = new ArrayList<>();
    args.add(index);
    StringBuilder sql = new StringBuilder(table).append("index_id = ? AND (");
    for (KeyRange range : ranges) {
      sql.append(args.size() > 1 ? " OR " : "");
      args.add(range.from());
      if (range.isPoint()) {
        sql.append(table).append("sort_key = ?");
      } else {
        sql.append("(" + table + "sort_key >= ? AND " + table + "sort_key <= ?)");
        args.add(range.to());
      }
    }
    return new Where(sql.append(')').toString(), args.toArray());
  }

  /** How many there are, counted up to {@code max}. */
  long count(Tx tx, long max) {
    Where where = where("");
    return tx.number(
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM record_values"
            + where.sql()
            + " LIMIT ?) AS counted",
        where.args(max));
  }

  /** Hands over the records of all. */
  void each(Tx tx, long generation, Consumer<Row> taker) {
    Where where = where("v.");
    List<@Nullable Object> args = new ArrayList<>(List.of(generation));
    args.addAll(Arrays.asList(where.args()));
    tx.each(
        """
        SELECT r.* FROM record_values v
          JOIN records r ON r.generation = ? AND r.record_key = v.record_key
        """
            + where.sql(),
        row -> {
          taker.accept(row);
          return true;
        },
        args.toArray());
  }

  /** A record among them, before it is read. */
  private record Found(String key, long updatedAt, String id) {}

  /** A page of those that a query wants, which is ordered by the last update. */
  RecordPage page(
      Tx tx, long generation, RecordQuery query, @Nullable RecordPlace after, int limit) {
    List<RecordRow> rows = new ArrayList<>();
    RecordPlace from = after;
    int wanted = Math.max(KEYS_MIN, limit + 1);
    while (true) {
      List<Found> found = found(tx, query, from, wanted);
      Map<String, RecordRow> records =
          Records.byKey(tx, generation, found.stream().map(Found::key).toList());
      for (Found one : found) {
        RecordRow row = records.get(one.key());
        if (row != null && query.wants(row)) {
          if (rows.size() == limit) {
            return new RecordPage(
                List.copyOf(rows), query.place(rows.getLast()), new RecordPage.Bound.None());
          }
          rows.add(row);
        }
      }
      if (found.size() < wanted) {
        return new RecordPage(List.copyOf(rows), null, new RecordPage.Bound.None());
      }
      Found last = found.getLast();
      from = new RecordPlace(List.of(RecordPath.timeKey(last.updatedAt())), last.id());
      wanted *= KEYS_GROWTH;
    }
  }

  private List<Found> found(Tx tx, RecordQuery query, @Nullable RecordPlace after, int max) {
    boolean falling = query.order().parts().getFirst().falling();
    String direction = falling ? " DESC" : " ASC";
    Where where = where("");
    if (after != null) {
      long time =
          RecordPath.time(after.keys().getFirst())
              .orElseThrow(() -> Failure.invalid("Invalid cursor"));
      where.and("(updated_at, id) " + (falling ? "<" : ">") + " (?, ?)", time, after.id());
    }
    return tx.list(
        "SELECT record_key, updated_at, id FROM record_values"
            + where.sql()
            + (" ORDER BY updated_at" + direction + ", id" + direction + " LIMIT ?"),
        row -> new Found(row.string("record_key"), row.number("updated_at"), row.string("id")),
        where.args(max));
  }
}
