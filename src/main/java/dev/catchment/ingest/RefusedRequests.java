package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.log.Event;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of refused requests. Ids are made at receipt, so their order is that of receipt. */
public final class RefusedRequests {
  /** How long a refused request is kept. */
  public static final long KEPT_DAYS = 7;

  /** How many are kept for each source; the oldest go first. */
  public static final int KEPT_FOR_SOURCE_MAX = 10_000;

  /** A summary has no more lines than this. */
  private static final int SUMMARY_MAX = 1_000;

  private static final String COLUMNS =
      """
      r.id, r.org_id, r.env_id, r.source_id, s.name AS source_name, s.slug AS source_slug,
      r.method, r.content_type, r.source_ip, r.payload_size, r.payload_truncated, r.reason,
      r.detail, r.response_status, r.received_at, r.replayed_event_id,
      """;

  private static final String FROM =
      " FROM refused_requests r LEFT JOIN sources s ON s.id = r.source_id";

  private static final String WHOLE =
      "SELECT " + COLUMNS + "r.headers, r.query_params, r.body" + FROM;

  private static final String LISTED =
      "SELECT " + COLUMNS + "'{}' AS headers, '{}' AS query_params, NULL AS body" + FROM;

  private RefusedRequests() {}

  /** One to be written. */
  record New(String id, Refused refused) {}

  static void insert(Tx tx, List<New> rows) {
    tx.batch(
        """
        INSERT INTO refused_requests (id, org_id, env_id, source_id, method, headers, query_params,
          content_type, source_ip, payload_size, payload_truncated, reason, detail,
          response_status, received_at, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        rows.stream().map(RefusedRequests::arguments).toList());
  }

  private static @Nullable Object[] arguments(New row) {
    Refused refused = row.refused();
    return new @Nullable Object[] {
      row.id(),
      refused.scope().orgId(),
      refused.scope().envId(),
      refused.sourceId(),
      refused.facts().method(),
      refused.facts().headersJson(),
      refused.facts().queryJson(),
      refused.facts().contentType(),
      refused.facts().sourceIp(),
      refused.payloadSize(),
      refused.isTruncated(),
      refused.reason().word(),
      refused.detail(),
      refused.responseStatus(),
      refused.receivedAt(),
      refused.body()
    };
  }

  /** The refused request of that id, if it is in the scope. */
  public static Optional<RefusedRequest> find(Tx tx, Scope scope, String id) {
    return tx.find(
        WHOLE + " WHERE r.env_id = ? AND r.id = ?", RefusedRequests::row, scope.envId(), id);
  }

  /** The same; throws {@code NOT_FOUND}. */
  public static RefusedRequest get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Refused request"));
  }

  /**
   * Which refused requests to list; null and empty mean any.
   *
   * @param from ids from this one on, inclusive
   * @param below ids below this one
   */
  public record Filter(
      @Nullable String sourceId,
      List<String> reasons,
      @Nullable String sourceIp,
      @Nullable String from,
      @Nullable String below) {}

  /** One page of refused requests, without headers, query and body. */
  public static List<RefusedRequest> list(Tx tx, Scope scope, Filter filter, Where.Page page) {
    return where(scope, filter).page(tx, LISTED, "r.id", page, RefusedRequests::row);
  }

  /** How many match, counted up to {@code max}. */
  public static long count(Tx tx, Scope scope, Filter filter, int max) {
    return where(scope, filter).count(tx, "refused_requests r", max);
  }

  private static Where where(Scope scope, Filter filter) {
    return new Where("r.env_id = ?", scope.envId())
        .equal("r.source_id", filter.sourceId())
        .equal("r.source_ip", filter.sourceIp())
        .between("r.id", filter.from(), filter.below())
        .in("r.reason", filter.reasons());
  }

  /** How many requests to a source were refused for one reason. */
  public record Tally(String sourceId, String reason, long count) {}

  /** What the kept ones come to, most frequent first; a thousand lines at most. */
  public static List<Tally> summary(Tx tx, Scope scope, Filter filter) {
    Where where = where(scope, filter);
    return tx.list(
        "SELECT r.source_id, r.reason, COUNT(*) AS n FROM refused_requests r"
            + where.sql()
            + " GROUP BY r.source_id, r.reason ORDER BY n DESC, r.source_id, r.reason LIMIT ?",
        row -> new Tally(row.string("source_id"), row.string("reason"), row.number("n")),
        where.args(SUMMARY_MAX));
  }

  /**
   * Takes the request for a replay, so that two who replay it at once do not make two events of it.
   *
   * @param until when somebody else may take it if nothing more was heard, milliseconds since 1970
   * @return whether it was free and had not been replayed
   */
  public static boolean claimReplay(Tx tx, RefusedRequest request, long until) {
    return tx.update(
            """
            UPDATE refused_requests SET replay_claimed_until = ?
             WHERE env_id = ? AND id = ? AND replayed_event_id IS NULL
               AND (replay_claimed_until IS NULL OR replay_claimed_until <= ?)
            """,
            until,
            request.refused().scope().envId(),
            request.id(),
            tx.now())
        == 1;
  }

  /** The replay is over: the request became that event, or none when null. */
  public static void endReplay(Tx tx, RefusedRequest request, @Nullable String eventId) {
    tx.update(
        """
        UPDATE refused_requests SET replayed_event_id = ?, replay_claimed_until = NULL
         WHERE env_id = ? AND id = ?
        """,
        eventId,
        request.refused().scope().envId(),
        request.id());
  }

  /**
   * Deletes a slice of what was received before that time, oldest first.
   *
   * @return how many were deleted; less than {@code max} when none is left
   */
  public static int deleteBefore(Tx tx, long epochMillis, int max) {
    return tx.update(
        """
        DELETE FROM refused_requests WHERE id IN
          (SELECT id FROM refused_requests WHERE id < ? ORDER BY id LIMIT ?)
        """,
        Ids.floor(epochMillis),
        max);
  }

  /**
   * Deletes a slice of what a source has beyond its newest {@code kept}, oldest first.
   *
   * @return how many were deleted; less than {@code max} when none is left
   */
  public static int deleteBeyond(Tx tx, String sourceId, int kept, int max) {
    return tx.update(
        """
        DELETE FROM refused_requests WHERE id IN
          (SELECT id FROM refused_requests WHERE source_id = ? AND id <=
             (SELECT id FROM refused_requests WHERE source_id = ?
               ORDER BY id DESC LIMIT 1 OFFSET ?)
            ORDER BY id LIMIT ?)
        """,
        sourceId,
        sourceId,
        kept,
        max);
  }

  /** Whether there is one that was received before that time. */
  public static boolean anyBefore(Tx tx, long epochMillis) {
    return tx.find(
            "SELECT id FROM refused_requests WHERE id < ? LIMIT 1",
            row -> row.string("id"),
            Ids.floor(epochMillis))
        .isPresent();
  }

  /** Whether a source has more than so many. */
  public static boolean anyBeyond(Tx tx, String sourceId, int kept) {
    return tx.find(
            "SELECT id FROM refused_requests WHERE source_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
            row -> row.string("id"),
            sourceId,
            kept)
        .isPresent();
  }

  /**
   * The source after that one, by id, that has refused requests; the first after the empty text.
   */
  public static Optional<String> sourceAfter(Tx tx, String sourceId) {
    return tx.find(
        "SELECT source_id FROM refused_requests WHERE source_id > ? ORDER BY source_id LIMIT 1",
        row -> row.string("source_id"),
        sourceId);
  }

  private static RefusedRequest row(Row row) {
    byte[] body = row.bytes("body");
    Refused refused =
        new Refused(
            row.string("source_id"),
            new Scope(row.string("org_id"), row.string("env_id")),
            new Event.RequestFacts(
                row.string("method"),
                row.string("headers"),
                row.string("query_params"),
                row.find("content_type"),
                row.find("source_ip")),
            body == null ? new byte[0] : body,
            row.number("payload_size"),
            !row.flag("payload_truncated"),
            Reason.of(row.string("reason")).orElseThrow(),
            row.find("detail"),
            row.integer("response_status"),
            row.number("received_at"));
    return new RefusedRequest(
        row.string("id"),
        refused,
        row.flag("payload_truncated"),
        row.find("source_name"),
        row.find("source_slug"),
        row.find("replayed_event_id"));
  }
}
