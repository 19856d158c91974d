package dev.catchment.replay;

import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Where;
import dev.catchment.expr.FilterRules;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds the events of a selection that rules let pass, oldest first, a bounded look at a time. */
final class EventScan {
  /** Events that one look goes through when rules have to be asked. */
  private static final int LOOKED_AT_MAX = 500;

  /** Bytes of bodies that are in memory at once, unless a single body is larger. */
  private static final long BYTES_MAX = 16L << 20;

  private final Database database;
  private final EventLog log;

  EventScan(Database database, EventLog log) {
    this.database = database;
    this.log = log;
  }

  /**
   * What a look has found.
   *
   * @param reached the id of the last event that was looked at
   * @param last whether nothing comes after
   */
  record Found(List<StoredEvent> events, String reached, boolean last) {}

  /**
   * Looks for events after the one that was reached; finds none before the end when the rules let
   * none of many pass.
   */
  Found next(Scope scope, EventFilter selection, FilterRules rules, String reached, int wanted) {
    EventFilter rest = Selection.after(selection, reached);
    int limit = rules.isEmpty() ? wanted : LOOKED_AT_MAX;
    Events.Found page =
        database.read(tx -> Events.list(tx, scope, rest, new Where.Page(true, limit, 0)));
    List<StoredEvent> passing = new ArrayList<>();
    int looked = 0;
    while (looked < page.rows().size() && passing.size() < wanted) {
      List<EventRow> group = group(page.rows(), looked);
      for (StoredEvent event : bodies(group)) {
        if (passing.size() < wanted && rules.matches(log.views().of(event))) {
          passing.add(event);
        }
      }
      looked += group.size();
      if (passing.size() == wanted || bytes(passing) >= BYTES_MAX) {
        return upTo(passing, page, limit);
      }
    }
    String stoppedAt = page.scannedTo();
    String end = page.rows().isEmpty() ? reached : page.rows().getLast().id();
    return new Found(
        passing,
        stoppedAt == null ? end : stoppedAt,
        stoppedAt == null && page.rows().size() < limit);
  }

  private static long bytes(List<StoredEvent> events) {
    return events.stream().mapToLong(event -> event.event().body().length).sum();
  }

  /** All that was wanted was found; what lies behind the last of them is looked at another time. */
  private static Found upTo(List<StoredEvent> passing, Events.Found page, int limit) {
    String last = passing.getLast().event().id();
    boolean atEnd =
        page.scannedTo() == null
            && page.rows().size() < limit
            && page.rows().getLast().id().equals(last);
    return new Found(passing, last, atEnd);
  }

  private static List<EventRow> group(List<EventRow> rows, int from) {
    long bytes = 0;
    int to = from;
    while (to < rows.size() && (to == from || bytes + rows.get(to).payloadSize() <= BYTES_MAX)) {
      bytes += rows.get(to).payloadSize();
      to++;
    }
    return rows.subList(from, to);
  }

  private List<StoredEvent> bodies(List<EventRow> rows) {
    return log.readAt(rows.stream().map(EventRow::position).toList()).stream()
        .sorted(Comparator.comparing(stored -> stored.event().id()))
        .toList();
  }
}
