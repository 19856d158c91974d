package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The condition of a list of events as SQL over {@code events e}, with its arguments. */
final class EventQuery {
  /** Up to so many attempts a status counts as rare and is looked up from the attempts' side. */
  private static final int RARE_MAX = 10_000;

  private static final String OPEN =
      "SELECT 1 FROM attempts a WHERE a.event_id = e.id AND a.env_id = e.env_id AND a.open = 1";

  /** Deliveries that ended with their connection or destination; an index holds just these. */
  private static final String CUT_OFF =
      "a.status = 'failed' AND a.open = 0 AND a.next_retry_at IS NULL AND a.dlq_at IS NULL";

  private static final String BAD =
      "SELECT 1 FROM attempts a WHERE a.event_id = e.id AND a.env_id = e.env_id AND (a.is_dlq = 1 OR ("
          + CUT_OFF
          + "))";

  private static final String ANY =
      "SELECT 1 FROM attempts a WHERE a.event_id = e.id AND a.env_id = e.env_id";

  /** The status of an event, as a word in upper case. */
  static final String STATUS =
      "CASE WHEN EXISTS ("
          + OPEN
          + ") THEN 'PROCESSING' WHEN EXISTS ("
          + BAD
          + ") THEN 'FAILED' WHEN EXISTS ("
          + ANY
          + ") THEN 'DELIVERED' ELSE 'RECEIVED' END";

  private final StringBuilder sql = new StringBuilder(" WHERE e.env_id = ?");
  private final List<@Nullable Object> args = new ArrayList<>();

  EventQuery(Tx tx, Scope scope, EventFilter filter) {
    args.add(scope.envId());
    if (filter.sourceId() != null) {
      add(" AND e.source_id = ?", filter.sourceId());
    }
    if (filter.from() != null) {
      add(" AND e.id >= ?", filter.from());
    }
    if (filter.below() != null) {
      add(" AND e.id < ?", filter.below());
    }
    in("e.method", filter.methods());
    in("COALESCE(e.verification_status, 'none')", filter.checked().verifications());
    in("COALESCE(e.dedup_status, 'none')", filter.checked().dedups());
    Set<EventRow.Status> statuses = EnumSet.noneOf(EventRow.Status.class);
    statuses.addAll(filter.statuses());
    if (!statuses.isEmpty()) {
      narrow(tx, scope, statuses);
      in(STATUS, statuses.stream().map(Enum::name).toList());
    }
  }

  /** Without this, a list of the few failed events would walk past all the others. */
  private void narrow(Tx tx, Scope scope, Set<EventRow.Status> statuses) {
    if (statuses.equals(EnumSet.of(EventRow.Status.PROCESSING))
        && isRare(tx, "SELECT 1 FROM attempts a WHERE a.open = 1")) {
      // The expression keeps the index of all attempts of the environment out of it.
      add(
          " AND e.id IN (SELECT a.event_id FROM attempts a"
              + " WHERE a.open = 1 AND a.env_id || '' = ?)",
          scope.envId());
    } else if (statuses.equals(EnumSet.of(EventRow.Status.FAILED))
        && isRare(tx, "SELECT 1 FROM attempts a WHERE a.is_dlq = 1")
        && isRare(tx, "SELECT 1 FROM attempts a WHERE " + CUT_OFF)) {
      add(
          " AND e.id IN (SELECT a.event_id FROM attempts a WHERE a.is_dlq = 1 AND a.env_id = ?",
          scope.envId());
      add(
          " UNION SELECT a.event_id FROM attempts a WHERE " + CUT_OFF + " AND a.env_id = ?)",
          scope.envId());
    }
  }

  private static boolean isRare(Tx tx, String rows) {
    return tx.number(
            "SELECT COUNT(*) AS n FROM (" + rows + " LIMIT " + (RARE_MAX + 1) + ") AS counted")
        <= RARE_MAX;
  }

  private void in(String expression, List<String> values) {
    if (!values.isEmpty()) {
      sql.append(" AND ")
          .append(expression)
          .append(" IN (")
          .append("?,".repeat(values.size() - 1))
          .append("?)");
      args.addAll(values);
    }
  }

  private void add(String condition, String value) {
    sql.append(condition);
    args.add(value);
  }

  String where() {
    return sql.toString();
  }

  /** The arguments of {@link #where}, with more behind them. */
  @Nullable Object[] args(@Nullable Object... more) {
    List<@Nullable Object> all = new ArrayList<>(args);
    all.addAll(Arrays.asList(more));
    return all.toArray();
  }
}
