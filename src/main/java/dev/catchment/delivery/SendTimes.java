package dev.catchment.delivery;

import dev.catchment.db.Tx;
import java.util.concurrent.TimeUnit;

/**
 * The table of send times of destinations with a rate limit. A node takes some for itself at once,
 * evenly spaced and after those that any node took before; what it does not use is lost. So all
 * nodes together keep the rate, as far as their clocks agree.
 */
final class SendTimes {
  static final long SECOND_MICROS = TimeUnit.SECONDS.toMicros(1);

  private SendTimes() {}

  /**
   * Send times of one destination.
   *
   * @param firstMicros the first, in microseconds since 1970
   * @param everyMicros the time between two
   */
  record Taken(long firstMicros, long everyMicros, int count) {
    /** Those after the first. */
    Taken rest() {
      return new Taken(firstMicros + everyMicros, everyMicros, count - 1);
    }
  }

  /** Takes that many. */
  static Taken take(Tx tx, String destinationId, int ratePerSecond, int count) {
    long every = SECOND_MICROS / ratePerSecond;
    long now = TimeUnit.MILLISECONDS.toMicros(tx.now());
    long until =
        tx.find(
                """
                INSERT INTO send_times (destination_id, taken_until) VALUES (?, ?)
                ON CONFLICT (destination_id) DO UPDATE SET taken_until = ?
                  + CASE WHEN send_times.taken_until > ? THEN send_times.taken_until ELSE ? END
                RETURNING taken_until AS n
                """,
                row -> row.number("n"),
                destinationId,
                now + count * every,
                count * every,
                now,
                now)
            .orElseThrow();
    return new Taken(until - count * every, every, count);
  }

  static void forget(Tx tx, String destinationId) {
    tx.update("DELETE FROM send_times WHERE destination_id = ?", destinationId);
  }
}
