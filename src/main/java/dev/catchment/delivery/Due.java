package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.log.StoredEvent;
import org.jspecify.annotations.Nullable;

/**
 * A row that this node has just claimed.
 *
 * @param status {@code pending}: send it; {@code failed}: a retry of it is due
 */
record Due(
    String id,
    Scope scope,
    String eventId,
    long eventPosition,
    String connectionId,
    String destinationId,
    Owed.Numbers numbers,
    long claimNumber,
    @Nullable String transform,
    @Nullable String line,
    String status) {
  Owed owed(StoredEvent event) {
    return new Owed(
        id,
        scope,
        event,
        connectionId,
        destinationId,
        numbers,
        claimNumber,
        transform,
        Owed.Turn.in(line));
  }

  boolean isRetry() {
    return status.equals(DeliveryQueue.Kind.RETRY.status());
  }

  static Due of(Row row) {
    return new Due(
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        row.string("event_id"),
        row.number("event_position"),
        row.string("connection_id"),
        row.string("destination_id"),
        new Owed.Numbers(
            row.integer("attempt_number"),
            row.integer("round_start"),
            row.string("trigger_type"),
            replay(row)),
        row.number("claim_number"),
        row.find("transform"),
        row.find("line"),
        row.string("status"));
  }

  private static Owed.@Nullable Replay replay(Row row) {
    String id = row.find("replay_id");
    return id == null ? null : new Owed.Replay(id, row.flag("retries"), row.flag("aside"));
  }
}
