package dev.catchment.collections;

import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers queries over the records of a collection, within bounds. */
public final class RecordScan {
  private final ScanBounds bounds;

  /** A scan within these bounds. */
  public RecordScan(ScanBounds bounds) {
    this.bounds = bounds;
  }

  /**
   * A page of what the query wants, in its order.
   *
   * @param after the place of the last record of the page before; null for the first page
   * @param limit rows at most, at least 1
   */
  public RecordPage page(
      Tx tx, CollectionRow collection, RecordQuery query, @Nullable RecordPlace after, int limit) {
    long generation = collection.table().generation();
    Optional<Walk> walk = Walk.of(generation, query.order(), DeclaredIndexes.none());
    return walk.isPresent()
        ? walked(tx, walk.get(), query, after, limit)
        : sorted(tx, generation, query, after, limit);
  }

  /** Follows an index that has the order. */
  private RecordPage walked(
      Tx tx, Walk walk, RecordQuery query, @Nullable RecordPlace after, int limit) {
    Steps steps = new Steps(walk, query, limit);
    walk.each(tx, after, query.wantsAll() ? limit + 1L : bounds.rowsMax() + 1L, steps);
    return steps.page();
  }

  /** One walk until the page is full or a bound is reached. */
  private final class Steps implements Predicate<Row> {
    private final Walk walk;
    private final RecordQuery query;
    private final int limit;
    private final List<RecordRow> rows = new ArrayList<>();
    private final Meter meter = new Meter();
    private @Nullable RecordPlace next;
    private boolean more;
    private boolean stopped;

    Steps(Walk walk, RecordQuery query, int limit) {
      this.walk = walk;
      this.query = query;
      this.limit = limit;
    }

    @Override
    public boolean test(Row row) {
      if (meter.isFull()) {
        stopped = true;
        return false;
      }
      meter.count(query.wantsAll() ? 0 : row.string("data").length());
      boolean wanted = query.wants(row);
      if (wanted && rows.size() == limit) {
        more = true;
        return false;
      }
      // Behind a full page the list goes on from its last record, whatever was looked at since.
      if (rows.size() < limit) {
        next = walk.place(row);
      }
      if (wanted) {
        rows.add(Records.row(row));
      }
      return true;
    }

    RecordPage page() {
      return new RecordPage(
          List.copyOf(rows),
          more || stopped ? next : null,
          stopped ? new RecordPage.Bound.Stopped(meter.rows()) : new RecordPage.Bound.None());
    }
  }

  /** How much was looked at. */
  private final class Meter {
    private int rows;
    private long bytes;

    boolean isFull() {
      return rows >= bounds.rowsMax() || bytes >= bounds.bytesMax();
    }

    void count(int length) {
      rows++;
      bytes += length;
    }

    int rows() {
      return rows;
    }
  }

  /** Sorts those last updated. */
  private RecordPage sorted(
      Tx tx, long generation, RecordQuery query, @Nullable RecordPlace after, int limit) {
    TopRows top = new TopRows(query, after, limit + 1);
    Meter meter = new Meter();
    boolean[] cut = {false};
    Walk.newestFirst(generation)
        .each(
            tx,
            null,
            bounds.rowsMax() + 1L,
            row -> {
              if (meter.isFull()) {
                cut[0] = true;
                return false;
              }
              meter.count(row.string("data").length());
              top.offer(row);
              return true;
            });
    return top.page(
        cut[0] ? new RecordPage.Bound.Newest(meter.rows()) : new RecordPage.Bound.None());
  }

  /**
   * Hands over all that the query wants, in its order, as one snapshot and in memory that does not
   * grow with the number of records; an order that no index has costs the sort keys of each.
   *
   * @param after the place behind which to begin; null for the first record
   * @param taker answers whether it wants another record
   * @throws dev.catchment.base.Failure {@code INVALID} when the sort keys of an order that no index
   *     has take more than is set aside for them
   */
  public void each(
      Tx tx,
      CollectionRow collection,
      RecordQuery query,
      @Nullable RecordPlace after,
      Predicate<RecordRow> taker) {
    long generation = collection.table().generation();
    Optional<Walk> walk = Walk.of(generation, query.order(), DeclaredIndexes.none());
    if (walk.isPresent()) {
      walk.get()
          .each(
              tx, after, Long.MAX_VALUE, row -> !query.wants(row) || taker.test(Records.row(row)));
    } else {
      SortedKeys.of(tx, generation, query, after).each(tx, generation, taker);
    }
  }
}
