package dev.catchment.delivery;

import dev.catchment.db.Tx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of attempts that begin. */
final class NewAttempts {
  private final String node;
  private final long leaseMillis;
  private final List<DeliveryListener> listeners;

  NewAttempts(String node, long leaseMillis, List<DeliveryListener> listeners) {
    this.node = node;
    this.leaseMillis = leaseMillis;
    this.listeners = listeners;
  }

  /** Where an attempt goes. */
  record Target(String url, String method) {}

  /** The values of a row. */
  @Nullable Object[] of(Tx tx, Owed owed, Target target, Owed.Begin begin) {
    boolean claimed = begin == Owed.Begin.CLAIMED;
    Long due =
        switch (begin) {
          case CLAIMED -> tx.now() + leaseMillis;
          case DUE -> tx.now();
          case HELD, WAITING -> null;
        };
    Owed.@Nullable Replay replay = owed.numbers().replay();
    return new @Nullable Object[] {
      owed.id(),
      owed.scope().orgId(),
      owed.scope().envId(),
      owed.event().event().id(),
      owed.event().position(),
      owed.connectionId(),
      owed.destinationId(),
      target.url(),
      target.method(),
      owed.event().event().body().length,
      tx.now(),
      owed.numbers().attempt(),
      owed.numbers().firstOfRound(),
      owed.numbers().trigger(),
      due,
      claimed ? node : null,
      owed.claimNumber(),
      owed.transform(),
      replay == null ? null : replay.id(),
      owed.numbers().retries(),
      replay != null && replay.aside(),
      owed.turn().line(),
      begin == Owed.Begin.WAITING ? (Long) tx.now() : null
    };
  }

  /** Writes rows and tells of them. */
  void insert(Tx tx, List<@Nullable Object[]> rows) {
    tx.batch(
        """
        INSERT INTO attempts (id, org_id, env_id, event_id, event_position, connection_id,
          destination_id, request_url, request_method, request_body_size, created_at,
          attempt_number, round_start, trigger_type, due_at, claimed_by, claim_number,
          transform, replay_id, retries, aside, line, waiting_since, status, is_dlq, open)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, 1)
        """,
        rows);
    if (!listeners.isEmpty()) {
      List<BegunAttempt> begun =
          rows.stream()
              .map(row -> new BegunAttempt(String.valueOf(row[0]), String.valueOf(row[2])))
              .toList();
      listeners.forEach(listener -> listener.begun(tx, begun));
    }
  }
}
