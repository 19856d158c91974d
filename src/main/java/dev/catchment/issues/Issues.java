package dev.catchment.issues;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The table of issues. Whoever writes several does so in the order of destination and kind, so that
 * two nodes do not wait for each other.
 */
public final class Issues {
  /** Issues that are resolved in one transaction. */
  static final int RESOLVED_MAX = 100;

  private static final String NAME =
      "(SELECT d.name FROM destinations d WHERE d.id = issues.destination_id) AS destination_name";

  private static final String SELECT = "SELECT *, " + NAME + " FROM issues";

  private static final String ROW =
      "(?, ?, ?, ?, ?, ? || ' ' || COALESCE((SELECT d.name FROM destinations d WHERE d.id = ?),"
          + " 'a deleted destination'), 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** One that the receiver closed stays while people have not decided what to do. */
  private static final String MAY_RESOLVE =
      "status <> 'resolved' AND NOT (kind = 'gone' AND EXISTS (SELECT 1 FROM destinations d"
          + " WHERE d.id = issues.destination_id AND d.status = 'paused'))";

  private Issues() {}

  /**
   * Opens, reopens or counts issues.
   *
   * @param occurrences ordered by destination and kind, each pair once
   * @return the issues as they are now
   */
  static List<IssueRow> occur(Tx tx, Ids ids, List<Occurrence> occurrences) {
    List<IssueRow> rows = new ArrayList<>();
    int from = 0;
    while (from < occurrences.size()) {
      // By powers of two, so that few statements stand for every number of rows.
      int to = from + Integer.highestOneBit(occurrences.size() - from);
      rows.addAll(upsert(tx, ids, occurrences.subList(from, to)));
      from = to;
    }
    return rows;
  }

  private static List<IssueRow> upsert(Tx tx, Ids ids, List<Occurrence> occurrences) {
    List<@Nullable Object> args = new ArrayList<>();
    occurrences.forEach(one -> args.addAll(arguments(tx, ids.next(), one)));
    return tx.list(
        """
        INSERT INTO issues (id, org_id, env_id, destination_id, kind, title, status,
          occurrence_count, first_seen_at, last_seen_at, opened_at, quiet_since, last_attempt_id,
          last_event_id, last_error, last_status_code, created_at, updated_at)
        VALUES
        """
            + (ROW + ", ").repeat(occurrences.size() - 1)
            + ROW
            + """
             ON CONFLICT (destination_id, kind) DO UPDATE SET
              status = CASE WHEN issues.status = 'resolved' THEN 'open' ELSE issues.status END,
              opened_at = CASE WHEN issues.status = 'resolved' THEN excluded.opened_at
                ELSE issues.opened_at END,
              resolved_at = NULL,
              occurrence_count = issues.occurrence_count + excluded.occurrence_count,
              last_seen_at = CASE WHEN issues.last_seen_at > excluded.last_seen_at
                THEN issues.last_seen_at ELSE excluded.last_seen_at END,
              quiet_since = excluded.quiet_since,
              last_attempt_id = excluded.last_attempt_id,
              last_event_id = excluded.last_event_id,
              last_error = excluded.last_error,
              last_status_code = excluded.last_status_code,
              updated_at = excluded.updated_at
            RETURNING *,
            """
            + NAME,
        Issues::row,
        args.toArray());
  }

  private static List<@Nullable Object> arguments(Tx tx, String id, Occurrence one) {
    return Arrays.asList(
        id,
        one.scope().orgId(),
        one.scope().envId(),
        one.destinationId(),
        one.kind().word(),
        one.kind().words(),
        one.destinationId(),
        one.count(),
        one.at(),
        one.at(),
        tx.now(),
        tx.now(),
        one.last().attemptId(),
        one.last().eventId(),
        one.last().error(),
        one.last().statusCode(),
        tx.now(),
        tx.now());
  }

  /** A place in the list, which is ordered by the last occurrence. */
  public record Place(long lastSeenAt, String id) {}

  /**
   * Which issues to list; null means any.
   *
   * @param from only issues behind that place in the order of the page
   */
  public record Filter(
      IssueRow.@Nullable Status status, @Nullable String destinationId, @Nullable Place from) {}

  /** One page of issues, those that occurred last first. */
  public static List<IssueRow> list(Tx tx, Scope scope, Filter filter, Where.Page page) {
    String way = page.ascending() ? ">" : "<";
    Where where = where(scope, filter);
    Place from = filter.from();
    if (from != null) {
      where.and(
          "(last_seen_at " + way + " ? OR (last_seen_at = ? AND id " + way + " ?))",
          from.lastSeenAt(),
          from.lastSeenAt(),
          from.id());
    }
    return where.page(
        tx,
        SELECT,
        page.ascending() ? "last_seen_at ASC, id" : "last_seen_at DESC, id",
        page,
        Issues::row);
  }

  /** How many issues match, counted up to {@code max}. */
  public static long count(Tx tx, Scope scope, Filter filter, int max) {
    return where(scope, filter).count(tx, "issues", max);
  }

  private static Where where(Scope scope, Filter filter) {
    return new Where("env_id = ?", scope.envId())
        .equal("status", filter.status() == null ? null : filter.status().word())
        .equal("destination_id", filter.destinationId());
  }

  /** How many issues there are of each status; statuses without any are left out. */
  public static Map<IssueRow.Status, Long> summary(Tx tx, Scope scope) {
    Map<IssueRow.Status, Long> counts = new EnumMap<>(IssueRow.Status.class);
    tx.list(
            "SELECT status, COUNT(*) AS n FROM issues WHERE env_id = ? GROUP BY status",
            row -> Map.entry(status(row), row.number("n")),
            scope.envId())
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    return counts;
  }

  /** The issue of that id; throws {@code NOT_FOUND} when it is not in the scope. */
  public static IssueRow get(Tx tx, Scope scope, String id) {
    return tx.find(SELECT + " WHERE env_id = ? AND id = ?", Issues::row, scope.envId(), id)
        .orElseThrow(() -> Failure.notFound("Issue"));
  }

  /**
   * Those of these issues that are in the environment, in no order.
   *
   * @param ids at most 500
   */
  public static List<IssueRow> byId(Tx tx, String envId, List<String> ids) {
    Where where = new Where("env_id = ?", envId).in("id", ids);
    return tx.list(SELECT + where.sql(), Issues::row, where.args());
  }

  /** Sets what people may set. An issue that is opened by hand begins to be quiet now. */
  static IssueRow update(
      Tx tx, IssueRow issue, IssueRow.Status status, @Nullable Long snoozedUntil) {
    boolean resolved = status == IssueRow.Status.RESOLVED;
    return tx.find(
            """
            UPDATE issues SET snoozed_until = ?, updated_at = ?,
              resolved_at = CASE WHEN ? = 0 THEN NULL WHEN status = 'resolved' THEN resolved_at
                ELSE CAST(? AS BIGINT) END,
              quiet_since = CASE WHEN status = ? THEN quiet_since ELSE CAST(? AS BIGINT) END,
              status = ?
             WHERE env_id = ? AND id = ?
            RETURNING *,
            """
                + NAME,
            Issues::row,
            snoozedUntil,
            tx.now(),
            resolved,
            tx.now(),
            status.word(),
            tx.now(),
            status.word(),
            issue.scope().envId(),
            issue.id())
        .orElseThrow(() -> Failure.notFound("Issue"));
  }

  /** Since when the issue that may be resolved first has been quiet. */
  static OptionalLong quietSince(Tx tx) {
    long since =
        tx.number("SELECT COALESCE(MIN(quiet_since), -1) AS n FROM issues WHERE " + MAY_RESOLVE);
    return since < 0 ? OptionalLong.empty() : OptionalLong.of(since);
  }

  /** Resolves a few issues that have been quiet since that time; those in use are passed by. */
  static List<IssueRow> resolve(Tx tx, long quietSince) {
    List<String> ids =
        tx.list(
            "SELECT id FROM issues WHERE quiet_since <= ? AND "
                + MAY_RESOLVE
                + " ORDER BY destination_id, kind LIMIT ?"
                + tx.dialect().skipLocked(),
            row -> row.string("id"),
            quietSince,
            RESOLVED_MAX);
    if (ids.isEmpty()) {
      return List.of();
    }
    InList these = InList.of("id", ids);
    List<@Nullable Object> args = new ArrayList<>(List.of(tx.now(), tx.now()));
    args.addAll(Arrays.asList(these.args()));
    return tx.list(
        "UPDATE issues SET status = 'resolved', resolved_at = ?, updated_at = ? WHERE "
            + these.condition()
            + " RETURNING *, "
            + NAME,
        Issues::row,
        args.toArray());
  }

  /** Whether an issue was resolved before that time. */
  public static boolean anyResolvedBefore(Tx tx, long epochMillis) {
    return tx.find(
            "SELECT id FROM issues WHERE status = 'resolved' AND resolved_at < ? LIMIT 1",
            row -> row.string("id"),
            epochMillis)
        .isPresent();
  }

  /** Deletes up to {@code max} issues that were resolved before that time, and says how many. */
  public static int deleteResolvedBefore(Tx tx, long epochMillis, int max) {
    return tx.update(
        """
        DELETE FROM issues WHERE id IN
          (SELECT id FROM issues WHERE status = 'resolved' AND resolved_at < ? LIMIT ?)
        """,
        epochMillis,
        max);
  }

  private static IssueRow.Status status(Row row) {
    return IssueRow.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT));
  }

  private static IssueRow row(Row row) {
    return new IssueRow(
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        row.string("destination_id"),
        row.find("destination_name"),
        IssueKind.valueOf(row.string("kind").toUpperCase(Locale.ROOT)),
        row.string("title"),
        status(row),
        row.findNumber("snoozed_until"),
        new IssueRow.Seen(
            row.number("occurrence_count"),
            row.number("first_seen_at"),
            row.number("last_seen_at")),
        new IssueRow.Last(
            row.find("last_attempt_id"),
            row.find("last_event_id"),
            row.find("last_error"),
            row.findNumber("last_status_code")),
        new IssueRow.Times(
            row.number("created_at"),
            row.number("opened_at"),
            row.findNumber("resolved_at"),
            row.number("updated_at")));
  }
}
