package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of circuits that have ever opened, and the count of failures in a row, which stands in
 * the row of the destination because every success writes that row anyway. All nodes agree through
 * these rows, and so a circuit that one opens is open for all.
 */
public final class Circuits {
  private Circuits() {}

  /** The circuit of a destination; throws {@code NOT_FOUND}. */
  public static Circuit get(Tx tx, Scope scope, String destinationId) {
    Destinations.check(tx, scope, destinationId);
    long queued = isOpen(tx, destinationId) ? Held.count(tx, destinationId, Circuit.QUEUED_MAX) : 0;
    return tx.find(
            """
            SELECT d.id, d.failure_count, d.circuit_breaker_threshold, d.circuit_breaker_reset_ms,
                COALESCE(c.state, 'closed') AS state, c.last_transition_at, c.next_probe_at
              FROM destinations d LEFT JOIN circuits c ON c.destination_id = d.id
             WHERE d.env_id = ? AND d.id = ?
            """,
            row -> circuit(row, queued, tx.now()),
            scope.envId(),
            destinationId)
        .orElseThrow();
  }

  private static Circuit circuit(Row row, long queued, long now) {
    Circuit.State state = Circuit.State.of(row.string("state"));
    Long probeAt = row.findNumber("next_probe_at");
    Long since = row.findNumber("last_transition_at");
    if (state == Circuit.State.OPEN && probeAt != null && probeAt <= now) {
      // Its time is over; whatever comes next is its probe.
      state = Circuit.State.HALF_OPEN;
      since = probeAt;
    }
    return new Circuit(
        row.string("id"),
        state,
        row.number("failure_count"),
        row.integer("circuit_breaker_threshold"),
        row.integer("circuit_breaker_reset_ms"),
        since,
        state == Circuit.State.OPEN ? probeAt : null,
        queued);
  }

  /** Closes the circuit of a destination by hand; throws {@code NOT_FOUND}. */
  public static Circuit reset(Tx tx, Scope scope, String destinationId) {
    Destinations.check(tx, scope, destinationId);
    tx.update("UPDATE destinations SET failure_count = 0 WHERE id = ?", destinationId);
    close(tx, destinationId);
    return get(tx, scope, destinationId);
  }

  /** Whether the circuit of a destination lets nothing through but a probe. */
  public static boolean isOpen(Tx tx, String destinationId) {
    return tx.number(
            "SELECT COUNT(*) AS n FROM circuits WHERE destination_id = ? AND state <> 'closed'",
            destinationId)
        > 0;
  }

  /** Whatever waits for a circuit that is not closed has waited since now. */
  static void waitAnew(Tx tx, String destinationId) {
    tx.update(
        "UPDATE circuits SET open_since = ? WHERE destination_id = ? AND state <> 'closed'",
        tx.now(),
        destinationId);
  }

  /** Since when what waits may have waited for the circuit; 0 when it has never been open. */
  static long openSince(Tx tx, String destinationId) {
    return tx.number(
        "SELECT COALESCE(MAX(open_since), 0) AS n FROM circuits WHERE destination_id = ?",
        destinationId);
  }

  /**
   * A destination whose failures in a row have reached its threshold.
   *
   * @param resetMillis how long its circuit is to stay open
   */
  record Tripped(Scope scope, String destinationId, long resetMillis) {}

  /** Counts failures; empty unless they reach the threshold of a breaker that is on. */
  static Optional<Tripped> count(Tx tx, String destinationId, int failures) {
    return tx.find(
            """
            UPDATE destinations SET failure_count = failure_count + ?
             WHERE id = ? AND circuit_breaker_enabled = 1
            RETURNING org_id, env_id, circuit_breaker_reset_ms,
              failure_count - circuit_breaker_threshold AS above
            """,
            row ->
                row.number("above") < 0
                    ? Optional.<Tripped>empty()
                    : Optional.of(
                        new Tripped(
                            new Scope(row.string("org_id"), row.string("env_id")),
                            destinationId,
                            row.number("circuit_breaker_reset_ms"))),
            failures,
            destinationId)
        .flatMap(tripped -> tripped);
  }

  /** Opens the circuit of a destination; false when it is open already. */
  static boolean open(Tx tx, Tripped tripped) {
    int opened =
        tx.update(
            """
            INSERT INTO circuits (destination_id, state, last_transition_at, open_since,
              next_probe_at)
            VALUES (?, 'open', ?, ?, ?)
            ON CONFLICT (destination_id) DO UPDATE SET state = 'open',
              last_transition_at = excluded.last_transition_at, open_since = excluded.open_since,
              next_probe_at = excluded.next_probe_at, probe_id = NULL
             WHERE circuits.state = 'closed'
            """,
            tripped.destinationId(),
            tx.now(),
            tx.now(),
            tx.now() + tripped.resetMillis());
    if (opened > 0) {
      Destinations.changed(tx, tripped.destinationId());
    }
    return opened > 0;
  }

  /** A circuit that is not closed, and when its receiver may be tried. */
  record Open(String destinationId, long nextProbeAt) {}

  /** All of them; there are as many as there are receivers in trouble. */
  static List<Open> listOpen(Tx tx) {
    return tx.list(
        "SELECT destination_id, next_probe_at FROM circuits WHERE state <> 'closed'",
        row -> new Open(row.string("destination_id"), row.number("next_probe_at")));
  }

  /** Whether the time of any circuit's probe has come; those of others are waited for by time. */
  static boolean anyLacksItsProbe(Tx tx) {
    return tx.number(
            "SELECT COUNT(*) AS n FROM circuits WHERE state <> 'closed' AND next_probe_at <= ?",
            tx.now())
        > 0;
  }

  /** Takes the right to try the receiver until then; only one of those who ask gets it. */
  static boolean takeProbe(Tx tx, String destinationId, long until) {
    return tx.update(
            """
            UPDATE circuits SET state = 'half-open', last_transition_at = ?, next_probe_at = ?,
              probe_id = NULL
             WHERE destination_id = ? AND state <> 'closed' AND next_probe_at <= ?
            """,
            tx.now(),
            until,
            destinationId,
            tx.now())
        > 0;
  }

  /** Says which attempt tries the receiver; null gives the right back. */
  static void probing(Tx tx, String destinationId, @Nullable String attemptId) {
    if (attemptId == null) {
      tx.update(
          "UPDATE circuits SET next_probe_at = ? WHERE destination_id = ? AND probe_id IS NULL",
          tx.now(),
          destinationId);
    } else {
      tx.update(
          "UPDATE circuits SET probe_id = ? WHERE destination_id = ?", attemptId, destinationId);
    }
  }

  /** The receiver took the probe: the circuit closes, and what waits goes out in order. */
  static void succeeded(Tx tx, String destinationId, String probeId) {
    if (isProbe(tx, destinationId, probeId)) {
      close(tx, destinationId);
    }
  }

  /**
   * The probe has failed: the circuit is open for another while. A probe that says nothing about
   * the receiver is followed by another at once.
   *
   * @return whether that was the probe
   */
  static boolean failed(Tx tx, String destinationId, String probeId, boolean receiverIsAtFault) {
    return tx.update(
            """
            UPDATE circuits SET state = 'open', last_transition_at = ?, probe_id = NULL,
              next_probe_at = ? + CASE WHEN ? = 0 THEN 0 ELSE COALESCE((SELECT
                circuit_breaker_reset_ms FROM destinations d WHERE d.id = destination_id), 0) END
             WHERE destination_id = ? AND probe_id = ? AND state = 'half-open'
            """,
            tx.now(),
            tx.now(),
            receiverIsAtFault,
            destinationId,
            probeId)
        > 0;
  }

  private static boolean isProbe(Tx tx, String destinationId, String attemptId) {
    return tx.number(
            "SELECT COUNT(*) AS n FROM circuits WHERE destination_id = ? AND probe_id = ?",
            destinationId,
            attemptId)
        > 0;
  }

  /** Closes the circuit if it is not closed, and lets go what waits for it. */
  static void close(Tx tx, String destinationId) {
    int closed =
        tx.update(
            """
            UPDATE circuits SET state = 'closed', last_transition_at = ?, next_probe_at = NULL,
              probe_id = NULL
             WHERE destination_id = ? AND state <> 'closed'
            """,
            tx.now(),
            destinationId);
    if (closed > 0) {
      Destinations.changed(tx, destinationId);
      Held.release(tx, destinationId);
    }
  }

  static void forget(Tx tx, String destinationId) {
    tx.update("DELETE FROM circuits WHERE destination_id = ?", destinationId);
  }
}
