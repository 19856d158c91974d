package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.delivery.ManualRetries;
import java.util.EnumSet;
import java.util.Set;

/** The condition of a list of events as SQL over {@code events e}. */
final class EventQuery {
  /** Up to so many attempts a status counts as rare and is looked up from the attempts' side. */
  private static final int RARE_MAX = 10_000;

  private static final String OPEN =
      "SELECT 1 FROM attempts a WHERE a.event_id = e.id AND a.env_id = e.env_id AND a.aside = 0"
          + " AND a.open = 1";

  /** Deliveries that ended with their connection or destination; an index holds just these. */
  private static final String CUT_OFF =
      "a.status = 'failed' AND a.open = 0 AND a.next_retry_at IS NULL AND a.dlq_at IS NULL";

  private static final String BAD =
      "SELECT 1 FROM attempts a WHERE a.event_id = e.id AND a.env_id = e.env_id AND a.aside = 0"
          + " AND (a.is_dlq = 1 OR ("
          + CUT_OFF
          + "))";

  private static final String ANY =
      "SELECT 1 FROM attempts a WHERE a.event_id = e.id AND a.env_id = e.env_id";

  /**
   * The status of an event, as a word in upper case. One attempt of each kind is asked for event by
   * event: of {@code EXISTS} a planner may make one question about all attempts there are.
   */
  static final String STATUS =
      "CASE WHEN "
          + isAny(OPEN)
          + " THEN 'PROCESSING' WHEN "
          + isAny(BAD)
          + " THEN 'FAILED' WHEN "
          + isAny(ANY)
          + " THEN 'DELIVERED' ELSE 'RECEIVED' END";

  private EventQuery() {}

  private static String isAny(String attempts) {
    return "(" + attempts + " LIMIT 1) IS NOT NULL";
  }

  static Where where(Tx tx, Scope scope, EventFilter filter) {
    Where where =
        new Where("e.env_id = ?", scope.envId())
            .equal("e.source_id", filter.sourceId())
            .between("e.id", filter.from(), filter.below())
            .in("e.method", filter.methods())
            .in("COALESCE(e.verification_status, 'none')", filter.checked().verifications())
            .in("COALESCE(e.dedup_status, 'none')", filter.checked().dedups());
    deliveries(filter, scope, where);
    Set<EventRow.Status> statuses = EnumSet.noneOf(EventRow.Status.class);
    statuses.addAll(filter.statuses());
    if (!statuses.isEmpty()) {
      narrow(tx, scope, statuses, where);
      where.in(STATUS, statuses.stream().map(Enum::name).toList());
    }
    return where;
  }

  private static void deliveries(EventFilter filter, Scope scope, Where where) {
    if (filter.deliveries().equals(ManualRetries.Wish.ANY)) {
      return;
    }
    // Dead letters are few, and have indexes of their own to begin with.
    boolean few = filter.deliveries().dead();
    Where wanted =
        few
            ? new Where("a.env_id = ?", scope.envId())
            : new Where("a.event_id = e.id AND a.env_id = e.env_id");
    filter.deliveries().addTo(wanted);
    where.and(
        (few ? "e.id IN (SELECT a.event_id" : "EXISTS (SELECT 1")
            + " FROM attempts a"
            + wanted.sql()
            + ")",
        wanted.args());
  }

  /** Without this, a list of the few failed events would walk past all the others. */
  private static void narrow(Tx tx, Scope scope, Set<EventRow.Status> statuses, Where where) {
    if (statuses.equals(EnumSet.of(EventRow.Status.PROCESSING))
        && isRare(tx, "SELECT 1 FROM attempts a WHERE a.open = 1")) {
      // The expression keeps the index of all attempts of the environment out of it.
      where.and(
          "e.id IN (SELECT a.event_id FROM attempts a WHERE a.open = 1 AND a.env_id || '' = ?)",
          scope.envId());
    } else if (statuses.equals(EnumSet.of(EventRow.Status.FAILED))
        && isRare(tx, "SELECT 1 FROM attempts a WHERE a.is_dlq = 1")
        && isRare(tx, "SELECT 1 FROM attempts a WHERE " + CUT_OFF)) {
      where.and(
          "e.id IN (SELECT a.event_id FROM attempts a WHERE a.is_dlq = 1 AND a.env_id = ?"
              + " UNION SELECT a.event_id FROM attempts a WHERE "
              + CUT_OFF
              + " AND a.env_id = ?)",
          scope.envId(),
          scope.envId());
    }
  }

  private static boolean isRare(Tx tx, String rows) {
    return tx.number(
            "SELECT COUNT(*) AS n FROM (" + rows + " LIMIT " + (RARE_MAX + 1) + ") AS counted")
        <= RARE_MAX;
  }
}
