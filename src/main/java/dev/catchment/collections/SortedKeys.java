package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The keys of all records that a query wants, sorted in memory because no index has the order. */
final class SortedKeys {
  private static final long BYTES_MAX = 64L << 20;

  /** What an entry takes beside its keys. */
  private static final int ENTRY_BYTES = 160;

  private static final int SLICE = 256;

  /** A record to be read again when its turn comes. */
  private record Entry(RecordPlace place, String key) {}

  private final List<Entry> entries = new ArrayList<>();
  private long bytes;

  private SortedKeys() {}

  /** Those behind a place; throws {@code INVALID} when they take too much memory. */
  static SortedKeys of(Tx tx, long generation, RecordQuery query, @Nullable RecordPlace after) {
    SortedKeys sorted = new SortedKeys();
    Walk.newestFirst(generation)
        .each(
            tx,
            null,
            Long.MAX_VALUE,
            row -> {
              String data = row.string("data");
              if (query.wants(row, data)) {
                RecordPlace place =
                    new RecordPlace(
                        query.order().keys(RecordQuery.view(row, data)), row.string("id"));
                if (after == null || compare(query, place, after) > 0) {
                  sorted.add(new Entry(place, row.string("record_key")));
                }
              }
              return true;
            });
    sorted.entries.sort((a, b) -> compare(query, a.place, b.place));
    return sorted;
  }

  private static int compare(RecordQuery query, RecordPlace a, RecordPlace b) {
    return query.order().compare(a.keys(), a.id(), b.keys(), b.id());
  }

  private void add(Entry entry) {
    entries.add(entry);
    bytes += ENTRY_BYTES + entry.key.length();
    bytes += entry.place.keys().stream().mapToInt(key -> key.length).sum();
    if (bytes > BYTES_MAX) {
      throw Failure.query(
          "sort", "must be one path that is declared as an index, for so many records");
    }
  }

  /** Hands over the records in order, as long as the taker wants another. */
  void each(Tx tx, long generation, Predicate<RecordRow> taker) {
    for (int from = 0; from < entries.size(); from += SLICE) {
      List<String> keys =
          entries.subList(from, Math.min(entries.size(), from + SLICE)).stream()
              .map(Entry::key)
              .toList();
      Map<String, RecordRow> rows = Records.byKey(tx, generation, keys);
      for (String key : keys) {
        RecordRow row = rows.get(key);
        if (row != null && !taker.test(row)) {
          return;
        }
      }
    }
  }
}
