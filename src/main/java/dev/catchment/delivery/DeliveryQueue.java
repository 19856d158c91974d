package dev.catchment.delivery;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The table of attempts as a queue. The newest row of a delivery is open until the delivery is
 * over; a claim moves its due time to the end of a lease and raises its claim number, so a worker
 * whose lease has run out can settle nothing.
 */
final class DeliveryQueue {
  private final Ids ids;
  private final String node;
  private final long leaseMillis;

  DeliveryQueue(Ids ids, String node, long leaseMillis) {
    this.ids = ids;
    this.node = node;
    this.leaseMillis = leaseMillis;
  }

  long leaseMillis() {
    return leaseMillis;
  }

  /** Writes the first attempts of new deliveries. */
  void add(Tx tx, List<Owed.New> deliveries) {
    List<@Nullable Object[]> rows = new ArrayList<>(deliveries.size());
    for (Owed.New delivery : deliveries) {
      boolean claimed = delivery.begin() == Owed.Begin.CLAIMED;
      Long due =
          switch (delivery.begin()) {
            case CLAIMED -> tx.now() + leaseMillis;
            case DUE -> tx.now();
            case HELD -> null;
          };
      rows.add(
          insertion(
              tx, delivery.owed(), new Target(delivery.url(), delivery.method()), due, claimed));
    }
    insert(tx, rows);
  }

  private record Target(String url, String method) {}

  private @Nullable Object[] insertion(
      Tx tx, Owed owed, Target target, @Nullable Long due, boolean claimed) {
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
      owed.claimNumber()
    };
  }

  private static void insert(Tx tx, List<@Nullable Object[]> rows) {
    tx.batch(
        """
        INSERT INTO attempts (id, org_id, env_id, event_id, event_position, connection_id,
          destination_id, request_url, request_method, request_body_size, created_at,
          attempt_number, round_start, trigger_type, due_at, claimed_by, claim_number,
          status, is_dlq, open)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, 1)
        """,
        rows);
  }

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
      String status,
      String url,
      String method) {}

  /** Claims what is due, oldest first, but nothing for the destinations that have no room. */
  List<Due> claim(Tx tx, int max, List<String> fullDestinations) {
    List<@Nullable Object> args = new ArrayList<>();
    args.add(tx.now() + leaseMillis);
    args.add(node);
    args.add(tx.now());
    args.addAll(fullDestinations);
    args.add(max);
    return tx.list(
        """
        UPDATE attempts SET due_at = ?, claimed_by = ?, claim_number = claim_number + 1
         WHERE seq IN (SELECT seq FROM attempts WHERE open = 1 AND due_at <= ?
        """
            + notIn(fullDestinations)
            + " ORDER BY due_at, seq LIMIT ?"
            + tx.dialect().skipLocked()
            + ") RETURNING *",
        DeliveryQueue::due,
        args.toArray());
  }

  private static String notIn(List<String> destinations) {
    return destinations.isEmpty()
        ? ""
        : " AND destination_id NOT IN (" + "?,".repeat(destinations.size() - 1) + "?)";
  }

  /** When the next delivery is due, claimed ones at the end of their lease. */
  OptionalLong nextDue(Tx tx, List<String> fullDestinations) {
    @Nullable Object[] args = fullDestinations.toArray();
    long due =
        tx.number(
            "SELECT COALESCE(MIN(due_at), -1) AS n FROM attempts WHERE open = 1"
                + notIn(fullDestinations),
            args);
    return due < 0 ? OptionalLong.empty() : OptionalLong.of(due);
  }

  /** Closes the failed rows and writes the rows of the retries that are due for them. */
  List<Owed> beginRetries(Tx tx, List<Due> failed, Map<Long, StoredEvent> events) {
    List<Owed> retries = new ArrayList<>();
    List<@Nullable Object[]> closed = new ArrayList<>();
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Due due : failed) {
      closed.add(new @Nullable Object[] {due.scope().envId(), due.id()});
      StoredEvent event = events.get(due.eventPosition());
      if (event == null) {
        continue;
      }
      Owed owed =
          new Owed(
              ids.next(),
              due.scope(),
              event,
              due.connectionId(),
              due.destinationId(),
              new Owed.Numbers(due.numbers().attempt() + 1, due.numbers().firstOfRound(), "retry"),
              1);
      retries.add(owed);
      rows.add(
          insertion(tx, owed, new Target(due.url(), due.method()), tx.now() + leaseMillis, true));
    }
    tx.batch(
        """
        UPDATE attempts SET open = 0, due_at = NULL, claimed_by = NULL
         WHERE env_id = ? AND id = ?
        """,
        closed);
    insert(tx, rows);
    return retries;
  }

  /** Ends deliveries whose event is no longer stored. */
  void endWithoutEvent(Tx tx, List<Due> rows) {
    tx.batch(
        """
        UPDATE attempts SET status = 'failed', error = 'Event no longer stored', open = 0,
          due_at = NULL, next_retry_at = NULL, claimed_by = NULL, is_dlq = 1, dlq_at = ?
         WHERE env_id = ? AND id = ?
        """,
        rows.stream()
            .map(due -> new @Nullable Object[] {tx.now(), due.scope().envId(), due.id()})
            .toList());
  }

  /** Extends the lease of claims that this node still holds. */
  void renew(Tx tx, List<Owed> held) {
    tx.batch(
        """
        UPDATE attempts SET due_at = ?
         WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
        """,
        held.stream()
            .map(owed ->
                new @Nullable Object[] {
                  tx.now() + leaseMillis, owed.scope().envId(), owed.id(), owed.claimNumber()
                })
            .toList());
  }

  /**
   * Gives claims back.
   *
   * @param held true: nobody may send them until they are released; false: they are due now
   */
  void giveBack(Tx tx, List<Owed> claims, boolean held) {
    tx.batch(
        """
        UPDATE attempts SET due_at = ?, claimed_by = NULL
         WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
        """,
        claims.stream()
            .map(owed ->
                new @Nullable Object[] {
                  held ? null : (Long) tx.now(), owed.scope().envId(), owed.id(), owed.claimNumber()
                })
            .toList());
  }

  /** Everything claimed is due at once: for a store whose only process has just started. */
  static void giveBackAll(Tx tx) {
    tx.update(
        """
        UPDATE attempts SET due_at = ?, claimed_by = NULL
         WHERE open = 1 AND due_at IS NOT NULL AND claimed_by IS NOT NULL
        """,
        tx.now());
  }

  /**
   * Writes what came of attempts; those whose claim was lost meanwhile are left alone.
   *
   * @return the successful deliveries and the time of the last, by destination
   */
  Map<String, long[]> settle(Tx tx, List<Outcome> outcomes) {
    int[] written =
        tx.batch(
            """
            UPDATE attempts SET status = ?, request_headers = ?, response_status = ?,
              response_headers = ?, response_body = ?, duration_ms = ?, error = ?,
              next_retry_at = ?, is_dlq = ?, dlq_at = ?, open = ?, due_at = ?, claimed_by = NULL
             WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
            """,
            outcomes.stream().map(DeliveryQueue::settlement).toList());
    Map<String, long[]> delivered = new HashMap<>();
    for (int i = 0; i < written.length; i++) {
      Outcome outcome = outcomes.get(i);
      if (written[i] != 0 && outcome.succeeded()) {
        long[] totals =
            delivered.computeIfAbsent(outcome.owed().destinationId(), id -> new long[2]);
        totals[0]++;
        totals[1] = Math.max(totals[1], outcome.at());
      }
    }
    return delivered;
  }

  private static @Nullable Object[] settlement(Outcome outcome) {
    Json.ObjBuilder headers = Json.object();
    outcome.responseHeaders().forEach(headers::put);
    Long retryAt = outcome.retryAt();
    return new @Nullable Object[] {
      outcome.succeeded() ? "success" : "failed",
      outcome.requestHeadersJson(),
      outcome.status(),
      outcome.status() == null ? null : headers.build().text(),
      outcome.result() instanceof SendResult.Answered answered
          ? new String(answered.body(), StandardCharsets.UTF_8)
          : null,
      outcome.result().durationMillis(),
      outcome.error(),
      retryAt,
      outcome.isDead(),
      outcome.isDead() ? (Long) outcome.at() : null,
      retryAt != null,
      retryAt,
      outcome.owed().scope().envId(),
      outcome.owed().id(),
      outcome.owed().claimNumber()
    };
  }

  private static Due due(Row row) {
    return new Due(
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        row.string("event_id"),
        row.number("event_position"),
        row.string("connection_id"),
        row.string("destination_id"),
        new Owed.Numbers(
            row.integer("attempt_number"), row.integer("round_start"), row.string("trigger_type")),
        row.number("claim_number"),
        row.string("status"),
        row.string("request_url"),
        row.string("request_method"));
  }
}
