package dev.catchment.collections;

import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of which events reached which record: enough to tell a record's history, and what it
 * was at an earlier time, from the events themselves.
 */
final class RecordEvents {
  /** How many rows one statement writes. */
  private static final int ROWS_MAX = 256;

  private RecordEvents() {}

  /**
   * Remembers the events; one that is known already stays as it is.
   *
   * @return the positions of those that had not been known
   */
  static Set<Long> write(Tx tx, long generation, List<Batch.Reached> inLogOrder) {
    // In the order of the table a statement meets each of its pages once.
    List<Batch.Reached> reached =
        inLogOrder.stream()
            .sorted(
                Comparator.comparing(Batch.Reached::key).thenComparingLong(Batch.Reached::position))
            .toList();
    Set<Long> fresh = HashSet.newHashSet(reached.size());
    for (int from = 0; from < reached.size(); from += ROWS_MAX) {
      List<Batch.Reached> some = reached.subList(from, Math.min(reached.size(), from + ROWS_MAX));
      // Rows are padded to the next power of two, so that there are nine statements to prepare.
      int rows = Integer.highestOneBit(2 * some.size() - 1);
      List<@Nullable Object> args = new ArrayList<>(rows * 5);
      for (int i = 0; i < rows; i++) {
        Batch.Reached one = some.get(Math.min(i, some.size() - 1));
        args.add(generation);
        args.add(one.key());
        args.add(one.position());
        args.add(one.sourceEventAt());
        args.add(one.deletes());
      }
      fresh.addAll(
          tx.list(
              "INSERT INTO record_events (generation, record_key, position, source_event_at,"
                  + " deleted) VALUES "
                  + "(?, ?, ?, ?, ?),".repeat(rows - 1)
                  + "(?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING position",
              row -> row.number("position"),
              args.toArray()));
    }
    return fresh;
  }

  /** The places in the log of the events that reached a record, up to so many. */
  static List<Long> positions(Tx tx, long generation, String key, int max) {
    return tx.list(
        """
        SELECT position FROM record_events WHERE generation = ? AND record_key = ?
         ORDER BY position LIMIT ?
        """,
        row -> row.number("position"),
        generation,
        key,
        max);
  }
}
