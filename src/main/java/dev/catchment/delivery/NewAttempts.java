package dev.catchment.delivery;

import dev.catchment.db.BulkInsert;
import dev.catchment.db.Tx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of attempts that begin. */
final class NewAttempts {
  private static final BulkInsert ATTEMPTS =
      BulkInsert.into("attempts")
          .texts("id", "org_id", "env_id", "event_id")
          .numbers("event_position")
          .texts("connection_id", "destination_id", "request_url", "request_method")
          .numbers("request_body_size", "created_at", "attempt_number", "round_start")
          .texts("trigger_type")
          .numbers("due_at")
          .texts("claimed_by")
          .numbers("claim_number")
          .texts("transform", "replay_id")
          .numbers("retries", "aside")
          .texts("line")
          .numbers("waiting_since")
          .texts("status")
          .numbers("is_dlq", "open");

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
      begin == Owed.Begin.WAITING ? (Long) tx.now() : null,
      "pending",
      false,
      true
    };
  }

  /** Writes rows and tells of them. */
  void insert(Tx tx, List<@Nullable Object[]> rows) {
    tx.insert(ATTEMPTS, rows);
    if (!listeners.isEmpty()) {
      List<BegunAttempt> begun =
          rows.stream()
              .map(row -> new BegunAttempt(String.valueOf(row[0]), String.valueOf(row[2])))
              .toList();
      listeners.forEach(listener -> listener.begun(tx, begun));
    }
  }
}
