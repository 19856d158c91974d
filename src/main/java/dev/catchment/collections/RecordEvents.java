package dev.catchment.collections;

import dev.catchment.db.InList;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of which events reached which record: enough to tell a record's history, and what it
 * was at an earlier time, from the events themselves.
 */
public final class RecordEvents {
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
    return positions(tx, generation, key, max, Long.MAX_VALUE);
  }

  /** The same, of those up to a place. */
  static List<Long> positions(Tx tx, long generation, String key, int max, long last) {
    return tx.list(
        """
        SELECT position FROM record_events
         WHERE generation = ? AND record_key = ? AND position <= ?
         ORDER BY position LIMIT ?
        """,
        row -> row.number("position"),
        generation,
        key,
        last,
        max);
  }

  /** Removes what is remembered of events that are removed themselves. */
  public static void delete(Tx tx, List<String> sourceIds, List<Long> positions) {
    if (sourceIds.isEmpty() || positions.isEmpty()) {
      return;
    }
    InList sources = InList.of("c.source_id", sourceIds);
    List<Long> generations =
        tx.list(
            "SELECT g.id FROM generations g JOIN collections c ON c.id = g.collection_id WHERE "
                + sources.condition()
                + " ORDER BY g.id",
            row -> row.number("id"),
            sources.args());
    InList these = InList.of("position", positions);
    for (Long generation : generations) {
      List<@Nullable Object> args = new ArrayList<>();
      args.add(generation);
      args.addAll(Arrays.asList(these.args()));
      tx.update(
          "DELETE FROM record_events WHERE generation = ? AND " + these.condition(),
          args.toArray());
    }
  }
}
