package dev.catchment.replay;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of jobs. A node holds a job for a while and renews that with each slice; a slice of a
 * node that has lost the job writes nothing.
 */
public final class Jobs {
  private Jobs() {}

  /** Stores a new job. */
  static void insert(Tx tx, Job job) {
    tx.update(
        """
        INSERT INTO jobs (id, org_id, env_id, kind, spec, rate_limit, status, total, processed,
          started, skipped, reached, due_at, claimed_until, claim_number, created_at)
        VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, 0, 0, 0, '', ?, 0, 0, ?)
        """,
        job.id(),
        job.scope().orgId(),
        job.scope().envId(),
        job.kind().word(),
        job.spec().text(),
        job.rateLimit(),
        job.progress().total(),
        tx.now(),
        tx.now());
    tx.notify(Channel.JOBS);
  }

  /** The job of that id, unless it ended before {@code keptSince}; throws {@code NOT_FOUND}. */
  static Job get(Tx tx, Scope scope, Job.Kind kind, String id, long keptSince) {
    Where where = kept(scope, kind, keptSince).and("id = ?", id);
    return tx.find("SELECT * FROM jobs" + where.sql(), row -> job(row, ""), where.args())
        .orElseThrow(() -> Failure.notFound(kind == Job.Kind.REPLAY ? "Replay job" : "Retry job"));
  }

  /**
   * Jobs, newest first.
   *
   * @param below only ids below this; null from the newest
   * @param limit null for all; else up to one more than it
   */
  static List<Job> list(
      Tx tx,
      Scope scope,
      Job.Kind kind,
      long keptSince,
      @Nullable String below,
      @Nullable Integer limit) {
    Where where = kept(scope, kind, keptSince).between("id", null, below);
    return where.page(
        tx,
        "SELECT * FROM jobs",
        "id",
        new Where.Page(false, limit == null ? Integer.MAX_VALUE : limit + 1, 0),
        row -> job(row, ""));
  }

  private static Where kept(Scope scope, Job.Kind kind, long keptSince) {
    return new Where("env_id = ?", scope.envId())
        .and("kind = ?", kind.word())
        .and("(completed_at IS NULL OR completed_at > ?)", keptSince);
  }

  /** Ends a job that has not ended; what it has written so far stands. */
  static void cancel(Tx tx, Job job) {
    tx.update(
        """
        UPDATE jobs SET status = 'cancelled', completed_at = ?, claimed_by = NULL
         WHERE env_id = ? AND id = ? AND completed_at IS NULL
        """,
        tx.now(),
        job.scope().envId(),
        job.id());
    tx.notify(Channel.JOBS);
  }

  /** A job that has not ended, and when this node may work on it. */
  record Due(Job job, long at) {}

  /** The job that this node may work on first. */
  static Optional<Due> nextDue(Tx tx, String node) {
    return tx.find(
        """
        SELECT j.*, CASE WHEN claimed_by IS NULL OR claimed_by = ? OR due_at > claimed_until
            THEN due_at ELSE claimed_until END AS free_at
          FROM jobs j WHERE completed_at IS NULL
         ORDER BY free_at, id LIMIT 1
        """,
        row -> new Due(job(row, node), row.number("free_at")),
        node);
  }

  /** Takes a job for this node; empty when another was quicker, or it was cancelled. */
  static Optional<Job> claim(Tx tx, Job job, String node, long leaseMillis) {
    return tx.find(
        """
        UPDATE jobs SET claimed_by = ?, claimed_until = ?, claim_number = claim_number + 1,
          status = 'running', started_at = COALESCE(started_at, ?)
         WHERE id = ? AND claim_number = ? AND completed_at IS NULL
           AND (claimed_by IS NULL OR claimed_until <= ?)
        RETURNING *
        """,
        row -> job(row, node),
        node,
        tx.now() + leaseMillis,
        tx.now(),
        job.id(),
        job.place().claimNumber(),
        tx.now());
  }

  /** Whether this node still has the job as it was read; if so it stays so until the commit. */
  static boolean hold(Tx tx, Job job, long leaseMillis) {
    return tx.update(
            """
            UPDATE jobs SET claimed_until = ?
             WHERE id = ? AND claim_number = ? AND reached = ? AND completed_at IS NULL
            """,
            tx.now() + leaseMillis,
            job.id(),
            job.place().claimNumber(),
            job.place().reached())
        == 1;
  }

  /** Counts the events of a job whose number was not known. */
  static void total(Tx tx, Job job, long total) {
    tx.update("UPDATE jobs SET total = ? WHERE id = ?", total, job.id());
  }

  /** Writes how far a held job is. */
  static void advance(Tx tx, Job job, Job.Progress progress, String reached, long dueAt) {
    tx.update(
        """
        UPDATE jobs SET total = ?, processed = ?, started = ?, skipped = ?, reached = ?, due_at = ?
         WHERE id = ?
        """,
        progress.total(),
        progress.processed(),
        progress.started(),
        progress.skipped(),
        reached,
        dueAt,
        job.id());
  }

  /** Ends a held job: completed, or failed when there is an error. */
  static void end(Tx tx, Job job, @Nullable String error) {
    tx.update(
        "UPDATE jobs SET status = ?, error = ?, completed_at = ?, claimed_by = NULL WHERE id = ?",
        (error == null ? Job.Status.COMPLETED : Job.Status.FAILED).word(),
        error,
        tx.now(),
        job.id());
  }

  /** Whether a job ended before that time. */
  public static boolean anyEndedBefore(Tx tx, long epochMillis) {
    return tx.find(
            "SELECT id FROM jobs WHERE completed_at IS NOT NULL AND completed_at < ? LIMIT 1",
            row -> row.string("id"),
            epochMillis)
        .isPresent();
  }

  /** Deletes up to {@code max} jobs that ended before that time, and says how many. */
  public static int deleteEndedBefore(Tx tx, long epochMillis, int max) {
    return tx.update(
        """
        DELETE FROM jobs WHERE id IN
          (SELECT id FROM jobs WHERE completed_at IS NOT NULL AND completed_at < ? LIMIT ?)
        """,
        epochMillis,
        max);
  }

  private static Job job(Row row, String node) {
    return new Job(
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        Job.Kind.valueOf(row.string("kind").toUpperCase(Locale.ROOT)),
        (Json.Obj) Json.read(row.string("spec")),
        row.integer("rate_limit"),
        Job.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT)),
        new Job.Progress(
            row.findNumber("total"),
            row.number("processed"),
            row.number("started"),
            row.number("skipped")),
        row.find("error"),
        new Job.Place(
            row.string("reached"),
            row.number("due_at"),
            row.number("claim_number"),
            node.equals(row.find("claimed_by"))),
        new Job.Times(
            row.number("created_at"),
            row.findNumber("started_at"),
            row.findNumber("completed_at")));
  }
}
