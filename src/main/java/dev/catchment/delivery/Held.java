package dev.catchment.delivery;

import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries without a due time: their connection or destination is paused, the circuit of their
 * destination is open, or they stand in a line behind another. Here is what lets them go.
 *
 * <p>Of the open deliveries of a line at most one has a due time: the oldest that nothing else
 * holds. Everything that lets go locks the destination first, so that of two that end and begin
 * deliveries of one line at once the later sees what the earlier did.
 */
public final class Held {
  private static final String CONNECTION_LETS_GO = connectionLetsGo("attempts");

  private static final String CIRCUIT_OPEN = "Circuit open";

  private Held() {}

  /**
   * A paused connection holds all of its deliveries. A disabled one keeps what it holds, but not
   * what somebody asked for by hand or by a replay, which may be sent although it is disabled.
   */
  private static String connectionLetsGo(String rows) {
    return """
     AND NOT EXISTS (SELECT 1 FROM connections c WHERE c.id = %1$s.connection_id
       AND (c.status = 'paused' OR (c.status = 'disabled'
         AND %1$s.replay_id IS NULL AND %1$s.round_start = 1)))
    """
        .formatted(rows);
  }

  /** Whether a destination takes deliveries now, which holds until the transaction ends. */
  static boolean lockAndAskIfOpen(Tx tx, String destinationId) {
    return Destinations.lockAndAskIfActive(tx, destinationId)
        && !Circuits.isOpen(tx, destinationId);
  }

  /**
   * Has what is held for a destination let go, a slice at a time and in the order of receipt, if it
   * takes deliveries. If its circuit is open, all wait for that from now on: what a pause held has
   * not aged.
   */
  public static void release(Tx tx, String destinationId) {
    if (lockAndAskIfOpen(tx, destinationId)) {
      Releases.begin(tx, destinationId);
      tx.notify(Channel.DELIVERIES, destinationId);
    } else {
      Circuits.waitAnew(tx, destinationId);
    }
  }

  /** Some deliveries to a destination are over: the next of their lines may go. */
  static void closeRanks(Tx tx, String destinationId) {
    boolean inLines =
        tx.number(
                "SELECT COUNT(*) AS n FROM (SELECT 1 FROM attempts WHERE open = 1"
                    + " AND due_at IS NULL AND destination_id = ? AND line IS NOT NULL"
                    + " LIMIT 1) AS held_rows",
                destinationId)
            > 0;
    if (inLines && lockAndAskIfOpen(tx, destinationId)) {
      Releases.begin(tx, destinationId);
      tx.notify(Channel.DELIVERIES, destinationId);
    }
  }

  /**
   * Lets go the first of each line that nothing holds.
   *
   * @return how many, at most {@code max}
   */
  static int releaseHeads(Tx tx, String destinationId, int max) {
    return tx.update(
        """
        UPDATE attempts SET due_at = ?, waiting_since = NULL
         WHERE seq IN (SELECT seq FROM attempts AS waiting
           WHERE open = 1 AND due_at IS NULL AND destination_id = ? AND line IS NOT NULL
        """
            + connectionLetsGo("waiting")
            + """
             AND NOT EXISTS (SELECT 1 FROM attempts moving
               WHERE moving.open = 1 AND moving.due_at IS NOT NULL
                 AND moving.destination_id = waiting.destination_id
                 AND moving.line = waiting.line)
             AND NOT EXISTS (SELECT 1 FROM attempts older
               WHERE older.open = 1 AND older.due_at IS NULL
                 AND older.destination_id = waiting.destination_id AND older.line = waiting.line
                 AND (older.event_position, older.seq) < (waiting.event_position, waiting.seq)
            """
            + connectionLetsGo("older")
            + ") ORDER BY event_position, seq LIMIT ?)",
        tx.now(),
        destinationId,
        max);
  }

  /**
   * Lets the next of some lines of a destination go where nothing of the line is on its way.
   *
   * @return whether the destination takes deliveries
   */
  static boolean advance(Tx tx, String destinationId, Collection<String> lines) {
    if (!lockAndAskIfOpen(tx, destinationId)) {
      return false;
    }
    List<@Nullable Object[]> rows =
        lines.stream()
            .map(line ->
                new @Nullable Object[] {
                  tx.now(), destinationId, line, destinationId, line,
                })
            .toList();
    tx.batch(
        "UPDATE attempts SET due_at = ?, waiting_since = NULL WHERE seq = (SELECT seq FROM attempts"
            + " WHERE open = 1 AND due_at IS NULL AND destination_id = ? AND line = ?"
            + CONNECTION_LETS_GO
            + """
             ORDER BY event_position, seq LIMIT 1)
               AND NOT EXISTS (SELECT 1 FROM attempts moving
                 WHERE moving.open = 1 AND moving.due_at IS NOT NULL
                   AND moving.destination_id = ? AND moving.line = ?)
            """,
        rows);
    return true;
  }

  /** What waits for a destination and is neither behind another nor held by its connection. */
  static final String FIRST_IN_TURN =
      " open = 1 AND due_at IS NULL AND destination_id = ?"
          + CONNECTION_LETS_GO
          + """
           AND (line IS NULL OR NOT EXISTS (SELECT 1 FROM attempts moving
             WHERE moving.open = 1 AND moving.due_at IS NOT NULL
               AND moving.destination_id = attempts.destination_id
               AND moving.line = attempts.line))
          """;

  /** What waits for a destination, stands in no line and is not held by its connection. */
  static final String IN_NO_LINE =
      " open = 1 AND due_at IS NULL AND destination_id = ? AND line IS NULL" + CONNECTION_LETS_GO;

  /**
   * Notes that deliveries wait for the circuit of a destination from now on, if it is not closed,
   * where that has not been noted yet.
   *
   * @return how many, at most {@code max}
   */
  static int note(Tx tx, String destinationId, int max) {
    return lockAndAskIfCircuitHolds(tx, destinationId)
        ? tx.update(
            """
            UPDATE attempts SET waiting_since = ? WHERE seq IN (SELECT seq FROM attempts
             WHERE open = 1 AND due_at IS NULL AND destination_id = ? AND waiting_since IS NULL
            """
                + CONNECTION_LETS_GO
                + " LIMIT ?)",
            tx.now(),
            destinationId,
            max)
        : 0;
  }

  private static boolean lockAndAskIfCircuitHolds(Tx tx, String destinationId) {
    return Destinations.lockAndAskIfActive(tx, destinationId) && Circuits.isOpen(tx, destinationId);
  }

  /**
   * Makes dead letters of deliveries that have waited for the circuit of a destination since then
   * or longer. What was noted before the circuit opened the last time has waited since it did.
   *
   * @return those that were ended, at most {@code max}
   */
  static List<EndedAttempt> giveUp(Tx tx, String destinationId, long since, int max) {
    if (!lockAndAskIfCircuitHolds(tx, destinationId)
        || Circuits.openSince(tx, destinationId) > since) {
      return List.of();
    }
    return tx.list(
        """
        UPDATE attempts SET status = 'failed', error = ?, open = 0, next_retry_at = NULL,
          is_dlq = retries, dlq_at = CASE WHEN retries = 1 THEN CAST(? AS BIGINT) END
         WHERE seq IN (SELECT seq FROM attempts
           WHERE open = 1 AND due_at IS NULL AND destination_id = ? AND waiting_since <= ?
        """
            + CONNECTION_LETS_GO
            + " ORDER BY event_position, seq LIMIT ?) RETURNING *",
        row -> EndedAttempt.waitedTooLong(row, CIRCUIT_OPEN, tx.now()),
        CIRCUIT_OPEN,
        tx.now(),
        destinationId,
        since,
        max);
  }

  /** How many wait for a destination, but for those that their connection holds; up to a number. */
  static long count(Tx tx, String destinationId, int max) {
    return tx.number(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM attempts"
            + " WHERE open = 1 AND due_at IS NULL AND destination_id = ?"
            + CONNECTION_LETS_GO
            + " LIMIT ?) AS held_rows",
        destinationId,
        max);
  }
}
