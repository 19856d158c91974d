package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows of attempts that follow others by hand, gathered and written together: each takes over
 * what the row before it says of its delivery, and its place in the line.
 */
final class FollowingAttempts {
  private final Scope scope;
  private final LockedEnds ends;
  private final long now;
  private final List<@Nullable Object[]> rows = new ArrayList<>();

  /** By destination, the lines whose first attempt may have been followed. */
  private final Map<String, Set<String>> lines = new TreeMap<>();

  private boolean anyToSend;

  /**
   * @param ends of all the deliveries, locked in the transaction that will write
   * @param now of that transaction, milliseconds since 1970
   */
  FollowingAttempts(Scope scope, LockedEnds ends, long now) {
    this.scope = scope;
    this.ends = ends;
    this.now = now;
  }

  /** Adds the attempt of that id after another; false when its destination is gone. */
  boolean add(String id, ManualRetries.Newest before) {
    LockedEnds.Receiver receiver = ends.receiver(before.destinationId());
    if (receiver == null) {
      return false;
    }
    Owed.Begin begin = ends.begin(before.connectionId(), before.destinationId());
    anyToSend |= begin != Owed.Begin.HELD;
    if (before.line() != null) {
      // It takes the place of the row it follows, which may have been the first of its line.
      lines.computeIfAbsent(before.destinationId(), any -> new TreeSet<>()).add(before.line());
    }
    rows.add(
        new @Nullable Object[] {
          id,
          receiver.url(),
          receiver.method(),
          now,
          begin == Owed.Begin.DUE && before.line() == null ? (Long) now : null,
          begin == Owed.Begin.WAITING ? (Long) now : null,
          scope.envId(),
          before.id()
        });
    return true;
  }

  /** Writes them, moves their lines on, and wakes the couriers if any may be sent. */
  void write(Tx tx) {
    tx.batch(
        """
        INSERT INTO attempts (id, org_id, env_id, event_id, event_position, connection_id,
          destination_id, request_url, request_method, request_body_size, created_at,
          attempt_number, round_start, trigger_type, due_at, waiting_since, claim_number, replay_id,
          line, transform, status, is_dlq, open)
        SELECT ?, org_id, env_id, event_id, event_position, connection_id, destination_id,
          ?, ?, request_body_size, CAST(? AS BIGINT), attempt_number + 1, attempt_number + 1,
          'manual', CAST(? AS BIGINT), CAST(? AS BIGINT), 0, replay_id, line,
          (SELECT CASE WHEN c.transform_enabled = 1 THEN c.transform_hash END
             FROM connections c WHERE c.id = attempts.connection_id), 'pending', 0, 1
          FROM attempts WHERE env_id = ? AND id = ?
        """,
        rows);
    lines.forEach((destinationId, some) -> Held.advance(tx, destinationId, some));
    if (anyToSend) {
      tx.notify(Channel.DELIVERIES, "due");
    }
  }
}
