package dev.catchment.routing;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.log.Event;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stored events as operators see them: each with the names of its source and the state of its
 * deliveries.
 */
public final class Events {
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

  /**
   * A part of the events that match, in the order of their ids. With a search it may give fewer
   * than there are, and then says where it stopped.
   */
  public static Found list(Tx tx, Scope scope, EventFilter filter, Where.Page page) {
    if (filter.search() == null) {
      return new Found(
          EventQuery.where(tx, scope, filter).page(tx, SELECT, "e.id", page, Events::row), null);
    }
    return found(
        tx,
        scope,
        new EventSearch(tx, scope, filter).walk(page.ascending(), page.limit() + page.offset()),
        page.offset());
  }

  /**
   * One page of what a search finds: first the events whose id begins like the text, wherever they
   * are, then those whose body holds it, each newest first.
   *
   * @param filter with a text to search for, without the cursor
   * @param cursor the id beside which the page lies; null for the beginning
   * @param page ascending for the page before the cursor, whose rows are then in reverse
   */
  public static Found search(
      Tx tx, Scope scope, EventFilter filter, @Nullable String cursor, Where.Page page) {
    return found(
        tx,
        scope,
        new EventSearch(tx, scope, filter)
            .page(cursor, page.ascending(), page.limit() + page.offset()),
        page.offset());
  }

  private static Found found(Tx tx, Scope scope, EventSearch.Scan scan, int offset) {
    int from = Math.min(offset, scan.ids().size());
    List<EventRow> rows =
        scan.ids().subList(from, scan.ids().size()).stream().map(id -> get(tx, scope, id)).toList();
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
      return new EventSearch(tx, scope, filter).count(max);
    }
    long found = EventQuery.where(tx, scope, filter).count(tx, "events e", max + 1);
    return new Count(Math.min(found, max), found <= max);
  }

  /** The event of that id, if it is in the scope. */
  public static Optional<EventRow> find(Tx tx, Scope scope, String id) {
    return tx.find(SELECT + " WHERE e.env_id = ? AND e.id = ?", Events::row, scope.envId(), id);
  }

  /** The same; throws {@code NOT_FOUND}. */
  public static EventRow get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Event"));
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
