package dev.catchment.retention;

import dev.catchment.collections.Records;
import dev.catchment.collections.SkippedEvents;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
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
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.ToIntBiFunction;
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

  private static final long PAUSE_MILLIS_MIN = 20;
  private static final long PAUSE_MILLIS_MAX = 5_000;

  private static final int RESOLVED_ISSUE_DAYS = 365;

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

  /** A clean-up of one store by those settings. */
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
    made.tasks.addAll(besidesEvents(now));
    return made;
  }

  private List<Task> besidesEvents(long now) {
    return List.of(
        aged(
            now - days(RefusedRequests.KEPT_DAYS),
            RefusedRequests::anyBefore,
            RefusedRequests::deleteBefore),
        new RefusedSweep(database),
        this::testSessions,
        // Each key is kept for the window of its source.
        expired(DedupKeys::deleteExpired),
        // Each token is kept for as long as a request with it is not too old.
        expired(UsedTokens::deleteExpired),
        aged(
            now - days(settings.tombstoneDays()),
            Records::hasTombstones,
            Records::deleteTombstones),
        aged(
            now - days(SkippedEvents.KEPT_DAYS),
            SkippedEvents::anyBefore,
            SkippedEvents::deleteBefore),
        aged(
            now - days(RESOLVED_ISSUE_DAYS),
            Issues::anyResolvedBefore,
            Issues::deleteResolvedBefore),
        aged(now - settings.jobsKept().toMillis(), Jobs::anyEndedBefore, Jobs::deleteEndedBefore));
  }

  private static long days(long days) {
    return Duration.ofDays(days).toMillis();
  }

  private EventSweep events(EventSweep.Finder finder) {
    return new EventSweep(database, finder, archive);
  }

  private AgedSweep aged(long before, AgedSweep.Look look, AgedSweep.Removal removal) {
    return new AgedSweep(database, before, look, removal);
  }

  /** Removes rows that know themselves how long they are kept, until a slice finds none. */
  private static Task expired(ToIntBiFunction<Tx, Integer> removal) {
    return lease ->
        lease.write(tx -> removal.applyAsInt(tx, EventSweep.SLICE_ROWS_MAX)) == 0
            ? Task.Outcome.DONE
            : Task.Outcome.REMOVED;
  }

  /** One that is over can be read for a day more. */
  private Task.Outcome testSessions(Lease lease) {
    Optional<String> over = database.read(tx -> TestSessions.over(tx, 1)).stream().findFirst();
    over.ifPresent(id -> lease.write(tx -> SessionSweep.slice(tx, id)));
    return over.isEmpty() ? Task.Outcome.DONE : Task.Outcome.REMOVED;
  }
}
