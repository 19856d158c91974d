package dev.catchment.ingest;

import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import java.util.List;
import java.util.Optional;

/**
 * The table of how long ephemeral sources live, and of how many requests they took. A source
 * without a row is an ordinary one. Times are milliseconds since 1970.
 */
public final class Terms {
  private Terms() {}

  /** What came of asking for the place of one more request. */
  sealed interface Place {
    /** There is one, and it is taken. */
    record Taken() implements Place {}

    /** The time is over. */
    record Expired() implements Place {}

    /** None is left. */
    record UsedUp(long expiresAt) implements Place {}

    /** The source is an ordinary one by now, of that scope. */
    record Unlimited(Scope scope) implements Place {}

    /** There is no such source any more. */
    record Gone() implements Place {}
  }

  static void create(Tx tx, String sourceId, Source.Term term) {
    tx.update(
        """
        INSERT INTO source_terms (source_id, expires_at, request_limit, request_count)
        VALUES (?, ?, ?, 0)
        """,
        sourceId,
        term.expiresAt(),
        (long) term.requestLimit());
  }

  /**
   * Takes the place of one request. Whoever asks at the same time waits until this transaction has
   * ended, so the number is exact on all nodes together.
   */
  static Place take(Tx tx, String sourceId) {
    int taken =
        tx.update(
            """
            UPDATE source_terms SET request_count = request_count + 1
             WHERE source_id = ? AND expires_at > ? AND request_count < request_limit
            """,
            sourceId,
            tx.now());
    if (taken == 1) {
      return new Place.Taken();
    }
    Optional<Long> expiresAt =
        tx.find(
            "SELECT expires_at FROM source_terms WHERE source_id = ?",
            row -> row.number("expires_at"),
            sourceId);
    if (expiresAt.isPresent()) {
      return expiresAt.get() > tx.now() ? new Place.UsedUp(expiresAt.get()) : new Place.Expired();
    }
    return tx.find(
            "SELECT org_id, env_id FROM sources WHERE id = ?",
            row -> new Scope(row.string("org_id"), row.string("env_id")),
            sourceId)
        .<Place>map(Place.Unlimited::new)
        .orElseGet(Place.Gone::new);
  }

  /** How many sources live for a while only, those that are over included, up to so many. */
  public static long count(Tx tx, int max) {
    return tx.number(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM source_terms LIMIT ?) AS kept", (long) max);
  }

  /** The requests that a source took; 0 for an ordinary one. */
  public static long taken(Tx tx, String sourceId) {
    return tx.number("SELECT request_count AS n FROM source_terms WHERE source_id = ?", sourceId);
  }

  /** Ends the term at that time, and for that time on nothing more is taken. */
  public static void end(Tx tx, String sourceId, long at) {
    tx.update("UPDATE source_terms SET expires_at = ? WHERE source_id = ?", at, sourceId);
  }

  /** Sources whose term ended before that time, the first to end first. */
  public static List<String> endedBefore(Tx tx, long before, int max) {
    return tx.list(
        "SELECT source_id FROM source_terms WHERE expires_at < ? ORDER BY expires_at LIMIT ?",
        row -> row.string("source_id"),
        before,
        (long) max);
  }

  /** Makes the source an ordinary one; false when it is that already. */
  static boolean delete(Tx tx, String sourceId) {
    return tx.update("DELETE FROM source_terms WHERE source_id = ?", sourceId) == 1;
  }
}
