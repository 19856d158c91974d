package dev.catchment.collections;

import dev.catchment.db.InList;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of which events reached which record: enough to tell a record's history, and what it
 * was at an earlier time, from the events themselves.
 */
public final class RecordEvents {
  private RecordEvents() {}

  /** Remembers the events; one that is known already stays as it is. */
  static void write(Tx tx, long generation, List<Batch.Reached> reached) {
    List<@Nullable Object[]> rows = new ArrayList<>(reached.size());
    for (Batch.Reached one : reached) {
      rows.add(
          new @Nullable Object[] {
            generation, one.key(), one.position(), one.sourceEventAt(), one.deletes()
          });
    }
    tx.batch(
        """
        INSERT INTO record_events (generation, record_key, position, source_event_at, deleted)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
        rows);
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
