package dev.catchment.collections;

import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import java.util.Map;
import java.util.TreeMap;

/** How far collections are behind the log. */
public final class Lag {
  /**
   * How many events, whosever they are, are looked at one by one to tell how many are the source's.
   */
  private static final long LOOKED_AT_MAX = 10_000;

  private Lag() {}

  /**
   * How far the collections are that are paused, catch up or are being backfilled: source to the
   * position after which its events are still needed.
   */
  public static Map<String, Long> waiting(Tx tx) {
    Map<String, Long> waiting = new TreeMap<>();
    tx.list(
            """
            SELECT source_id, catch_up_position AS n FROM collections
             WHERE catch_up_position IS NOT NULL
            UNION ALL
            SELECT source_id, 0 AS n FROM collections
             WHERE backfill_status IN ('pending', 'running')
            """,
            row -> Map.entry(row.string("source_id"), row.number("n")))
        .forEach(entry -> waiting.merge(entry.getKey(), entry.getValue(), Math::min));
    return waiting;
  }

  /** Accepted events of the collection's source that it has not yet looked at. */
  public static long of(Tx tx, CollectionRow collection) {
    long reached = collection.progress().reached();
    long behind = EventLog.head(tx) - reached;
    if (behind <= 0 || collection.fold().status() == CollectionRow.Status.DISABLED) {
      return 0;
    }
    String sourceId = collection.identity().sourceId();
    return behind <= LOOKED_AT_MAX
        // A condition on both would look at every event the source ever had.
        ? tx.number(
            """
            SELECT COUNT(*) AS n FROM (SELECT source_id FROM events WHERE position > ?
              ORDER BY position LIMIT ?) AS newest WHERE source_id = ?
            """,
            reached,
            LOOKED_AT_MAX,
            sourceId)
        : tx.number(
            "SELECT COUNT(*) AS n FROM events WHERE position > ? AND source_id = ?",
            reached,
            sourceId);
  }
}
