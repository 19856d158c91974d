package dev.catchment.delivery;

import dev.catchment.base.Ids;
import dev.catchment.db.Tx;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private final NewAttempts attempts;

  /**
   * @param listeners are told of attempts that begin
   */
  DeliveryQueue(Ids ids, String node, long leaseMillis, List<DeliveryListener> listeners) {
    this.listeners = listeners;
    this.ids = ids;
    this.node = node;
    this.leaseMillis = leaseMillis;
    this.attempts = new NewAttempts(node, leaseMillis, listeners);
  }

  /** Writes the first attempts of new deliveries. */
  void add(Tx tx, List<Owed.New> deliveries) {
    List<@Nullable Object[]> rows = new ArrayList<>(deliveries.size());
    Map<String, Set<String>> lines = new TreeMap<>();
    for (Owed.New delivery : deliveries) {
      Owed owed = delivery.owed();
      Owed.Begin begin = delivery.begin();
      String line = owed.turn().line();
      if (line != null && begin == Owed.Begin.DUE) {
        // Who is first is only known once the destination is locked.
        lines.computeIfAbsent(owed.destinationId(), id -> new TreeSet<>()).add(line);
        begin = Owed.Begin.HELD;
      }
      rows.add(
          attempts.of(tx, owed, new NewAttempts.Target(delivery.url(), delivery.method()), begin));
    }
    attempts.insert(tx, rows);
    lines.forEach((destinationId, some) -> Held.advance(tx, destinationId, some));
  }

  /** What is claimed apart, so that neither is looked for among the other. */
  enum Kind {
    /** Has not been sent. */
    FRESH("pending"),
    /** Has failed and is to be sent again. */
    RETRY("failed");

    private final String status;

    Kind(String status) {
      this.status = status;
    }

    /** The status of its rows in the store. */
    String status() {
      return status;
    }

    /** In the text of the statement, where the planner of either database finds the index by it. */
    private String literal() {
      return "'" + status + "'";
    }
  }

  /** Claims what is due, oldest first, but nothing for the destinations that have no room. */
  List<Due> claim(Tx tx, Kind kind, int max, List<String> fullDestinations) {
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
             WHERE seq IN (SELECT seq FROM attempts WHERE open = 1 AND status
            """
                + " = "
                + kind.literal()
                + " AND due_at <= ?"
                + notIn(fullDestinations)
                + " ORDER BY due_at, seq LIMIT ?"
                + tx.dialect().skipLocked()
                + ") RETURNING *",
            Due::of,
            args.toArray());
    // RETURNING promises no order, and what was held goes out in the order of receipt.
    return claimed.stream().sorted(Comparator.comparingLong(Due::eventPosition)).toList();
  }

  private static String notIn(List<String> destinations) {
    return destinations.isEmpty()
        ? ""
        : " AND destination_id NOT IN (" + "?,".repeat(destinations.size() - 1) + "?)";
  }

  /** When the next delivery of a kind is due, claimed ones at the end of their lease. */
  OptionalLong nextDue(Tx tx, Kind kind, List<String> fullDestinations) {
    @Nullable Object[] args = fullDestinations.toArray();
    long due =
        tx.number(
            "SELECT COALESCE(MIN(due_at), -1) AS n FROM attempts WHERE open = 1 AND status = "
                + kind.literal()
                + notIn(fullDestinations),
            args);
    return due < 0 ? OptionalLong.empty() : OptionalLong.of(due);
  }

  /**
   * Claims the delivery that has waited longest for a destination, whose circuit it is to try.
   * Empty when none waits that may be sent first.
   */
  Optional<Due> claimOldest(Tx tx, String destinationId) {
    return tx.find(
        """
        UPDATE attempts SET due_at = ?, claimed_by = ?, claim_number = claim_number + 1
         WHERE seq = (SELECT seq FROM attempts WHERE
        """
            + Held.FIRST_IN_TURN
            + " ORDER BY event_position, seq LIMIT 1) RETURNING *",
        Due::of,
        tx.now() + leaseMillis,
        node,
        destinationId);
  }

  /** Claims what is held for a destination and stands in no line, in the order of receipt. */
  List<Due> claimHeld(Tx tx, String destinationId, int max) {
    List<Due> claimed =
        tx.list(
            """
            UPDATE attempts SET due_at = ?, claimed_by = ?, claim_number = claim_number + 1,
              waiting_since = NULL
             WHERE seq IN (SELECT seq FROM attempts WHERE
            """
                + Held.IN_NO_LINE
                + " ORDER BY event_position, seq LIMIT ?) RETURNING *",
            Due::of,
            tx.now() + leaseMillis,
            node,
            destinationId,
            max);
    return claimed.stream().sorted(Comparator.comparingLong(Due::eventPosition)).toList();
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
              failed.transform(),
              Owed.Turn.in(failed.line()));
      Destination.Target target = due.get(i).target();
      retries.add(owed);
      rows.add(
          attempts.of(
              tx, owed, new NewAttempts.Target(target.url(), target.method()), Owed.Begin.CLAIMED));
    }
    attempts.insert(tx, rows);
    return retries;
  }

  private static @Nullable Object[] claimOf(Due due) {
    return new @Nullable Object[] {due.scope().envId(), due.id(), due.claimNumber()};
  }

  /**
   * Ends claimed deliveries whose event or destination is no longer stored. They are no dead
   * letters: nobody can try them again.
   */
  void end(Tx tx, List<Due> claimed, Set<String> destinationIds) {
    List<EndedAttempt> lost =
        claimed.stream()
            .map(due ->
                EndedAttempt.lost(
                    due,
                    destinationIds.contains(due.destinationId())
                        ? "Event no longer stored"
                        : "Destination deleted",
                    tx.now()))
            .toList();
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < lost.size(); i++) {
      Due due = claimed.get(i);
      rows.add(
          new @Nullable Object[] {
            lost.get(i).error(), due.scope().envId(), due.id(), due.claimNumber()
          });
    }
    int[] written =
        tx.batch(
            """
            UPDATE attempts SET status = 'failed', error = ?, open = 0, due_at = NULL,
              next_retry_at = NULL, claimed_by = NULL
             WHERE env_id = ? AND id = ? AND claim_number = ? AND open = 1
            """,
            rows);
    List<EndedAttempt> ended =
        IntStream.range(0, written.length)
            .filter(i -> written[i] != 0)
            .mapToObj(lost::get)
            .sorted(Comparator.comparing(EndedAttempt::id))
            .toList();
    if (!ended.isEmpty()) {
      listeners.forEach(listener -> listener.ended(tx, ended));
    }
    claimed.stream()
        .filter(due -> due.line() != null)
        .map(Due::destinationId)
        .distinct()
        .sorted()
        .forEach(id -> Held.closeRanks(tx, id));
  }
}
