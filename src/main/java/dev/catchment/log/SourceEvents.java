package dev.catchment.log;

import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stored events of one source, for whoever reads them again. All reads are bounded in number
 * and, but for a single larger event, in bytes of bodies.
 */
public final class SourceEvents {
  private SourceEvents() {}

  /**
   * How much one read brings into memory.
   *
   * @param events at most
   * @param bytes of bodies, unless a single body is larger
   */
  public record Bounds(int events, long bytes) {}

  /**
   * The greatest id among the source's events; empty when none is stored. Every event up to the
   * head of the log, read before in the same transaction, has an id up to this.
   */
  public static String last(Tx tx, String sourceId) {
    return tx.find(
            "SELECT COALESCE(MAX(id), '') AS id FROM events WHERE source_id = ?",
            row -> row.string("id"),
            sourceId)
        .orElse("");
  }

  /** How many events have an id after the one and up to the other. */
  public static long count(Tx tx, String sourceId, String after, String last) {
    return tx.number(
        "SELECT COUNT(*) AS n FROM events WHERE source_id = ? AND id > ? AND id <= ?",
        sourceId,
        after,
        last);
  }

  /** Events with an id after the one and up to the other, in the order of their ids. */
  public static List<StoredEvent> byId(
      Tx tx, String sourceId, String after, String last, Bounds bounds) {
    return list(
        tx,
        " WHERE e.source_id = ? AND e.id > ? AND e.id <= ? ORDER BY e.id LIMIT ?",
        bounds,
        sourceId,
        after,
        last,
        bounds.events());
  }

  /** Events after the one position and up to the other, in the order of the log. */
  public static List<StoredEvent> byPosition(
      Tx tx, String sourceId, long after, long last, Bounds bounds) {
    // The empty text keeps the store from looking up all events of the source by its index.
    return list(
        tx,
        " WHERE e.position > ? AND e.position <= ? AND e.source_id || '' = ?"
            + " ORDER BY e.position LIMIT ?",
        bounds,
        after,
        last,
        sourceId,
        bounds.events());
  }

  /**
   * The events at these positions; empty when one of them is gone or their bodies have more bytes.
   */
  public static List<StoredEvent> at(Tx tx, List<Long> positions, Bounds bounds) {
    if (positions.isEmpty() || positions.size() > bounds.events()) {
      return List.of();
    }
    List<StoredEvent> events = EventRows.at(tx, positions);
    long bytes = events.stream().mapToLong(event -> event.event().body().length).sum();
    return events.size() < positions.size() || bytes > bounds.bytes() ? List.of() : events;
  }

  private static List<StoredEvent> list(
      Tx tx, String where, Bounds bounds, @Nullable Object... args) {
    List<StoredEvent> events = new ArrayList<>();
    long[] bytes = {0};
    tx.each(
        "SELECT "
            + EventRows.COLUMNS
            + " FROM events e LEFT JOIN event_bodies b ON b.position = e.position"
            + where,
        row -> {
          StoredEvent event = EventRows.stored(row);
          events.add(event);
          bytes[0] += event.event().body().length;
          return bytes[0] < bounds.bytes();
        },
        args);
    return events;
  }
}
