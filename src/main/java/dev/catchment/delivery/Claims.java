package dev.catchment.delivery;

import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a node does with the deliveries it holds: it extends its lease, gives them back, or writes
 * what came of them. Whatever it has lost meanwhile is left alone.
 */
final class Claims {
  private final long leaseMillis;

  /** Claims that hold for that long without being renewed. */
  Claims(long leaseMillis) {
    this.leaseMillis = leaseMillis;
  }

  long leaseMillis() {
    return leaseMillis;
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
            ordered.stream()
                .map(owed ->
                    new @Nullable Object[] {
                      tx.now() + leaseMillis, owed.scope().envId(), owed.id(), owed.claimNumber()
                    })
                .toList());
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

  /** Gives claims back: they are due now. */
  static void giveBack(Tx tx, List<Owed> claims) {
    setDue(tx, inOrder(claims).stream().map(owed -> due(tx, owed, true, false)).toList());
    tx.notify(Channel.DELIVERIES, "due");
  }

  /**
   * Gives claims back so that nobody may send them until they are released. Those whose destination
   * takes deliveries after all are due now or back in their line, because their release has already
   * happened.
   */
  static void hold(Tx tx, List<Owed> claims) {
    Set<String> active = new TreeSet<>(claims.stream().map(Owed::destinationId).toList());
    active.removeIf(id -> !Destinations.lockAndAskIfActive(tx, id));
    Set<String> waiting = new TreeSet<>(active);
    waiting.removeIf(id -> !Circuits.isOpen(tx, id));
    List<@Nullable Object[]> rows = new ArrayList<>();
    Set<String> lined = new TreeSet<>();
    for (Owed owed : inOrder(claims)) {
      String id = owed.destinationId();
      boolean open = active.contains(id) && !waiting.contains(id);
      boolean free = owed.turn().line() == null;
      if (open && !free) {
        lined.add(id);
      }
      rows.add(due(tx, owed, open && free, waiting.contains(id)));
    }
    setDue(tx, rows);
    lined.forEach(id -> Held.closeRanks(tx, id));
    if (!active.isEmpty()) {
      tx.notify(Channel.DELIVERIES, "due");
    }
  }

  private static void setDue(Tx tx, List<@Nullable Object[]> rows) {
    tx.batch(
        """
        UPDATE attempts SET due_at = ?, waiting_since = ?, claimed_by = NULL
         WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
        """,
        rows);
  }

  private static @Nullable Object[] due(Tx tx, Owed owed, boolean now, boolean waiting) {
    return new @Nullable Object[] {
      now ? (Long) tx.now() : null,
      waiting ? (Long) tx.now() : null,
      owed.scope().envId(),
      owed.id(),
      owed.claimNumber()
    };
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
  static List<Outcome> settle(Tx tx, List<Outcome> group) {
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
            outcomes.stream().map(Claims::settlement).toList());
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
}
