package dev.catchment.log;

import dev.catchment.base.Scope;
import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the tables of the log, which {@link EventWriter} writes. */
final class EventRows {
  /** Bytes of bodies that one read may bring into memory, unless a single body is larger. */
  private static final long BATCH_BYTES_MAX = 16L << 20;

  static final String COLUMNS =
      """
      e.position, e.id, e.org_id, e.env_id, e.source_id, e.method, e.headers, e.query_params,
      e.content_type, e.source_ip, e.received_at, e.verification_status, e.verification_error,
      e.dedup_hash, e.duplicate_of, COALESCE(e.body, b.body) AS body
      """;

  private EventRows() {}

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
