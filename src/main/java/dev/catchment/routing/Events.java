package dev.catchment.routing;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.log.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The stored events as operators see them: each with the names of its source and the state of its
 * deliveries.
 */
public final class Events {
  /** The part of a body that a search looks at. */
  private static final int SEARCHED_BYTES = 10_240;

  /** How many events one search looks through, newest first, before it gives a page. */
  private static final int SCANNED_MAX = 10_000;

  private static final int SCAN_STEP = 500;

  /** The milliseconds of an id and more: text that can hardly be meant as part of a body. */
  private static final Pattern ID_START = Pattern.compile("[0-9a-f]{12,32}");

  private static final String SELECT =
      "SELECT e.position, e.id, e.org_id, e.env_id, e.source_id, e.method, e.headers,"
          + " e.query_params, e.content_type, e.source_ip, e.payload_size, e.received_at,"
          + " e.verification_status, e.verification_error, e.dedup_status, e.dedup_hash,"
          + " e.duplicate_of,"
          + " s.name AS source_name, s.slug AS source_slug, "
          + EventQuery.STATUS
          + " AS status FROM events e LEFT JOIN sources s ON s.id = e.source_id";

  /** What is stored as null, because most events have it. */
  private static final String NONE = "none";

  private Events() {}

  /**
   * A part of a list.
   *
   * @param scannedTo where a search stopped looking although there is more; null otherwise
   */
  public record Found(List<EventRow> rows, @Nullable String scannedTo) {}

  /** One page of events; a search may give fewer than there are, and then says where it stopped. */
  public static Found list(Tx tx, Scope scope, EventFilter filter, Where.Page page) {
    String search = filter.search();
    if (search == null) {
      return new Found(
          EventQuery.where(tx, scope, filter).page(tx, SELECT, "e.id", page, Events::row), null);
    }
    Scan scan = scan(tx, scope, filter, page.ascending(), page.limit() + page.offset());
    List<EventRow> rows = new ArrayList<>();
    int from = Math.min(page.offset(), scan.ids().size());
    for (String id : scan.ids().subList(from, scan.ids().size())) {
      rows.add(get(tx, scope, id));
    }
    return new Found(rows, scan.stoppedAt());
  }

  /**
   * How many events match.
   *
   * @param exact false when there may be more
   */
  public record Count(long number, boolean exact) {}

  /** How many events match, counted up to {@code max}. */
  public static Count count(Tx tx, Scope scope, EventFilter filter, int max) {
    if (filter.search() != null) {
      Scan scan = scan(tx, scope, filter, false, max + 1);
      int found = scan.ids().size();
      return new Count(Math.min(found, max), scan.stoppedAt() == null && found <= max);
    }
    long found = EventQuery.where(tx, scope, filter).count(tx, "events e", max + 1);
    return new Count(Math.min(found, max), found <= max);
  }

  private record Scan(List<String> ids, @Nullable String stoppedAt) {}

  /** A candidate of a search. */
  private record Candidate(String id, String text) {}

  private static Scan scan(Tx tx, Scope scope, EventFilter filter, boolean ascending, int wanted) {
    String search = String.valueOf(filter.search()).toLowerCase(Locale.ROOT);
    List<String> ids = idsFrom(tx, scope, filter, ascending, wanted);
    if (!ids.isEmpty()) {
      return new Scan(ids, null);
    }
    EventFilter rest = filter;
    for (int scanned = 0; scanned < SCANNED_MAX; scanned += SCAN_STEP) {
      List<Candidate> step = candidates(tx, scope, rest, ascending);
      for (Candidate candidate : step) {
        if (candidate.id().startsWith(search) || candidate.text().contains(search)) {
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
      // Every id has the same length, so the longer text is the very next place after it.
      rest = ascending ? rest.between(last + "0", rest.below()) : rest.between(rest.from(), last);
    }
    return new Scan(ids, ascending ? String.valueOf(rest.from()).substring(0, 32) : rest.below());
  }

  /** The events whose id starts like the text searched for, wherever in the log they are. */
  private static List<String> idsFrom(
      Tx tx, Scope scope, EventFilter filter, boolean ascending, int wanted) {
    String start =
        String.valueOf(filter.search()).toLowerCase(Locale.ROOT).replaceFirst("^evt_", "");
    if (!ID_START.matcher(start).matches()) {
      return new ArrayList<>();
    }
    String from =
        filter.from() == null || start.compareTo(filter.from()) > 0 ? start : filter.from();
    String end = start + "g";
    String below =
        filter.below() == null || end.compareTo(filter.below()) < 0 ? end : filter.below();
    return EventQuery.where(tx, scope, filter.between(from, below))
        .page(
            tx,
            "SELECT e.id FROM events e",
            "e.id",
            new Where.Page(ascending, wanted, 0),
            row -> row.string("id"));
  }

  private static List<Candidate> candidates(
      Tx tx, Scope scope, EventFilter filter, boolean ascending) {
    return EventQuery.where(tx, scope, filter)
        .page(
            tx,
            "SELECT e.id, substr(COALESCE(e.body, b.body), 1, "
                + SEARCHED_BYTES
                + ") AS start FROM events e LEFT JOIN event_bodies b ON b.position = e.position",
            "e.id",
            new Where.Page(ascending, SCAN_STEP, 0),
            Events::candidate);
  }

  private static Candidate candidate(Row row) {
    byte[] start = row.bytes("start");
    return new Candidate(
        row.string("id"),
        start == null ? "" : new String(start, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT));
  }

  /** The event of that id; throws {@code NOT_FOUND} when it is not in the scope. */
  public static EventRow get(Tx tx, Scope scope, String id) {
    return tx.find(SELECT + " WHERE e.env_id = ? AND e.id = ?", Events::row, scope.envId(), id)
        .orElseThrow(() -> Failure.notFound("Event"));
  }

  /** Those of these ids, at most a few hundred, that are of events in the scope. */
  public static List<String> known(Tx tx, Scope scope, List<String> ids) {
    Where where = new Where("env_id = ?", scope.envId()).in("id", ids);
    return tx.list("SELECT id FROM events" + where.sql(), row -> row.string("id"), where.args());
  }

  /** The events at these positions, oldest first; missing ones are left out. */
  public static List<EventRow> at(Tx tx, List<Long> positions) {
    if (positions.isEmpty()) {
      return List.of();
    }
    InList these = InList.of("e.position", positions);
    return tx.list(
        SELECT + " WHERE " + these.condition() + " ORDER BY e.position", Events::row, these.args());
  }

  /** The bytes of an event's body. */
  public static byte[] body(Tx tx, EventRow event) {
    return tx.find(
            """
            SELECT COALESCE(e.body, b.body) AS body
              FROM events e LEFT JOIN event_bodies b ON b.position = e.position
             WHERE e.env_id = ? AND e.id = ?
            """,
            Events::bytes,
            event.scope().envId(),
            event.id())
        .orElseThrow(() -> Failure.notFound("Event"));
  }

  private static byte[] bytes(Row row) {
    byte[] body = row.bytes("body");
    return body == null ? new byte[0] : body;
  }

  private static EventRow row(Row row) {
    return new EventRow(
        row.string("id"),
        row.number("position"),
        new Scope(row.string("org_id"), row.string("env_id")),
        new EventRow.From(
            row.string("source_id"), row.find("source_name"), row.find("source_slug")),
        new Event.RequestFacts(
            row.string("method"),
            row.string("headers"),
            row.string("query_params"),
            row.find("content_type"),
            row.find("source_ip")),
        row.number("payload_size"),
        new EventRow.Checked(
            Objects.requireNonNullElse(row.find("verification_status"), NONE),
            row.find("verification_error"),
            Objects.requireNonNullElse(row.find("dedup_status"), NONE),
            row.find("dedup_hash"),
            row.find("duplicate_of")),
        EventRow.Status.valueOf(row.string("status")),
        row.number("received_at"));
  }
}
