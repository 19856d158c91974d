package dev.catchment.collections;

import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of events that gave a collection nothing to keep, with the reason. */
final class SkippedEvents {
  private SkippedEvents() {}

  /** Remembers the events; one that is skipped again takes the new reason. */
  static void write(Tx tx, String collectionId, List<Batch.Skip> skips) {
    List<@Nullable Object[]> rows = new ArrayList<>(skips.size());
    for (Batch.Skip skip : skips) {
      rows.add(
          new @Nullable Object[] {
            collectionId,
            skip.event().position(),
            skip.event().event().id(),
            skip.reason(),
            skip.event().event().receivedAt()
          });
    }
    tx.batch(
        """
        INSERT INTO skipped_events (collection_id, position, event_id, reason, received_at)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (collection_id, position) DO UPDATE SET reason = excluded.reason
        """,
        rows);
  }
}
