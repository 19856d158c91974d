package dev.catchment.collections;

import dev.catchment.db.BulkInsert;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The table of which events reached which record, in the order of the log: enough to tell a
 * record's history, and what it was at an earlier time, from the events themselves. The events of
 * one key are found by {@link KeyEvents}.
 */
public final class RecordEvents {
  private static final BulkInsert EVENTS =
      BulkInsert.into("record_events")
          .numbers("generation", "position")
          .texts("record_key")
          .numbers("source_event_at", "deleted");

  private static final BulkInsert UNKNOWN_EVENTS = EVENTS.onConflict("ON CONFLICT DO NOTHING");

  private static final int FEW = 16;

  private RecordEvents() {}

  /**
   * Remembers the events; one that is known already stays as it is. The generation must be locked.
   *
   * @param reached no position twice
   * @return the positions of those that had not been known
   */
  static Set<Long> write(Tx tx, long generation, List<Batch.Reached> reached) {
    List<@Nullable Object[]> rows =
        reached.stream()
            .map(one ->
                new @Nullable Object[] {
                  generation, one.position(), one.key(), one.sourceEventAt(), one.deletes()
                })
            .toList();
    // Live events are newer than all that are known: nothing need be looked for, which would cost
    // more than they do. For a few it is not worth the question.
    if (rows.size() > FEW && areNewer(reached, last(tx, generation))) {
      tx.insert(EVENTS, rows);
      return reached.stream().map(Batch.Reached::position).collect(Collectors.toSet());
    }
    return new HashSet<>(tx.insertNew(UNKNOWN_EVENTS, rows, "position"));
  }

  private static boolean areNewer(List<Batch.Reached> reached, long position) {
    return reached.stream().allMatch(one -> one.position() > position);
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

  private static long last(Tx tx, long generation) {
    return tx.number(
        """
        SELECT position AS n FROM record_events WHERE generation = ? ORDER BY position DESC LIMIT 1
        """,
        generation);
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
