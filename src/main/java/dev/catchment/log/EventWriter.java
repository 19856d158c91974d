package dev.catchment.log;

import dev.catchment.db.BulkInsert;
import dev.catchment.db.Dialect;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the tables of the log.
 *
 * <p>Whoever appends holds the head of the log until the commit: so positions are given in the
 * order of the commits, and one that is rolled back leaves no gap. The head is held as shortly as
 * can be, for all nodes wait for it: PostgreSQL is handed the whole group in one statement.
 */
final class EventWriter {
  /** Larger bodies stand in a table of their own, so that the hot rows stay small. */
  private static final int INLINE_BYTES_MAX = 10_240;

  private static final BulkInsert EVENTS =
      BulkInsert.into("events")
          .numbers("position")
          .texts("id", "org_id", "env_id", "source_id", "method", "headers", "query_params")
          .texts("content_type", "source_ip")
          .bytes("body")
          .numbers("payload_size", "received_at")
          .texts("verification_status", "verification_error")
          .texts("dedup_status", "dedup_hash", "duplicate_of");

  /** A node whose clock is behind counts into the month that has begun elsewhere. */
  private static final BulkInsert TOTALS =
      BulkInsert.into("source_totals")
          .texts("source_id", "org_id")
          .numbers("event_count", "last_event_at", "month", "month_count")
          .onConflict(
              """
              ON CONFLICT (source_id) DO UPDATE SET
                event_count = source_totals.event_count + excluded.event_count,
                last_event_at = excluded.last_event_at,
                month_count = excluded.month_count + CASE WHEN excluded.month > source_totals.month
                  THEN 0 ELSE source_totals.month_count END,
                month = CASE WHEN excluded.month > source_totals.month
                  THEN excluded.month ELSE source_totals.month END
              """);

  private static final String RAISE =
      "UPDATE log_head SET position = position + ? WHERE one = 1 RETURNING position";

  /** What is written takes from the raised head, so that nothing is before the head is held. */
  private static final String ALL_AT_ONCE =
      "WITH head AS ("
          + RAISE
          + "), appended AS ("
          + EVENTS.arraysFrom("head.position - ", "head")
          + "), counted AS ("
          + TOTALS.arraysFrom("", "head")
          + ") SELECT position FROM head";

  private EventWriter() {}

  /**
   * Writes the events at the next positions of the log, and counts them for their sources, as the
   * last that its transaction does.
   */
  static List<StoredEvent> append(Tx tx, List<Event> given) {
    List<Event> events = judged(tx, given);
    boolean inline = events.stream().allMatch(EventWriter::isInline);
    long first = write(tx, events, inline) - events.size() + 1;
    List<StoredEvent> stored = new ArrayList<>(events.size());
    events.forEach(event -> stored.add(new StoredEvent(first + stored.size(), event)));
    if (!inline) {
      tx.batch(
          "INSERT INTO event_bodies (position, body) VALUES (?, ?)",
          stored.stream()
              .filter(one -> !isInline(one.event()))
              .map(one -> new @Nullable Object[] {one.position(), one.event().body()})
              .toList());
    }
    return stored;
  }

  private static List<Event> judged(Tx tx, List<Event> events) {
    if (events.stream().allMatch(event -> event.checks().dedup() == null)) {
      return events;
    }
    // Two nodes that take the same keys in different orders would wait for each other for ever.
    tx.number("SELECT position AS n FROM log_head WHERE one = 1" + tx.dialect().locking());
    return events.stream().map(event -> DedupKeys.judged(tx, event)).toList();
  }

  /**
   * Writes all but the large bodies.
   *
   * @param inline whether there are none
   * @return the position of the last event
   */
  private static long write(Tx tx, List<Event> events, boolean inline) {
    if (tx.dialect() == Dialect.POSTGRESQL) {
      List<@Nullable Object> args = new ArrayList<>();
      args.add((long) events.size());
      args.addAll(EVENTS.columns(rows(events, place -> events.size() - 1L - place)));
      args.addAll(TOTALS.columns(totals(tx, events)));
      return inline
          ? tx.finish(ALL_AT_ONCE, EventWriter::position, args.toArray())
          : tx.find(ALL_AT_ONCE, EventWriter::position, args.toArray()).orElseThrow();
    }
    long last = tx.find(RAISE, EventWriter::position, (long) events.size()).orElseThrow();
    tx.insert(EVENTS, rows(events, place -> last - events.size() + 1 + place));
    tx.insert(TOTALS, totals(tx, events));
    return last;
  }

  private static long position(Row row) {
    return row.number("position");
  }

  /**
   * A row for each event.
   *
   * @param position the number of the position column for the place of an event in the group
   */
  private static List<@Nullable Object[]> rows(List<Event> events, IntToLongFunction position) {
    List<@Nullable Object[]> rows = new ArrayList<>(events.size());
    for (Event event : events) {
      Event.Dedup dedup = event.checks().dedup();
      rows.add(
          new @Nullable Object[] {
            position.applyAsLong(rows.size()),
            event.id(),
            event.scope().orgId(),
            event.scope().envId(),
            event.sourceId(),
            event.request().method(),
            event.request().headersJson(),
            event.request().queryJson(),
            event.request().contentType(),
            event.request().sourceIp(),
            isInline(event) ? event.body() : null,
            event.body().length,
            event.receivedAt(),
            event.checks().verification(),
            event.checks().verificationError(),
            dedup == null ? null : event.isDuplicate() ? "duplicate" : "unique",
            dedup == null ? null : dedup.hash(),
            dedup == null ? null : dedup.duplicateOf()
          });
    }
    return rows;
  }

  private static boolean isInline(Event event) {
    return event.body().length <= INLINE_BYTES_MAX;
  }

  /** What a group of appended events adds to the totals of one source. */
  private static final class Total {
    final String orgId;
    long events;
    long originals;
    long lastAt;

    Total(String orgId) {
      this.orgId = orgId;
    }
  }

  /** A row for each source of the events. */
  private static List<@Nullable Object[]> totals(Tx tx, List<Event> events) {
    Map<String, Total> totals = new LinkedHashMap<>();
    for (Event event : events) {
      Total total =
          totals.computeIfAbsent(event.sourceId(), id -> new Total(event.scope().orgId()));
      total.events++;
      total.originals += event.isDuplicate() ? 0 : 1;
      total.lastAt = Math.max(total.lastAt, event.receivedAt());
    }
    long month = MonthlyCounts.month(tx.now());
    List<@Nullable Object[]> rows = new ArrayList<>(totals.size());
    totals.forEach((id, total) ->
        rows.add(
            new @Nullable Object[] {
              id, total.orgId, total.events, total.lastAt, month, total.originals
            }));
    return rows;
  }
}
