package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.expr.KeyRange;
import dev.catchment.expr.RecordOrder;
import dev.catchment.expr.RecordPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The visible records of a generation in an order that an index of the store has, so that each next
 * one costs the same wherever it stands.
 */
final class Walk {
  private final By by;
  private final String select;
  private final List<Object> args;
  private final boolean falling;
  private final @Nullable KeyRange range;

  /** What an index orders by. */
  private enum By {
    UPDATED("updated_at", "id"),
    KEY("record_key", ""),
    VALUE("v.sort_key", "v.id");

    private final String key;
    private final String id;

    By(String key, String id) {
      this.key = key;
      this.id = id;
    }
  }

  private Walk(By by, String select, List<Object> args, boolean falling, @Nullable KeyRange range) {
    this.by = by;
    this.select = select;
    this.args = args;
    this.falling = falling;
    this.range = range;
  }

  /**
   * The walk in the order of a query, if an index has it: one path, that is a column with an index
   * of its own or declared. What the rules say of that path bounds the walk.
   */
  static Optional<Walk> of(long generation, RecordQuery query, DeclaredIndexes indexes) {
    RecordOrder.Part part = query.order().parts().getFirst();
    if (query.order().parts().size() > 1) {
      return Optional.empty();
    }
    List<KeyRange> ranges = query.where().ranges().getOrDefault(part.path(), List.of());
    return switch (part.path().column()) {
      case UPDATED_AT -> Optional.of(own(By.UPDATED, generation, part.falling()).within(ranges));
      case RECORD_KEY -> Optional.of(own(By.KEY, generation, part.falling()).within(ranges));
      case null, default ->
          indexes
              .find(part.path())
              .map(index -> byValue(generation, index, part.falling()).within(ranges));
    };
  }

  /** The walk from the last updated on. */
  static Walk newestFirst(long generation) {
    return own(By.UPDATED, generation, true);
  }

  private static Walk own(By by, long generation, boolean falling) {
    return new Walk(
        by,
        "SELECT * FROM records WHERE generation = ? AND deleted = 0",
        List.of(generation),
        falling,
        null);
  }

  private static Walk byValue(long generation, long index, boolean falling) {
    return new Walk(
        By.VALUE,
        """
        SELECT r.*, v.sort_key FROM record_values v
          JOIN records r ON r.generation = ? AND r.record_key = v.record_key
         WHERE v.index_id = ?\
        """,
        List.of(generation, index),
        falling,
        null);
  }

  /** The same where it lies in a range; the whole where that is not one range of its keys. */
  private Walk within(List<KeyRange> ranges) {
    return ranges.size() == 1 && isKey(ranges.getFirst())
        ? new Walk(by, select, args, falling, ranges.getFirst())
        : this;
  }

  private boolean isKey(KeyRange range) {
    return by != By.UPDATED
        || (RecordPath.time(range.from()).isPresent() && RecordPath.time(range.to()).isPresent());
  }

  /**
   * Hands over the rows behind a place.
   *
   * @param after null from the first
   * @param max rows at most
   * @param taker answers whether it wants another row
   */
  void each(Tx tx, @Nullable RecordPlace after, long max, Predicate<Row> taker) {
    StringBuilder sql = new StringBuilder(select);
    List<@Nullable Object> all = new ArrayList<>(args);
    String direction = falling ? " DESC" : " ASC";
    if (range != null) {
      // Next to the place itself the end that lies behind it is left out: a store that entered its
      // index by that end would look at everything before the place again.
      boolean entered = after != null && isWithin(range, after.keys().getFirst());
      if (falling || !entered) {
        sql.append(" AND ").append(by.key).append(" >= ?");
        all.add(bound(range.from()));
      }
      if (!falling || !entered) {
        sql.append(" AND ").append(by.key).append(" <= ?");
        all.add(bound(range.to()));
      }
    }
    if (after != null) {
      String sign = falling ? " < " : " > ";
      all.add(bound(after.keys().getFirst()));
      if (by.id.isEmpty()) {
        sql.append(" AND ").append(by.key).append(sign).append("?");
      } else {
        sql.append(" AND (" + by.key + ", " + by.id + ")" + sign + "(?, ?)");
        all.add(after.id());
      }
    }
    sql.append(" ORDER BY ").append(by.key).append(direction);
    if (!by.id.isEmpty()) {
      sql.append(", ").append(by.id).append(direction);
    }
    sql.append(" LIMIT ?");
    all.add(max);
    tx.each(sql.toString(), taker, all.toArray());
  }

  /** Whether a place lies behind the end of the range where the walk begins. */
  private boolean isWithin(KeyRange range, byte[] key) {
    return falling
        ? Arrays.compareUnsigned(key, range.to()) <= 0
        : Arrays.compareUnsigned(key, range.from()) >= 0;
  }

  private Object bound(byte[] key) {
    return switch (by) {
      case UPDATED -> RecordPath.time(key).orElseThrow(() -> Failure.invalid("Invalid cursor"));
      case KEY -> new String(key, StandardCharsets.UTF_8);
      case VALUE -> key;
    };
  }

  /** The place of a row of this walk. */
  RecordPlace place(Row row) {
    byte[] key =
        switch (by) {
          case UPDATED -> RecordPath.timeKey(row.number("updated_at"));
          case KEY -> row.string("record_key").getBytes(StandardCharsets.UTF_8);
          case VALUE -> row.bytes("sort_key");
        };
    if (key == null) {
      throw new IllegalStateException("A value has no sort key");
    }
    return new RecordPlace(List.of(key), row.string("id"));
  }
}
