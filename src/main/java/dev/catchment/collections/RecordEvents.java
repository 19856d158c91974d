package dev.catchment.collections;

import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of which events reached which record: enough to tell a record's history, and what it
 * was at an earlier time, from the events themselves.
 */
final class RecordEvents {
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
}
