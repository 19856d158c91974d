package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which issue a dead letter was counted for, and what an issue shows of its attempts. */
public final class DeadLetters {
  private DeadLetters() {}

  /** Notes the issue of attempts that have just ended: attempt id to issue id. */
  public static void blame(Tx tx, Scope scope, Map<String, String> issueOfAttempt) {
    tx.batch(
        "UPDATE attempts SET issue_id = ? WHERE env_id = ? AND id = ?",
        issueOfAttempt.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> new @Nullable Object[] {entry.getValue(), scope.envId(), entry.getKey()})
            .toList());
  }

  /** The ids of the newest attempts that were counted for an issue. */
  public static List<String> ofIssue(Tx tx, Scope scope, String issueId, int max) {
    return newest(tx, new Where("issue_id = ?", issueId).and("env_id = ?", scope.envId()), max);
  }

  /** The ids of the newest failed attempts to a destination. */
  public static List<String> ofDestination(Tx tx, Scope scope, String destinationId, int max) {
    return newest(
        tx,
        new Where("destination_id = ?", destinationId)
            .and("env_id = ?", scope.envId())
            .and("status = 'failed'"),
        max);
  }

  private static List<String> newest(Tx tx, Where where, int max) {
    return where.page(
        tx,
        "SELECT id FROM attempts",
        "id",
        new Where.Page(false, max, 0),
        row -> row.string("id"));
  }

  /**
   * How many attempts to a destination failed of those that ended.
   *
   * @param ended failed ones included
   */
  public record Rate(long failed, long ended) {}

  /** The newest failures that are looked at. */
  private static final int FAILED_MAX = 2_500;

  /** The newest attempts among which they are counted. */
  private static final int LOOKED_AT_MAX = 3 * FAILED_MAX;

  /**
   * Of the attempts that were made since that id, up to the newest that failed. Of more than 7,500
   * only the newest are looked at.
   *
   * @param from the smallest id of a millisecond
   */
  public static Rate rate(Tx tx, String destinationId, String from) {
    List<String> failed =
        tx.list(
            """
            SELECT id FROM attempts
             WHERE destination_id = ? AND id >= ? AND status = 'failed' ORDER BY id DESC LIMIT ?
            """,
            row -> row.string("id"),
            destinationId,
            from,
            FAILED_MAX);
    if (failed.isEmpty()) {
      return new Rate(0, 0);
    }
    // Behind the newest failure may lie any number that nobody has sent yet.
    return tx.find(
            """
            SELECT COALESCE(SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), 0) AS failed,
                COUNT(*) AS ended
              FROM (SELECT status FROM attempts
                     WHERE destination_id = ? AND id >= ? AND id <= ?
                     ORDER BY id DESC LIMIT ?) AS newest
             WHERE status <> 'pending'
            """,
            row -> new Rate(row.number("failed"), row.number("ended")),
            destinationId,
            failed.size() < FAILED_MAX ? from : failed.getLast(),
            failed.getFirst(),
            LOOKED_AT_MAX)
        .orElseThrow();
  }
}
