package dev.catchment.replay;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.worker.Step;
import java.util.Map;
import java.util.Optional;

/**
 * Works on jobs, each step on a slice of the one that is due first. A job is paced by the time its
 * next slice is due, which stands in its row with everything else, so another node goes on where a
 * dead one stopped.
 */
public final class JobRunner implements Step {
  /** How long a job is held after each slice; slices are at most a second apart. */
  static final long LEASE_MILLIS = 10_000;

  /** A slice is a tenth of what may be done in a second, and at least one event. */
  private static final int SLICES_PER_SECOND = 10;

  /** A job that is late catches up by no more than this. */
  private static final long LATE_MILLIS_MAX = 1_000;

  private final Database database;
  private final String node;
  private final Map<Job.Kind, JobWork> works;

  JobRunner(Database database, String node, Map<Job.Kind, JobWork> works) {
    this.database = database;
    this.node = node;
    this.works = works;
  }

  @Override
  public synchronized Next step() {
    Optional<Jobs.Due> due = database.read(tx -> Jobs.nextDue(tx, node));
    if (due.isEmpty()) {
      return Step.whenWoken();
    }
    if (due.get().at() > database.now()) {
      return Step.at(due.get().at());
    }
    Job found = due.get().job();
    Optional<Job> mine = found.place().mine() ? Optional.of(found) : claim(found);
    mine.ifPresent(this::work);
    return Step.again();
  }

  private Optional<Job> claim(Job found) {
    return database.write(Durability.DERIVED, tx -> Jobs.claim(tx, found, node, LEASE_MILLIS));
  }

  private void work(Job job) {
    JobWork work = works.get(job.kind());
    if (work == null) {
      throw new IllegalStateException("Nobody does " + job.kind());
    }
    if (job.progress().total() == null) {
      long total = database.read(tx -> work.total(tx, job));
      database.write(
          Durability.DERIVED,
          tx -> {
            if (Jobs.hold(tx, job, LEASE_MILLIS)) {
              Jobs.total(tx, job, total);
            }
            return true;
          });
      return;
    }
    JobWork.Slice slice = work.next(job, Math.max(1, job.rateLimit() / SLICES_PER_SECOND));
    database.write(
        Durability.DERIVED,
        tx -> {
          // A job that was cancelled or lost meanwhile gets nothing written.
          if (Jobs.hold(tx, job, LEASE_MILLIS)) {
            write(tx, job, slice);
          }
          return true;
        });
  }

  private static void write(Tx tx, Job job, JobWork.Slice slice) {
    JobWork.Written written = slice.write().in(tx);
    if (written.failure() != null) {
      Jobs.end(tx, job, written.failure());
      return;
    }
    Job.Progress before = job.progress();
    long processed = before.processed() + slice.events();
    long known = before.total() == null ? 0 : before.total();
    Jobs.advance(
        tx,
        job,
        new Job.Progress(
            slice.last() ? processed : Math.max(known, processed),
            processed,
            before.started() + written.started(),
            before.skipped() + written.skipped()),
        slice.reached(),
        Math.max(job.place().dueAt(), tx.now() - LATE_MILLIS_MAX) + pace(job, slice.events()));
    if (slice.last()) {
      Jobs.end(tx, job, null);
    }
  }

  private static long pace(Job job, int events) {
    return Math.ceilDiv(events * 1_000L, (long) job.rateLimit());
  }
}
