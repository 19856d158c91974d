package dev.catchment.collections;

import dev.catchment.db.Row;
import dev.catchment.expr.RecordOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first records behind a place, of rows that come in any order; holds no more than it gives.
 */
final class TopRows {
  /** A record that may be among them. */
  private record Entry(RecordPlace place, RecordRow row) {}

  private final RecordQuery query;
  private final @Nullable RecordPlace after;
  private final int max;
  private final PriorityQueue<Entry> last;
  private final Set<String> ids = new HashSet<>();

  /**
   * @param after null for the first of all
   * @param max how many to keep
   */
  TopRows(RecordQuery query, @Nullable RecordPlace after, int max) {
    this.query = query;
    this.after = after;
    this.max = max;
    this.last = new PriorityQueue<>(max + 1, (a, b) -> compare(b.place, a.place));
  }

  private int compare(RecordPlace a, RecordPlace b) {
    RecordOrder order = query.order();
    return order.compare(a.keys(), a.id(), b.keys(), b.id());
  }

  /** Keeps the row if the query wants it and it is among the first; it may come more than once. */
  void offer(Row row) {
    offer(row, row.string("data"));
  }

  /** The same with the row's data, where they have been read already. */
  void offer(Row row, String data) {
    if (!query.wants(row, data)) {
      return;
    }
    RecordPlace place =
        new RecordPlace(query.order().keys(RecordQuery.view(row, data)), row.string("id"));
    if ((after != null && compare(place, after) <= 0)
        || (last.size() == max && compare(place, last.element().place()) >= 0)
        || !ids.add(place.id())) {
      return;
    }
    last.add(new Entry(place, Records.row(row)));
    if (last.size() > max) {
      ids.remove(last.remove().place().id());
    }
  }

  /** One page of one record less than were kept, which tells whether there are more. */
  RecordPage page(RecordPage.Bound bound) {
    List<Entry> entries = new ArrayList<>(last);
    entries.sort((a, b) -> compare(a.place(), b.place()));
    boolean more = entries.size() == max;
    List<Entry> shown = more ? entries.subList(0, max - 1) : entries;
    return new RecordPage(
        shown.stream().map(Entry::row).toList(), more ? shown.getLast().place() : null, bound);
  }
}
