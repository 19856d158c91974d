package dev.catchment.replay;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.InList;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Courier;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.expr.FilterRules;
import dev.catchment.json.Json;
import dev.catchment.log.EventLog;
import dev.catchment.routing.EventFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The jobs of one store: made, shown and cancelled here, done by {@link #runner()}. */
public final class Replays {
  private final Database database;
  private final Ids ids;
  private final long keptMillis;
  private final ReplayWork replayWork;
  private final JobRunner runner;

  /**
   * Jobs that this node works on too.
   *
   * @param keptMillis how long a job is shown after its end
   */
  public record Settings(String node, long keptMillis) {}

  /** The jobs of that store, whose deliveries go out by that courier and those retries. */
  public Replays(
      Database database,
      EventLog log,
      Courier courier,
      ManualRetries retries,
      Ids ids,
      Settings settings) {
    this.database = database;
    this.ids = ids;
    this.keptMillis = settings.keptMillis();
    this.replayWork = new ReplayWork(database, log, courier, ids);
    this.runner =
        new JobRunner(
            database,
            settings.node(),
            Map.of(Job.Kind.REPLAY, replayWork, Job.Kind.RETRY, new RetryWork(database, retries)));
  }

  /** The step that does the jobs; to be driven by a loop that {@code Channel.JOBS} wakes. */
  public JobRunner runner() {
    return runner;
  }

  /**
   * What a replay is asked for; ends and connection are known to be in the scope.
   *
   * @param events which events, but for the time
   * @param connectionId the one connection whose filter applies, even if it is disabled; null for
   *     all that are evaluated
   * @param from when the first may have been received, milliseconds since 1970
   * @param to before when the last must have been received
   * @param maxEvents 1 to 10,000
   * @param retry whether failures are tried again and end as dead letters
   */
  public record Replay(
      EventFilter events,
      FilterRules rules,
      String destinationId,
      @Nullable String connectionId,
      long from,
      long to,
      int maxEvents,
      boolean retry) {
    /** What the job of a replay was asked for. */
    public static Replay of(Job job) {
      ReplayWork.Spec spec = ReplayWork.Spec.read(job.spec());
      return new Replay(
          spec.events(),
          spec.rules(),
          spec.destinationId(),
          spec.connectionId(),
          spec.from(),
          spec.to(),
          spec.maxEvents(),
          spec.retry());
    }
  }

  /**
   * Stores a new replay.
   *
   * @param rateLimit events a second, 1 to 100
   * @throws Failure {@code NOT_FOUND} when there are no such events
   */
  public Job replay(Scope scope, Replay wanted, int rateLimit) {
    ReplayWork.Spec spec =
        new ReplayWork.Spec(
            wanted.events().between(idAt(wanted.from()), idAt(wanted.to())),
            wanted.rules(),
            wanted.destinationId(),
            wanted.connectionId(),
            wanted.from(),
            wanted.to(),
            wanted.maxEvents(),
            wanted.retry());
    long total = replayWork.total(scope, spec);
    if (total == 0) {
      throw new Failure(Failure.Code.NOT_FOUND, "No events found", null);
    }
    return insert(
        new Job(
            ids.next(),
            scope,
            Job.Kind.REPLAY,
            spec.json(),
            rateLimit,
            Job.Status.PENDING,
            new Job.Progress(total, 0, 0, 0),
            null,
            new Job.Place("", 0, 0, false),
            new Job.Times(0, null, null)));
  }

  /**
   * Stores a new retry of any number of events: those of the selection that are there now.
   *
   * @param asked the filter in the words of who asked, to be shown
   * @param rateLimit events a second, 1 to 1,000
   */
  public Job retry(Scope scope, EventFilter selection, Json.Obj asked, int rateLimit) {
    String id = ids.next();
    // Ids rise, so what is received from now on lies behind the job's own.
    EventFilter bounded =
        selection.below() == null || selection.below().compareTo(id) > 0
            ? selection.between(selection.from(), id)
            : selection;
    return insert(
        new Job(
            id,
            scope,
            Job.Kind.RETRY,
            RetryWork.spec(bounded, asked),
            rateLimit,
            Job.Status.PENDING,
            new Job.Progress(null, 0, 0, 0),
            null,
            new Job.Place("", 0, 0, false),
            new Job.Times(0, null, null)));
  }

  /** The filter of a retry job in the words of who asked. */
  public static Json asked(Job job) {
    return job.spec().members().getOrDefault("asked", Json.nil());
  }

  private Job insert(Job job) {
    return database.write(tx -> {
      Jobs.insert(tx, job);
      return Jobs.get(tx, job.scope(), job.kind(), job.id(), 0);
    });
  }

  /** The smallest id of that millisecond; a time beyond all ids gives a text above them. */
  private static String idAt(long epochMillis) {
    return epochMillis >= 1L << 48 ? "g" : Ids.floor(epochMillis);
  }

  /** The job of that id; throws {@code NOT_FOUND}, also when it ended too long ago. */
  public Job get(Tx tx, Scope scope, Job.Kind kind, String id) {
    return Jobs.get(tx, scope, kind, id, tx.now() - keptMillis);
  }

  /**
   * Jobs of a kind, newest first.
   *
   * @param below only ids below this; null from the newest
   * @param limit null for all; else up to one more than it
   */
  public List<Job> list(
      Tx tx, Scope scope, Job.Kind kind, @Nullable String below, @Nullable Integer limit) {
    return Jobs.list(tx, scope, kind, tx.now() - keptMillis, below, limit);
  }

  /** Ends a job under way; one that has ended stays as it is. Throws {@code NOT_FOUND}. */
  public void cancel(Scope scope, Job.Kind kind, String id) {
    database.write(tx -> {
      Jobs.cancel(tx, get(tx, scope, kind, id));
      return true;
    });
  }

  /** How the deliveries of a replay ended so far. */
  public record Ended(long succeeded, long failed) {
    private static final Ended NONE = new Ended(0, 0);
  }

  /** The same for several replays, by their ids. */
  public static Map<String, Ended> ended(Tx tx, List<Job> replays) {
    Map<String, Ended> ended = new HashMap<>();
    replays.forEach(job -> ended.put(job.id(), Ended.NONE));
    if (!replays.isEmpty()) {
      InList these = InList.of("replay_id", replays.stream().map(Job::id).toList());
      // A failed row that another follows is no end; this reads nothing but the index.
      tx.list(
              "SELECT replay_id, status, COUNT(*) AS n FROM attempts WHERE "
                  + these.condition()
                  + " AND open = 0 AND (status = 'success' OR next_retry_at IS NULL)"
                  + " GROUP BY replay_id, status",
              row ->
                  Map.entry(
                      row.string("replay_id"),
                      row.string("status").equals("success")
                          ? new Ended(row.number("n"), 0)
                          : new Ended(0, row.number("n"))),
              these.args())
          .forEach(entry ->
              ended.merge(
                  entry.getKey(),
                  entry.getValue(),
                  (one, other) ->
                      new Ended(
                          one.succeeded() + other.succeeded(), one.failed() + other.failed())));
    }
    return ended;
  }
}
