package dev.catchment.log;

import dev.catchment.base.Scope;
import dev.catchment.db.BulkInsert;
import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of the log. */
final class EventRows {
  /** Larger bodies stand in a table of their own, so that the hot rows stay small. */
  static final int INLINE_BYTES_MAX = 10_240;

  /** Bytes of bodies that one read may bring into memory, unless a single body is larger. */
  private static final long BATCH_BYTES_MAX = 16L << 20;

  static final String COLUMNS =
      """
      e.position, e.id, e.org_id, e.env_id, e.source_id, e.method, e.headers, e.query_params,
      e.content_type, e.source_ip, e.received_at, e.verification_status, e.verification_error,
      e.dedup_hash, e.duplicate_of, COALESCE(e.body, b.body) AS body
      """;

  private static final BulkInsert EVENTS =
      BulkInsert.into("events")
          .numbers("position")
          .texts("id", "org_id", "env_id", "source_id", "method", "headers", "query_params")
          .texts("content_type", "source_ip")
          .bytes("body")
          .numbers("payload_size", "received_at")
          .texts("verification_status", "verification_error")
          .texts("dedup_status", "dedup_hash", "duplicate_of");

  private EventRows() {}

  /** Writes the events at the next positions of the log, and counts them for their sources. */
  static List<StoredEvent> append(Tx tx, List<Event> events) {
    // The row lock on the head is held until the commit: positions are given in commit order, and
    // one that is rolled back leaves no gap.
    long last =
        tx.find(
                "UPDATE log_head SET position = position + ? WHERE one = 1 RETURNING position AS n",
                row -> row.number("n"),
                (long) events.size())
            .orElseThrow();
    long position = last - events.size();
    List<StoredEvent> stored = new ArrayList<>(events.size());
    List<@Nullable Object[]> rows = new ArrayList<>(events.size());
    List<@Nullable Object[]> bodies = new ArrayList<>();
    for (Event appended : events) {
      Event event = DedupKeys.judged(tx, appended);
      position++;
      stored.add(new StoredEvent(position, event));
      boolean inline = event.body().length <= INLINE_BYTES_MAX;
      rows.add(row(event, position, inline));
      if (!inline) {
        bodies.add(new @Nullable Object[] {position, event.body()});
      }
    }
    tx.insert(EVENTS, rows);
    tx.batch("INSERT INTO event_bodies (position, body) VALUES (?, ?)", bodies);
    count(tx, stored);
    return stored;
  }

  private static @Nullable Object[] row(Event event, long position, boolean inline) {
    Event.Dedup dedup = event.checks().dedup();
    return new @Nullable Object[] {
      position,
      event.id(),
      event.scope().orgId(),
      event.scope().envId(),
      event.sourceId(),
      event.request().method(),
      event.request().headersJson(),
      event.request().queryJson(),
      event.request().contentType(),
      event.request().sourceIp(),
      inline ? event.body() : null,
      event.body().length,
      event.receivedAt(),
      event.checks().verification(),
      event.checks().verificationError(),
      dedup == null ? null : event.isDuplicate() ? "duplicate" : "unique",
      dedup == null ? null : dedup.hash(),
      dedup == null ? null : dedup.duplicateOf()
    };
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

  private static void count(Tx tx, List<StoredEvent> stored) {
    Map<String, Total> totals = new LinkedHashMap<>();
    for (StoredEvent one : stored) {
      Event event = one.event();
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
    // A node whose clock is behind counts into the month that has begun elsewhere.
    tx.batch(
        """
        INSERT INTO source_totals (source_id, org_id, event_count, last_event_at, month,
          month_count)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (source_id) DO UPDATE SET
          event_count = source_totals.event_count + excluded.event_count,
          last_event_at = excluded.last_event_at,
          month_count = excluded.month_count + CASE WHEN excluded.month > source_totals.month
            THEN 0 ELSE source_totals.month_count END,
          month = CASE WHEN excluded.month > source_totals.month
            THEN excluded.month ELSE source_totals.month END
        """,
        rows);
  }

  static List<StoredEvent> after(Tx tx, long position, int max) {
    List<long[]> sizes =
        tx.list(
            "SELECT position, payload_size FROM events WHERE position > ? ORDER BY position LIMIT ?",
            row -> new long[] {row.number("position"), row.number("payload_size")},
            position,
            max);
    return sizes.isEmpty()
        ? List.of()
        : tx.list(
            "SELECT "
                + COLUMNS
                + " FROM events e LEFT JOIN event_bodies b ON b.position = e.position"
                + " WHERE e.position > ? AND e.position <= ? ORDER BY e.position",
            EventRows::stored,
            position,
            lastWithin(sizes));
  }

  /** The last position whose body still fits a batch; always at least the first. */
  private static long lastWithin(List<long[]> sizes) {
    long bytes = 0;
    long last = sizes.getFirst()[0];
    for (long[] size : sizes) {
      bytes += size[1];
      if (bytes > BATCH_BYTES_MAX) {
        break;
      }
      last = size[0];
    }
    return last;
  }

  static List<StoredEvent> at(Tx tx, List<Long> positions) {
    @Nullable Object[] args = positions.toArray();
    return tx.list(
        "SELECT "
            + COLUMNS
            + " FROM events e LEFT JOIN event_bodies b ON b.position = e.position"
            + " WHERE e.position IN ("
            + "?,".repeat(positions.size() - 1)
            + "?)",
        EventRows::stored,
        args);
  }

  /** The same for the first positions, as many as fit a batch. */
  static EventLog.Found within(Tx tx, List<Long> positions) {
    InList these = InList.of("position", positions);
    Map<Long, Long> sizes = new HashMap<>();
    tx.list(
            "SELECT position, payload_size FROM events WHERE " + these.condition(),
            row -> Map.entry(row.number("position"), row.number("payload_size")),
            these.args())
        .forEach(size -> sizes.put(size.getKey(), size.getValue()));
    List<Long> some = new ArrayList<>();
    long bytes = 0;
    int looked = 0;
    for (Long position : positions) {
      Long size = sizes.get(position);
      bytes += size == null ? 0 : size;
      if (bytes > BATCH_BYTES_MAX && !some.isEmpty()) {
        break;
      }
      looked++;
      if (size != null) {
        some.add(position);
      }
    }
    return new EventLog.Found(some.isEmpty() ? List.of() : at(tx, some), looked);
  }

  /** The body of the event of that id, if it has so many bytes. */
  static Optional<byte[]> body(Tx tx, Scope scope, String id, int size) {
    return tx.find(
        """
        SELECT COALESCE(e.body, b.body) AS body
          FROM events e LEFT JOIN event_bodies b ON b.position = e.position
         WHERE e.env_id = ? AND e.id = ? AND e.payload_size = ?
        """,
        EventRows::body,
        scope.envId(),
        id,
        size);
  }

  private static byte[] body(Row row) {
    byte[] body = row.bytes("body");
    return body == null ? new byte[0] : body;
  }

  static StoredEvent stored(Row row) {
    return new StoredEvent(
        row.number("position"),
        new Event(
            row.string("id"),
            new Scope(row.string("org_id"), row.string("env_id")),
            row.string("source_id"),
            new Event.RequestFacts(
                row.string("method"),
                row.string("headers"),
                row.string("query_params"),
                row.find("content_type"),
                row.find("source_ip")),
            body(row),
            row.number("received_at"),
            checks(row)));
  }

  private static Event.Checks checks(Row row) {
    String verification = row.find("verification_status");
    String hash = row.find("dedup_hash");
    return verification == null && hash == null
        ? Event.Checks.NONE
        : new Event.Checks(
            verification,
            row.find("verification_error"),
            // The window has no meaning for what is stored.
            hash == null ? null : new Event.Dedup(hash, 0, row.find("duplicate_of")));
  }

  /** When those of the events that are still stored were received, by position. */
  static Map<Long, Long> receivedAt(Tx tx, List<Long> positions) {
    Map<Long, Long> received = HashMap.newHashMap(positions.size());
    for (List<Long> some : InList.parts(positions)) {
      InList these = InList.of("position", some);
      tx.each(
          "SELECT position, received_at FROM events WHERE " + these.condition(),
          row -> {
            received.put(row.number("position"), row.number("received_at"));
            return true;
          },
          these.args());
    }
    return received;
  }
}
