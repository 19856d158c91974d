package dev.catchment.replay;

import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.json.Json;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import java.util.List;

/** Tries the failed deliveries of the events of a selection again. */
final class RetryWork implements JobWork {
  private final Database database;
  private final ManualRetries retries;

  RetryWork(Database database, ManualRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** The row's text of what a job is asked for. */
  static Json.Obj spec(EventFilter events, Json.Obj asked) {
    return Json.object().put("events", Selection.json(events)).put("asked", asked).build();
  }

  /** The selection that is kept in the row of a job. */
  static EventFilter events(Job job) {
    return Selection.read((Json.Obj) job.spec().members().getOrDefault("events", Json.nil()));
  }

  @Override
  public long total(Tx tx, Job job) {
    return Events.count(tx, job.scope(), events(job), Integer.MAX_VALUE - 1).number();
  }

  @Override
  public Slice next(Job job, int wanted) {
    EventFilter events = events(job);
    EventFilter rest = Selection.after(events, job.place().reached());
    List<String> found =
        database
            .read(tx -> Events.list(tx, job.scope(), rest, new Where.Page(true, wanted, 0)))
            .rows()
            .stream()
            .map(EventRow::id)
            .toList();
    return new Slice(
        found.size(),
        found.isEmpty() ? job.place().reached() : found.getLast(),
        found.size() < wanted,
        tx -> write(tx, job, found, events.deliveries()));
  }

  private Written write(Tx tx, Job job, List<String> events, ManualRetries.Wish wish) {
    ManualRetries.Result result = retries.retry(tx, job.scope(), events, wish);
    return Written.of(result.started().size(), events.size() - result.eventsStarted());
  }
}
