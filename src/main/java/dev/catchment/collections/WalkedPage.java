package dev.catchment.collections;

import dev.catchment.db.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Takes from a walk what a query wants until a page is full or a bound is reached. */
final class WalkedPage implements Predicate<Row> {
  private final Walk walk;
  private final RecordQuery query;
  private final int limit;
  private final Meter meter;
  private final List<RecordRow> rows = new ArrayList<>();
  private @Nullable RecordPlace next;
  private boolean more;
  private boolean stopped;

  WalkedPage(Walk walk, RecordQuery query, int limit, Meter meter) {
    this.walk = walk;
    this.query = query;
    this.limit = limit;
    this.meter = meter;
  }

  @Override
  public boolean test(Row row) {
    if (meter.isFull()) {
      stopped = true;
      return false;
    }
    String data = row.string("data");
    meter.count(data);
    boolean wanted = query.wants(row, data);
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

  /** Whether the walk ended before the page did. */
  boolean isStopped() {
    return stopped;
  }

  RecordPage page() {
    return new RecordPage(
        List.copyOf(rows),
        more || stopped ? next : null,
        stopped ? new RecordPage.Bound.Stopped(meter.rows()) : new RecordPage.Bound.None());
  }
}
