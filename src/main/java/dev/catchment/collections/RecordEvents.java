package dev.catchment.collections;

import dev.catchment.db.InList;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of which events reached which record, in the order of the log: enough to tell a
 * record's history, and what it was at an earlier time, from the events themselves. The events of
 * one key are found by {@link KeyEvents}.
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
  static Set<Long> write(Tx tx, long generation, List<Batch.Reached> reached) {
    Set<Long> fresh = HashSet.newHashSet(reached.size());
    for (int from = 0; from < reached.size(); from += ROWS_MAX) {
      List<Batch.Reached> some = reached.subList(from, Math.min(reached.size(), from + ROWS_MAX));
      // Rows are padded to the next power of two, so that there are nine statements to prepare.
      int rows = Integer.highestOneBit(2 * some.size() - 1);
      List<@Nullable Object> args = new ArrayList<>(rows * 5);
      for (int i = 0; i < rows; i++) {
        Batch.Reached one = some.get(Math.min(i, some.size() - 1));
        args.add(generation);
        args.add(one.position());
        args.add(one.key());
        args.add(one.sourceEventAt());
        args.add(one.deletes());
      }
      fresh.addAll(
          tx.list(
              "INSERT INTO record_events (generation, position, record_key, source_event_at,"
                  + " deleted) VALUES "
                  + "(?, ?, ?, ?, ?),".repeat(rows - 1)
                  + "(?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING position",
              row -> row.number("position"),
              args.toArray()));
    }
    return fresh;
  }

  /** Those of the events that are still remembered, by position. */
  static Map<Long, KnownEvent> at(Tx tx, long generation, Collection<Long> positions) {
    Map<Long, KnownEvent> known = HashMap.newHashMap(positions.size());
    for (List<Long> some : InList.parts(List.copyOf(positions))) {
      InList these = InList.of("position", some);
      List<@Nullable Object> args = new ArrayList<>();
      args.add(generation);
      args.addAll(Arrays.asList(these.args()));
      tx.list(
              "SELECT position, source_event_at, deleted FROM record_events WHERE generation = ?"
                  + " AND "
                  + these.condition(),
              row ->
                  new KnownEvent(
                      row.number("position"), row.number("source_event_at"), row.flag("deleted")),
              args.toArray())
          .forEach(event -> known.put(event.position(), event));
    }
    return known;
  }

  /** An event and the key of the record it reached. */
  record Touch(String key, long position) {}

  /** The next events after a place and up to another, in the order of the log. */
  static List<Touch> between(Tx tx, long generation, long after, long last, int max) {
    return tx.list(
        """
        SELECT record_key, position FROM record_events
         WHERE generation = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?
        """,
        row -> new Touch(row.string("record_key"), row.number("position")),
        generation,
        after,
        last,
        max);
  }

  /** The place of the first event that is remembered. */
  static OptionalLong first(Tx tx, long generation) {
    return tx.find(
            "SELECT position FROM record_events WHERE generation = ? ORDER BY position LIMIT 1",
            row -> OptionalLong.of(row.number("position")),
            generation)
        .orElse(OptionalLong.empty());
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
      EventRuns.deleteGone(tx, generation);
    }
  }

  /**
   * Removes the next rows of a generation nobody reads.
   *
   * @return how many were removed
   */
  static int sweep(Tx tx, long generation, int max) {
    return tx.update(
        """
        DELETE FROM record_events WHERE generation = ? AND position <=
          (SELECT MAX(position) FROM (SELECT position FROM record_events
            WHERE generation = ? ORDER BY position LIMIT ?) AS slice)
        """,
        generation,
        generation,
        max);
  }
}
