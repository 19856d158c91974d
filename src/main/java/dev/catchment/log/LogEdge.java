package dev.catchment.log;

import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the stored events of one source end in the past: up to there some are gone, after it none.
 *
 * @param position 0 when none is gone
 * @param receivedAt the latest receipt of an event that is gone, milliseconds since 1970
 */
public record LogEdge(long position, long receivedAt) {
  private static final LogEdge NONE = new LogEdge(0, 0);

  /** The edge of a source. */
  public static LogEdge of(Tx tx, String sourceId) {
    return tx.find(
            "SELECT position, received_at FROM log_edges WHERE source_id = ?",
            row -> new LogEdge(row.number("position"), row.number("received_at")),
            sourceId)
        .orElse(NONE);
  }

  /** Remembers that these events are removed in this transaction. */
  public static void moved(Tx tx, List<OldEvents.OldEvent> gone) {
    Map<String, LogEdge> edges = new HashMap<>();
    for (OldEvents.OldEvent event : gone) {
      edges.merge(
          event.sourceId(),
          new LogEdge(event.position(), event.receivedAt()),
          (one, other) ->
              new LogEdge(
                  Math.max(one.position(), other.position()),
                  Math.max(one.receivedAt(), other.receivedAt())));
    }
    List<@Nullable Object[]> rows = new ArrayList<>();
    edges.forEach((source, edge) ->
        rows.add(new @Nullable Object[] {source, edge.position(), edge.receivedAt()}));
    tx.batch(
        """
        INSERT INTO log_edges (source_id, position, received_at) VALUES (?, ?, ?)
        ON CONFLICT (source_id) DO UPDATE SET
          position = CASE WHEN excluded.position > log_edges.position
            THEN excluded.position ELSE log_edges.position END,
          received_at = CASE WHEN excluded.received_at > log_edges.received_at
            THEN excluded.received_at ELSE log_edges.received_at END
        """,
        rows);
  }
}
