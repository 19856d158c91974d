package dev.catchment.log;

import dev.catchment.db.Tx;

/**
 * The keys by which duplicates are told. A key is taken in the transaction that appends its event,
 * so of two that come at once exactly one is the original, on whichever nodes they arrive.
 */
public final class DedupKeys {
  private DedupKeys() {}

  /** The event as it is to be stored: marked when an original holds its key. */
  static Event judged(Tx tx, Event event) {
    Event.Dedup dedup = event.checks().dedup();
    if (dedup == null) {
      return event;
    }
    int taken =
        tx.update(
            """
            INSERT INTO dedup_keys (source_id, hash, event_id, accepted_at, expires_at)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (source_id, hash) DO UPDATE SET event_id = excluded.event_id,
              accepted_at = excluded.accepted_at, expires_at = excluded.expires_at
             WHERE dedup_keys.accepted_at < ?
            """,
            event.sourceId(),
            dedup.hash(),
            event.id(),
            event.receivedAt(),
            event.receivedAt() + dedup.windowMillis(),
            event.receivedAt() - dedup.windowMillis());
    if (taken > 0) {
      return event;
    }
    String original =
        tx.find(
                "SELECT event_id FROM dedup_keys WHERE source_id = ? AND hash = ?",
                row -> row.string("event_id"),
                event.sourceId(),
                dedup.hash())
            .orElseThrow();
    return event.duplicateOf(dedup, original);
  }

  /**
   * Removes keys whose window has ended.
   *
   * @param max at most so many
   * @return how many were removed
   */
  public static int deleteExpired(Tx tx, int max) {
    return tx.update(
        """
        DELETE FROM dedup_keys WHERE (source_id, hash) IN
          (SELECT source_id, hash FROM dedup_keys WHERE expires_at < ? ORDER BY expires_at LIMIT ?)
        """,
        tx.now(),
        max);
  }
}
