package dev.catchment.retention;

import dev.catchment.collections.Records;
import dev.catchment.collections.SkippedEvents;
import dev.catchment.db.Database;
import dev.catchment.ingest.RefusedRequests;
import dev.catchment.ingest.UsedTokens;
import dev.catchment.issues.Issues;
import dev.catchment.log.Cursor;
import dev.catchment.log.Cursors;
import dev.catchment.log.DedupKeys;
import dev.catchment.observe.Log;
import dev.catchment.replay.Jobs;
import dev.catchment.trial.SessionSweep;
import dev.catchment.trial.TestSessions;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Cleans up in rounds: each step removes one small slice, and then leaves the store to the others
 * for several times as long. After a round that removed something the next is in a minute, after
 * one that found nothing in an hour. Of several nodes one works at a time.
 */
public final class Retention implements Step {
  /** The name of the lease among the cursors. */
  static final String NAME = "retention";

  private static final Log LOG = Log.of("retention");
  private static final long BUSY_MILLIS = Duration.ofMinutes(1).toMillis();
  private static final long IDLE_MILLIS = Duration.ofHours(1).toMillis();

  /** The pause after a slice is so many times as long as the slice took. */
  private static final long PAUSE_FACTOR = 4;

  private static final int RESOLVED_ISSUE_DAYS = 365;

  private static final long PAUSE_MILLIS_MIN = 20;
  private static final long PAUSE_MILLIS_MAX = 5_000;

  private final Database database;
  private final Cursors cursors;
  private final RetentionSettings settings;
  private final Optional<Archive> archive;
  private @Nullable Round round;
  private long nextAt;

  /** A round under way. */
  private static final class Round {
    final Queue<Task> tasks = new ArrayDeque<>();
    long slices;
  }

  public Retention(Database database, Cursors cursors, RetentionSettings settings) {
    this.database = database;
    this.cursors = cursors;
    this.settings = settings;
    this.archive = settings.archiveDir().map(Archive::new);
  }

  @Override
  public Next step() {
    long now = database.now();
    // A clock that was set back must not stop the cleaning.
    if (now < nextAt && nextAt - now <= IDLE_MILLIS) {
      return Step.at(nextAt);
    }
    try {
      nextAt = now + slice(now);
    } catch (Cursors.Overtaken e) {
      round = null;
      nextAt = now + BUSY_MILLIS;
    }
    return Step.at(nextAt);
  }

  /** Does one slice, and says how long to wait before the next. */
  private long slice(long now) {
    Optional<Cursor> held = cursors.claim(NAME);
    if (held.isEmpty()) {
      round = null;
      return BUSY_MILLIS;
    }
    Round current = round == null ? newRound(now) : round;
    round = current;
    Task task = current.tasks.peek();
    if (task == null) {
      return end(current);
    }
    switch (task.slice(new Lease(database, cursors, held.get()))) {
      case REMOVED -> current.slices++;
      case LOOKED -> {}
      case DONE -> current.tasks.remove();
    }
    long took = Math.max(0, database.now() - now);
    return took + Math.clamp(took * PAUSE_FACTOR, PAUSE_MILLIS_MIN, PAUSE_MILLIS_MAX);
  }

  private long end(Round over) {
    round = null;
    if (over.slices == 0) {
      return IDLE_MILLIS;
    }
    LOG.info("retention.cleaned", "slices", over.slices);
    return BUSY_MILLIS;
  }

  private Round newRound(long now) {
    Round made = new Round();
    if (settings.eventsDays() > 0) {
      made.tasks.add(events(new AgeFinder(now - days(settings.eventsDays()))));
    }
    if (settings.eventsMax() > 0) {
      made.tasks.add(events(new CountFinder(settings.eventsMax())));
    }
    made.tasks.add(lease -> refused(lease, now - days(RefusedRequests.KEPT_DAYS)));
    made.tasks.add(new RefusedSweep(database));
    made.tasks.add(this::testSessions);
    made.tasks.add(Retention::dedupKeys);
    made.tasks.add(Retention::usedTokens);
    made.tasks.add(lease -> tombstones(lease, now - days(settings.tombstoneDays())));
    made.tasks.add(lease -> skipped(lease, now - days(SkippedEvents.KEPT_DAYS)));
    made.tasks.add(lease -> issues(lease, now - days(RESOLVED_ISSUE_DAYS)));
    made.tasks.add(lease -> jobs(lease, now - settings.jobsKept().toMillis()));
    return made;
  }

  private static long days(long days) {
    return Duration.ofDays(days).toMillis();
  }

  private EventSweep events(EventSweep.Finder finder) {
    return new EventSweep(database, finder, archive);
  }

  private Task.Outcome refused(Lease lease, long before) {
    if (!database.read(tx -> RefusedRequests.anyBefore(tx, before))) {
      return Task.Outcome.DONE;
    }
    lease.write(tx -> RefusedRequests.deleteBefore(tx, before, EventSweep.SLICE_ROWS_MAX));
    return Task.Outcome.REMOVED;
  }

  private Task.Outcome skipped(Lease lease, long before) {
    if (!database.read(tx -> SkippedEvents.anyBefore(tx, before))) {
      return Task.Outcome.DONE;
    }
    lease.write(tx -> SkippedEvents.deleteBefore(tx, before, EventSweep.SLICE_ROWS_MAX));
    return Task.Outcome.REMOVED;
  }

  /** One that is over can be read for a day more. */
  private Task.Outcome testSessions(Lease lease) {
    Optional<String> over = database.read(tx -> TestSessions.over(tx, 1)).stream().findFirst();
    over.ifPresent(id -> lease.write(tx -> SessionSweep.slice(tx, id)));
    return over.isEmpty() ? Task.Outcome.DONE : Task.Outcome.REMOVED;
  }

  /** Each key is kept for the window of its source. */
  private static Task.Outcome dedupKeys(Lease lease) {
    int removed = lease.write(tx -> DedupKeys.deleteExpired(tx, EventSweep.SLICE_ROWS_MAX));
    return removed == 0 ? Task.Outcome.DONE : Task.Outcome.REMOVED;
  }

  private Task.Outcome issues(Lease lease, long before) {
    if (!database.read(tx -> Issues.anyResolvedBefore(tx, before))) {
      return Task.Outcome.DONE;
    }
    lease.write(tx -> Issues.deleteResolvedBefore(tx, before, EventSweep.SLICE_ROWS_MAX));
    return Task.Outcome.REMOVED;
  }

  private Task.Outcome jobs(Lease lease, long before) {
    if (!database.read(tx -> Jobs.anyEndedBefore(tx, before))) {
      return Task.Outcome.DONE;
    }
    lease.write(tx -> Jobs.deleteEndedBefore(tx, before, EventSweep.SLICE_ROWS_MAX));
    return Task.Outcome.REMOVED;
  }

  /** Each token is kept for as long as a request with it is not too old. */
  private static Task.Outcome usedTokens(Lease lease) {
    int removed = lease.write(tx -> UsedTokens.deleteExpired(tx, EventSweep.SLICE_ROWS_MAX));
    return removed == 0 ? Task.Outcome.DONE : Task.Outcome.REMOVED;
  }

  private Task.Outcome tombstones(Lease lease, long before) {
    if (!database.read(tx -> Records.hasTombstones(tx, before))) {
      return Task.Outcome.DONE;
    }
    lease.write(tx -> Records.deleteTombstones(tx, before, EventSweep.SLICE_ROWS_MAX));
    return Task.Outcome.REMOVED;
  }
}
