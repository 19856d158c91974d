package dev.catchment.delivery;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The table of attempts, as its readers and the operators see it. */
public final class Attempts {
  private static final String SELECT =
      """
      SELECT a.*, c.name AS connection_name, d.name AS destination_name
        FROM attempts a
        LEFT JOIN connections c ON c.id = a.connection_id
        LEFT JOIN destinations d ON d.id = a.destination_id
      """;

  private static final List<String> FAILED = List.of("failed");

  /** How many of the deliveries that a deletion ends are named to those who listen. */
  private static final int CUT_OFF_NAMED_MAX = 150;

  private Attempts() {}

  /**
   * Which attempts to list; null means any.
   *
   * @param from ids from this one on, inclusive
   * @param below ids below this one
   */
  public record Filter(
      @Nullable String eventId,
      @Nullable String connectionId,
      @Nullable String destinationId,
      List<String> statuses,
      @Nullable Boolean dead,
      @Nullable String trigger,
      @Nullable String from,
      @Nullable String below) {}

  /** One page of attempts. */
  public static List<AttemptRow> list(Tx tx, Scope scope, Filter filter, Where.Page page) {
    return where(scope, filter).page(tx, SELECT, "a.id", page, Attempts::row);
  }

  /** How many attempts match, counted up to {@code max}. */
  public static long count(Tx tx, Scope scope, Filter filter, int max) {
    return where(scope, filter).count(tx, "attempts a", max);
  }

  private static Where where(Scope scope, Filter filter) {
    Where where =
        new Where("a.env_id = ?", scope.envId())
            .equal("a.event_id", filter.eventId())
            .equal("a.connection_id", filter.connectionId())
            .equal("a.destination_id", filter.destinationId())
            .equal("a.trigger_type", filter.trigger())
            .between("a.id", filter.from(), filter.below());
    if (filter.statuses().equals(FAILED)) {
      // Spelled out, for the index that holds just the failed ones.
      where.and("a.status = 'failed'");
    } else {
      where.in("a.status", filter.statuses());
    }
    if (filter.dead() != null) {
      // Spelled out, for the index that holds just the dead ones.
      where.and(filter.dead() ? "a.is_dlq = 1" : "a.is_dlq = 0");
    }
    return where;
  }

  /** The attempt of that id, if it is in the scope. */
  public static Optional<AttemptRow> find(Tx tx, Scope scope, String id) {
    return tx.find(SELECT + " WHERE a.env_id = ? AND a.id = ?", Attempts::row, scope.envId(), id);
  }

  /** The attempts of these ids, at most 500 of them, in no order; missing ones are left out. */
  public static List<AttemptRow> byId(Tx tx, String envId, List<String> ids) {
    if (ids.isEmpty()) {
      return List.of();
    }
    InList these = InList.of("a.id", ids);
    List<@Nullable Object> args = new ArrayList<>();
    args.add(envId);
    args.addAll(Arrays.asList(these.args()));
    return tx.list(
        SELECT + " WHERE a.env_id = ? AND " + these.condition(), Attempts::row, args.toArray());
  }

  /** The same; throws {@code NOT_FOUND}. */
  public static AttemptRow get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Delivery attempt"));
  }

  /** Ends the open deliveries of a connection as failed. */
  public static void endOfConnection(
      Tx tx, String destinationId, String connectionId, String reason) {
    cutOff(
        tx,
        reason,
        new Where("open = 1")
            .and("destination_id = ?", destinationId)
            .and("connection_id = ?", connectionId));
    Held.closeRanks(tx, destinationId);
    tx.notify(Channel.DELIVERIES, connectionId);
  }

  /** Ends the open deliveries to a destination as failed. */
  static void endOfDestination(Tx tx, String destinationId, String reason) {
    cutOff(tx, reason, new Where("open = 1").and("destination_id = ?", destinationId));
  }

  private static void cutOff(Tx tx, String reason, Where which) {
    List<Map.Entry<String, String>> some =
        tx.list(
            "SELECT env_id, id FROM attempts" + which.sql() + " LIMIT ?",
            row -> Map.entry(row.string("env_id"), row.string("id")),
            which.args(CUT_OFF_NAMED_MAX));
    if (some.isEmpty()) {
      return;
    }
    List<@Nullable Object> args = new ArrayList<>();
    args.add(reason);
    args.addAll(Arrays.asList(which.args()));
    tx.update(
        "UPDATE attempts SET status = 'failed', error = ?, open = 0, due_at = NULL,"
            + " next_retry_at = NULL, claimed_by = NULL"
            + which.sql(),
        args.toArray());
    // All ends of a connection or a destination lie in one environment.
    tx.notify(
        Channel.CUT_OFF,
        some.getFirst().getKey()
            + " "
            + String.join(" ", some.stream().map(Map.Entry::getValue).toList()));
  }

  /** How many attempts each of these events has; events without any are left out. */
  public static Map<String, Long> countByEvent(Tx tx, List<String> eventIds) {
    Map<String, Long> counts = new HashMap<>();
    if (!eventIds.isEmpty()) {
      InList these = InList.of("event_id", eventIds);
      tx.list(
              "SELECT event_id, COUNT(*) AS n FROM attempts WHERE "
                  + these.condition()
                  + " GROUP BY event_id",
              row -> Map.entry(row.string("event_id"), row.number("n")),
              these.args())
          .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    }
    return counts;
  }

  /** Those of these events that have an unfinished delivery. */
  public static Set<String> unfinished(Tx tx, List<String> eventIds) {
    if (eventIds.isEmpty()) {
      return Set.of();
    }
    InList these = InList.of("event_id", eventIds);
    return Set.copyOf(
        tx.list(
            "SELECT DISTINCT event_id FROM attempts WHERE open = 1 AND " + these.condition(),
            row -> row.string("event_id"),
            these.args()));
  }

  /** Removes the ended attempts of these events. */
  public static void deleteEnded(Tx tx, List<String> eventIds) {
    if (!eventIds.isEmpty()) {
      InList these = InList.of("event_id", eventIds);
      tx.update("DELETE FROM attempts WHERE open = 0 AND " + these.condition(), these.args());
    }
  }

  /** Removes up to {@code max} ended attempts of an event, and says how many. */
  public static int deleteEnded(Tx tx, String eventId, int max) {
    return tx.update(
        """
        DELETE FROM attempts WHERE seq IN
          (SELECT seq FROM attempts WHERE event_id = ? AND open = 0 LIMIT ?)
        """,
        eventId,
        max);
  }

  private static AttemptRow row(Row row) {
    return new AttemptRow(
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        new AttemptRow.Subject(
            row.string("event_id"),
            row.string("connection_id"),
            row.find("connection_name"),
            row.string("destination_id"),
            row.find("destination_name")),
        new AttemptRow.Sent(
            row.string("request_url"),
            row.string("request_method"),
            row.find("request_headers"),
            row.number("request_body_size")),
        new AttemptRow.Answer(
            row.findNumber("response_status"),
            row.find("response_headers"),
            row.find("response_body"),
            row.findNumber("duration_ms"),
            row.find("error")),
        row.integer("attempt_number"),
        row.string("status"),
        row.string("trigger_type"),
        row.number("created_at"),
        new AttemptRow.After(
            row.findNumber("next_retry_at"), row.flag("is_dlq"), row.findNumber("dlq_at")));
  }
}
