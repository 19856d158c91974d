package dev.catchment.delivery;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
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
  private final List<DeliveryListener> listeners;

  /** A queue that tells nobody. */
  DeliveryQueue(Ids ids, String node, long leaseMillis) {
    this(ids, node, leaseMillis, List.of());
  }

  /**
   * @param listeners are told of attempts that begin
   */
  DeliveryQueue(Ids ids, String node, long leaseMillis, List<DeliveryListener> listeners) {
    this.listeners = listeners;
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
      replay != null && replay.aside()
    };
  }

  private void insert(Tx tx, List<@Nullable Object[]> rows) {
    tx.batch(
        """
        INSERT INTO attempts (id, org_id, env_id, event_id, event_position, connection_id,
          destination_id, request_url, request_method, request_body_size, created_at,
          attempt_number, round_start, trigger_type, due_at, claimed_by, claim_number,
          transform, replay_id, retries, aside, status, is_dlq, open)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, 1)
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
      String status) {}

  /** Claims what is due, oldest first, but nothing for the destinations that have no room. */
  List<Due> claim(Tx tx, int max, List<String> fullDestinations) {
    List<@Nullable Object> args = new ArrayList<>();
    args.add(tx.now() + leaseMillis);
    args.add(node);
    args.add(tx.now());
    args.addAll(fullDestinations);
    args.add(max);
    List<Due> claimed =
        tx.list(
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
    // RETURNING promises no order, and what was held goes out in the order of receipt.
    return claimed.stream().sorted(Comparator.comparingLong(Due::eventPosition)).toList();
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

  /** A failed attempt whose retry is due, and where that retry goes. */
  record Retry(Due failed, StoredEvent event, Destination.Target target) {}

  /** Closes the failed rows that are still claimed so, and writes the rows of their retries. */
  List<Owed> beginRetries(Tx tx, List<Retry> due) {
    int[] closed =
        tx.batch(
            """
            UPDATE attempts SET open = 0, due_at = NULL, claimed_by = NULL
             WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
            """,
            due.stream().map(retry -> claimOf(retry.failed())).toList());
    List<Owed> retries = new ArrayList<>();
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < closed.length; i++) {
      if (closed[i] == 0) {
        continue;
      }
      Due failed = due.get(i).failed();
      Owed owed =
          new Owed(
              ids.next(),
              failed.scope(),
              due.get(i).event(),
              failed.connectionId(),
              failed.destinationId(),
              failed.numbers().ofRetry(),
              1,
              failed.transform());
      Destination.Target target = due.get(i).target();
      retries.add(owed);
      rows.add(
          insertion(
              tx, owed, new Target(target.url(), target.method()), tx.now() + leaseMillis, true));
    }
    insert(tx, rows);
    return retries;
  }

  private static @Nullable Object[] claimOf(Due due) {
    return new @Nullable Object[] {due.scope().envId(), due.id(), due.claimNumber()};
  }

  /** Ends claimed deliveries whose event or destination is no longer stored. */
  void end(Tx tx, List<Due> claimed, Set<String> destinationIds) {
    tx.batch(
        """
        UPDATE attempts SET status = 'failed', error = ?, open = 0, due_at = NULL,
          next_retry_at = NULL, claimed_by = NULL, is_dlq = retries,
          dlq_at = CASE WHEN retries = 1 THEN CAST(? AS BIGINT) END
         WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
        """,
        claimed.stream()
            .map(due ->
                new @Nullable Object[] {
                  destinationIds.contains(due.destinationId())
                      ? "Event no longer stored"
                      : "Destination deleted",
                  tx.now(),
                  due.scope().envId(),
                  due.id(),
                  due.claimNumber()
                })
            .toList());
  }

  /**
   * Extends the lease of claims that this node still holds.
   *
   * @return the claims that it has lost: another node has them, or the delivery is over
   */
  List<Owed> renew(Tx tx, List<Owed> held) {
    List<Owed> ordered = inOrder(held);
    // What was settled or given back since the caller looked keeps the time it was given then.
    int[] renewed =
        tx.batch(
            """
            UPDATE attempts SET due_at = ?
             WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
               AND claimed_by IS NOT NULL
            """,
            ordered.stream().map(owed -> moved(owed, tx.now() + leaseMillis)).toList());
    List<Owed> lost = new ArrayList<>();
    for (int i = 0; i < renewed.length; i++) {
      if (renewed[i] == 0) {
        lost.add(ordered.get(i));
      }
    }
    return lost;
  }

  /** Everybody locks rows in this order, so that two transactions do not wait for each other. */
  private static List<Owed> inOrder(List<Owed> claims) {
    return claims.stream().sorted(Comparator.comparing(Owed::id)).toList();
  }

  private static @Nullable Object[] moved(Owed owed, @Nullable Long due) {
    return new @Nullable Object[] {due, owed.scope().envId(), owed.id(), owed.claimNumber()};
  }

  /** Gives claims back: they are due now. */
  void giveBack(Tx tx, List<Owed> claims) {
    setDue(tx, claims, owed -> tx.now());
    tx.notify(Channel.DELIVERIES, "due");
  }

  /**
   * Gives claims back so that nobody may send them until they are released. Those whose destination
   * has become active meanwhile are due now, because their release has already happened.
   */
  void hold(Tx tx, List<Owed> claims) {
    Map<String, Boolean> active = new TreeMap<>();
    claims.forEach(owed -> active.put(owed.destinationId(), false));
    active.replaceAll((id, unknown) -> Destinations.lockAndAskIfActive(tx, id));
    setDue(tx, claims, owed -> active.getOrDefault(owed.destinationId(), false) ? tx.now() : null);
    if (active.containsValue(true)) {
      tx.notify(Channel.DELIVERIES, "due");
    }
  }

  private static void setDue(Tx tx, List<Owed> claims, Function<Owed, @Nullable Long> due) {
    tx.batch(
        """
        UPDATE attempts SET due_at = ?, claimed_by = NULL
         WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
        """,
        inOrder(claims).stream().map(owed -> moved(owed, due.apply(owed))).toList());
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
   * @return the outcomes that were written, in the order of their attempts' ids
   */
  List<Outcome> settle(Tx tx, List<Outcome> group) {
    List<Outcome> outcomes =
        group.stream().sorted(Comparator.comparing(outcome -> outcome.owed().id())).toList();
    int[] written =
        tx.batch(
            """
            UPDATE attempts SET status = ?, request_headers = ?, request_body_size = ?,
              response_status = ?,
              response_headers = ?, response_body = ?, duration_ms = ?, error = ?,
              next_retry_at = ?, is_dlq = ?, dlq_at = ?, open = ?, due_at = ?, claimed_by = NULL
             WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
            """,
            outcomes.stream().map(DeliveryQueue::settlement).toList());
    return IntStream.range(0, written.length)
        .filter(i -> written[i] != 0)
        .mapToObj(outcomes::get)
        .toList();
  }

  private static @Nullable Object[] settlement(Outcome outcome) {
    Json.ObjBuilder headers = Json.object();
    outcome.responseHeaders().forEach(headers::put);
    Long retryAt = outcome.retryAt();
    return new @Nullable Object[] {
      outcome.succeeded() ? "success" : "failed",
      outcome.requestHeadersJson(),
      outcome.bodySize(),
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
            row.integer("attempt_number"),
            row.integer("round_start"),
            row.string("trigger_type"),
            replay(row)),
        row.number("claim_number"),
        row.find("transform"),
        row.string("status"));
  }

  private static Owed.@Nullable Replay replay(Row row) {
    String id = row.find("replay_id");
    return id == null ? null : new Owed.Replay(id, row.flag("retries"), row.flag("aside"));
  }
}
