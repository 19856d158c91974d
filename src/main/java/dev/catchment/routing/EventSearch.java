package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks for events by a text: the beginning of their id, or a part of the beginning of their body.
 * Bodies are looked through one after another, so a search looks at so many and says where it
 * stopped; ids have an index, so those that begin like a long text are found wherever they are.
 */
final class EventSearch {
  /** The part of a body that a search looks at. */
  private static final int SEARCHED_BYTES = 10_240;

  /** How many events one search looks through before it gives what it has. */
  private static final int SCANNED_MAX = 10_000;

  private static final int SCAN_STEP = 500;

  /** The milliseconds of an id and more. */
  private static final Pattern ID_START = Pattern.compile("[0-9a-f]{12,32}");

  private final Tx tx;
  private final Scope scope;
  private final EventFilter filter;
  private final String text;
  private final String idText;

  /** What the ids begin with that an index finds; null for a text that is no such beginning. */
  private final @Nullable String start;

  /** A search for the text of the filter, which must have one. */
  EventSearch(Tx tx, Scope scope, EventFilter filter) {
    this.tx = tx;
    this.scope = scope;
    this.filter = filter;
    this.text = String.valueOf(filter.search()).toLowerCase(Locale.ROOT);
    this.idText = text.replaceFirst("^evt_", "");
    this.start = ID_START.matcher(idText).matches() ? idText : null;
  }

  /**
   * What a search found.
   *
   * @param stoppedAt where it stopped looking although there is more; null otherwise
   */
  record Scan(List<String> ids, @Nullable String stoppedAt) {}

  /** What is found in the order of the ids, for whoever walks all of them. */
  Scan walk(boolean ascending, int wanted) {
    return scan(filter, ascending, wanted, false);
  }

  /**
   * What is found for a page: first the events whose id begins like the text, then those whose body
   * holds it, each newest first. So the id of a cursor says which of the two it stands in.
   *
   * @param cursor the id beside which the page lies; null for the beginning
   * @param backwards whether the page lies before the cursor; what is found is then in reverse
   */
  Scan page(@Nullable String cursor, boolean backwards, int wanted) {
    boolean amongIds = start != null && cursor != null && cursor.startsWith(start);
    if (backwards && cursor != null) {
      if (amongIds) {
        return new Scan(byId(above(cursor), true, wanted), null);
      }
      Scan bodies = scan(above(cursor), true, wanted, true);
      return bodies.stoppedAt() == null
          ? joined(bodies.ids(), byId(filter, true, wanted), null, wanted)
          : bodies;
    }
    if (cursor != null && !amongIds) {
      return scan(below(cursor), false, wanted, true);
    }
    List<String> ids = byId(cursor == null ? filter : below(cursor), false, wanted);
    if (ids.size() == wanted) {
      return new Scan(ids, null);
    }
    Scan bodies = scan(filter, false, wanted - ids.size(), true);
    return joined(ids, bodies.ids(), bodies.stoppedAt(), wanted);
  }

  /**
   * How many there are.
   *
   * @param max counted up to so many
   */
  Events.Count count(int max) {
    int ids = byId(filter, false, max + 1).size();
    Scan bodies = ids > max ? new Scan(List.of(), null) : scan(filter, false, max + 1 - ids, true);
    int found = ids + bodies.ids().size();
    return new Events.Count(Math.min(found, max), bodies.stoppedAt() == null && found <= max);
  }

  private static Scan joined(
      List<String> first, List<String> more, @Nullable String stoppedAt, int wanted) {
    List<String> all = new ArrayList<>(first);
    all.addAll(more.subList(0, Math.min(more.size(), wanted - first.size())));
    return new Scan(all, stoppedAt);
  }

  private EventFilter below(String id) {
    String end = filter.below();
    return filter.between(filter.from(), end == null || id.compareTo(end) < 0 ? id : end);
  }

  private EventFilter above(String id) {
    // Every id has the same length, so the longer text is the very next place after it.
    String next = id + "0";
    String begin = filter.from();
    return filter.between(
        begin == null || next.compareTo(begin) > 0 ? next : begin, filter.below());
  }

  /** The events whose id begins like the text, wherever in the log they are. */
  private List<String> byId(EventFilter among, boolean ascending, int wanted) {
    if (start == null) {
      return List.of();
    }
    return EventQuery.where(tx, scope, among)
        .between("e.id", start, start + "g")
        .page(
            tx,
            "SELECT e.id FROM events e",
            "e.id",
            new Where.Page(ascending, wanted, 0),
            row -> row.string("id"));
  }

  /** A candidate of a search. */
  private record Candidate(String id, String text) {}

  private Scan scan(EventFilter among, boolean ascending, int wanted, boolean withoutIds) {
    List<String> ids = new ArrayList<>();
    EventFilter rest = among;
    for (int scanned = 0; scanned < SCANNED_MAX; scanned += SCAN_STEP) {
      List<Candidate> step = candidates(rest, ascending, withoutIds);
      for (Candidate candidate : step) {
        if (candidate.id().startsWith(idText) || candidate.text().contains(text)) {
          ids.add(candidate.id());
          if (ids.size() == wanted) {
            return new Scan(ids, null);
          }
        }
      }
      if (step.size() < SCAN_STEP) {
        return new Scan(ids, null);
      }
      String last = step.getLast().id();
      rest = ascending ? rest.between(last + "0", rest.below()) : rest.between(rest.from(), last);
    }
    return new Scan(ids, ascending ? String.valueOf(rest.from()).substring(0, 32) : rest.below());
  }

  private List<Candidate> candidates(EventFilter among, boolean ascending, boolean withoutIds) {
    Where where = EventQuery.where(tx, scope, among);
    if (withoutIds && start != null) {
      where.and("(e.id < ? OR e.id >= ?)", start, start + "g");
    }
    return where.page(
        tx,
        "SELECT e.id, substr(COALESCE(e.body, b.body), 1, "
            + SEARCHED_BYTES
            + ") AS start FROM events e LEFT JOIN event_bodies b ON b.position = e.position",
        "e.id",
        new Where.Page(ascending, SCAN_STEP, 0),
        EventSearch::candidate);
  }

  private static Candidate candidate(Row row) {
    byte[] start = row.bytes("start");
    return new Candidate(
        row.string("id"),
        start == null ? "" : new String(start, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT));
  }
}
