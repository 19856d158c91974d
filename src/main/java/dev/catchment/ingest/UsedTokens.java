package dev.catchment.ingest;

import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import org.jspecify.annotations.Nullable;

/**
 * The table of tokens that were used. A token is claimed before its event is appended, and by
 * whichever node is first. A claim whose event never came, because the node died, is taken over
 * after a while: the sender's next try must not be lost.
 */
public final class UsedTokens {
  /** Longer than an event waits for its commit. */
  private static final long UNDER_WAY_MILLIS = 60_000;

  private UsedTokens() {}

  /** What came of a claim. */
  sealed interface Claim {
    /** The caller may append its event. */
    record Taken() implements Claim {}

    /** That event was made of it. */
    record Used(String eventId) implements Claim {}

    /** Another request with it is being stored now. */
    record UnderWay() implements Claim {}
  }

  private record Held(String eventId, long claimedAt, boolean used) {
    static Held of(Row row) {
      return new Held(row.string("event_id"), row.number("claimed_at"), row.flag("used"));
    }
  }

  static Claim claim(Tx tx, Source source, Token token, String eventId) {
    int taken =
        tx.update(
            """
            INSERT INTO used_tokens (source_id, hash, event_id, claimed_at, expires_at, used)
            VALUES (?, ?, ?, ?, ?, 0)
            ON CONFLICT (source_id, hash) DO NOTHING
            """,
            source.id(),
            token.hash(),
            eventId,
            tx.now(),
            token.expiresAt());
    if (taken == 1) {
      return new Claim.Taken();
    }
    @Nullable Held held =
        tx.find(
                "SELECT * FROM used_tokens WHERE source_id = ? AND hash = ?",
                Held::of,
                source.id(),
                token.hash())
            .orElse(null);
    if (held == null) {
      return new Claim.UnderWay();
    }
    if (held.used() || EventLog.isStored(tx, source.scope(), held.eventId())) {
      return new Claim.Used(held.eventId());
    }
    return held.claimedAt() + UNDER_WAY_MILLIS > tx.now()
            || !takeOver(tx, source, token, held, eventId)
        ? new Claim.UnderWay()
        : new Claim.Taken();
  }

  private static boolean takeOver(Tx tx, Source source, Token token, Held held, String eventId) {
    return tx.update(
            """
            UPDATE used_tokens SET event_id = ?, claimed_at = ?
             WHERE source_id = ? AND hash = ? AND event_id = ? AND used = 0
            """,
            eventId,
            tx.now(),
            source.id(),
            token.hash(),
            held.eventId())
        == 1;
  }

  /** Its event is stored, and may be removed before the token is. */
  static boolean use(Tx tx, Source source, Token token, String eventId) {
    return tx.update(
            "UPDATE used_tokens SET used = 1 WHERE source_id = ? AND hash = ? AND event_id = ?",
            source.id(),
            token.hash(),
            eventId)
        == 1;
  }

  /** No event came of it; the sender may try again at once. */
  static boolean release(Tx tx, Source source, Token token, String eventId) {
    return tx.update(
            """
            DELETE FROM used_tokens WHERE source_id = ? AND hash = ? AND event_id = ? AND used = 0
            """,
            source.id(),
            token.hash(),
            eventId)
        == 1;
  }

  /**
   * Removes tokens that would be refused for their age.
   *
   * @param max at most so many
   * @return how many were removed
   */
  public static int deleteExpired(Tx tx, int max) {
    return tx.update(
        """
        DELETE FROM used_tokens WHERE (source_id, hash) IN
          (SELECT source_id, hash FROM used_tokens WHERE expires_at < ? ORDER BY expires_at LIMIT ?)
        """,
        tx.now(),
        max);
  }
}
