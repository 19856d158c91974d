package dev.catchment.replay;

import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Retries of several events within one call, a few hundred in each transaction. */
public final class BulkRetry {
  /** The most events of one call. */
  public static final int EVENTS_MAX = 10_000;

  private static final int ERRORS_MAX = 100;

  private final Database database;
  private final ManualRetries retries;

  public BulkRetry(Database database, ManualRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /**
   * What came of it.
   *
   * @param retried attempts that were started
   * @param events events that were looked at
   * @param skipped those of them for which nothing was started
   * @param errors the first hundred reasons why something was not retried
   */
  public record Summary(long retried, long events, long skipped, List<String> errors) {}

  /** Adds up what came of slices. */
  private static final class Tally {
    private long retried;
    private long events;
    private long skipped;
    private final List<String> errors = new ArrayList<>();

    void add(int looked, ManualRetries.Result result) {
      retried += result.started().size();
      events += looked;
      skipped += looked - result.eventsStarted();
      result
          .refused()
          .forEach(refused -> error("Event " + refused.eventId() + ": " + refused.why()));
    }

    void error(String sentence) {
      if (errors.size() < ERRORS_MAX) {
        errors.add(sentence);
      }
    }

    Summary summary() {
      return new Summary(retried, events, skipped, List.copyOf(errors));
    }
  }

  /** Retries the failed deliveries of these events; unknown ones are told among the errors. */
  public Summary retry(Scope scope, List<String> eventIds) {
    Tally tally = new Tally();
    List<String> ids = List.copyOf(new LinkedHashSet<>(eventIds));
    for (int from = 0; from < ids.size(); from += ManualRetries.EVENTS_MAX) {
      List<String> some = ids.subList(from, Math.min(ids.size(), from + ManualRetries.EVENTS_MAX));
      Set<String> known = new HashSet<>(database.read(tx -> Events.known(tx, scope, some)));
      some.stream()
          .filter(id -> !known.contains(id))
          .forEach(id -> tally.error("Event " + id + " not found"));
      List<String> found = some.stream().filter(known::contains).toList();
      tally.add(found.size(), write(scope, found, ManualRetries.Wish.ANY));
    }
    return tally.summary();
  }

  /**
   * Retries the failed deliveries of the events of a selection, oldest first.
   *
   * @param max events at most, up to {@link #EVENTS_MAX}
   */
  public Summary retry(Scope scope, EventFilter selection, int max) {
    Tally tally = new Tally();
    String reached = "";
    while (tally.events < max) {
      EventFilter rest = Selection.after(selection, reached);
      int wanted = (int) Math.min(ManualRetries.EVENTS_MAX, max - tally.events);
      List<String> found =
          database
              .read(tx -> Events.list(tx, scope, rest, new Where.Page(true, wanted, 0)))
              .rows()
              .stream()
              .map(EventRow::id)
              .toList();
      tally.add(found.size(), write(scope, found, selection.deliveries()));
      if (found.size() < wanted) {
        break;
      }
      reached = found.getLast();
    }
    return tally.summary();
  }

  private ManualRetries.Result write(Scope scope, List<String> ids, ManualRetries.Wish wish) {
    return database.write((Tx tx) -> retries.retry(tx, scope, ids, wish));
  }
}
