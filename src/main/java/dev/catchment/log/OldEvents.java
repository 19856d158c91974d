package dev.catchment.log;

import dev.catchment.base.Scope;
import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The events of the log from its far end, for whoever removes them. All reads are bounded. */
public final class OldEvents {
  private static final String SELECT =
      "SELECT position, id, org_id, env_id, source_id, payload_size, received_at FROM events";

  private OldEvents() {}

  /**
   * What is known of an event without its body.
   *
   * @param payloadSize bytes
   * @param receivedAt milliseconds since 1970
   */
  public record OldEvent(
      long position, String id, Scope scope, String sourceId, long payloadSize, long receivedAt) {}

  /** Events between the two positions, both exclusive, in order. */
  public static List<OldEvent> between(Tx tx, long after, long below, int max) {
    return tx.list(
        SELECT + " WHERE position > ? AND position < ? ORDER BY position LIMIT ?",
        OldEvents::event,
        after,
        below,
        max);
  }

  /** Events of one environment whose id lies between the two, both exclusive, in order. */
  public static List<OldEvent> ofEnvironment(
      Tx tx, String envId, String afterId, String belowId, int max) {
    return tx.list(
        SELECT + " WHERE env_id = ? AND id > ? AND id < ? ORDER BY id LIMIT ?",
        OldEvents::event,
        envId,
        afterId,
        belowId,
        max);
  }

  /** The environment after that one, by id, that has events; the first after the empty text. */
  public static Optional<String> environmentAfter(Tx tx, String envId) {
    return tx.find(
        "SELECT env_id FROM events WHERE env_id > ? ORDER BY env_id LIMIT 1",
        row -> row.string("env_id"),
        envId);
  }

  /** The id with so many newer ids of its environment between itself and {@code below}. */
  public static Optional<String> idBelow(Tx tx, String envId, String below, int newer) {
    return tx.find(
        "SELECT id FROM events WHERE env_id = ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ?",
        row -> row.string("id"),
        envId,
        below,
        newer);
  }

  /**
   * Keeps these events as they are until the transaction ends: nobody removes them meanwhile.
   *
   * @return the positions that are still stored
   */
  public static Set<Long> hold(Tx tx, List<Long> positions) {
    if (positions.isEmpty()) {
      return Set.of();
    }
    InList these = InList.of("position", positions);
    // Everybody locks events in this order.
    return Set.copyOf(
        tx.list(
            "SELECT position FROM events WHERE "
                + these.condition()
                + " ORDER BY position"
                + tx.dialect().locking(),
            row -> row.number("position"),
            these.args()));
  }

  /** Removes the events at these positions with their bodies. What they count for stays counted. */
  public static int delete(Tx tx, List<Long> positions) {
    if (positions.isEmpty()) {
      return 0;
    }
    InList these = InList.of("position", positions);
    tx.update("DELETE FROM event_bodies WHERE " + these.condition(), these.args());
    return tx.update("DELETE FROM events WHERE " + these.condition(), these.args());
  }

  /** Forgets what was counted for a source that belonged to nobody. */
  public static void forgetSource(Tx tx, String sourceId) {
    tx.update("DELETE FROM source_totals WHERE source_id = ?", sourceId);
  }

  private static OldEvent event(Row row) {
    return new OldEvent(
        row.number("position"),
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        row.string("source_id"),
        row.number("payload_size"),
        row.number("received_at"));
  }
}
