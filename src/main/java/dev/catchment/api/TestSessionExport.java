package dev.catchment.api;

import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.http.Request;
import dev.catchment.http.Streamed;
import dev.catchment.json.Json;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventJson;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import dev.catchment.trial.TestNotes;
import dev.catchment.trial.TestSessions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All events of a test session as a file, the oldest first: one JSON object a line, or CSV (RFC
 * 4180). Events that are removed meanwhile are left out.
 */
final class TestSessionExport {
  private static final int ROWS_AT_ONCE = 100;
  private static final Duration TIME_MAX = Duration.ofMinutes(10);
  private static final String BASE64 = "base64:";
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "method",
          "headers",
          "query_params",
          "content_type",
          "source_ip",
          "payload",
          "received_at",
          "note");

  private final Database database;
  private final TestDoor door;
  private final TestSessions sessions;

  TestSessionExport(Database database, TestDoor door, TestSessions sessions) {
    this.database = database;
    this.door = door;
    this.sessions = sessions;
  }

  Streamed handle(Request request) {
    door.enter(request, false);
    String id = TestDoor.id(request);
    boolean csv = "csv".equals(Params.of(request).word("format", List.of("ndjson", "csv")));
    database.read(tx -> sessions.get(tx, id));
    return new Streamed(
        List.of(
            Map.entry("Content-Type", csv ? "text/csv; charset=utf-8" : "application/x-ndjson"),
            Map.entry(
                "Content-Disposition",
                "attachment; filename=\"session-" + id + (csv ? ".csv\"" : ".ndjson\"")),
            Map.entry("X-Content-Type-Options", "nosniff")),
        TIME_MAX,
        out -> write(id, csv, out));
  }

  private void write(String id, boolean csv, OutputStream out) throws IOException {
    if (csv) {
      out.write(utf8(String.join(",", COLUMNS) + "\r\n"));
    }
    EventFilter rest = everything();
    List<EventRow> rows = rows(id, rest);
    while (!rows.isEmpty()) {
      for (EventRow row : rows) {
        Optional<byte[]> line = database.read(tx -> line(tx, id, row.id(), csv));
        if (line.isPresent()) {
          out.write(line.get());
        }
      }
      // Every id has the same length, so the longer text is the very next place after it.
      rest = rest.between(rows.getLast().id() + "0", null);
      rows = rows(id, rest);
    }
  }

  private static EventFilter everything() {
    return new EventFilter(
        null,
        List.of(),
        List.of(),
        new EventFilter.Checked(List.of(), List.of()),
        ManualRetries.Wish.ANY,
        null,
        null,
        null);
  }

  private List<EventRow> rows(String id, EventFilter filter) {
    return database
        .read(tx ->
            Events.list(tx, TestSessions.scope(id), filter, new Where.Page(true, ROWS_AT_ONCE, 0)))
        .rows();
  }

  /** One event at a time: a hundred bodies may be too many to hold. */
  private static Optional<byte[]> line(Tx tx, String id, String eventId, boolean csv) {
    return Events.find(tx, TestSessions.scope(id), eventId)
        .map(event -> {
          String payload = payload(Events.body(tx, event));
          String note = TestNotes.find(tx, id, eventId).orElse(null);
          return utf8(csv ? csv(event, payload, note) : json(event, payload, note));
        });
  }

  private static String payload(byte[] body) {
    String text = EventJson.utf8(body);
    return text == null ? BASE64 + Base64.getEncoder().encodeToString(body) : text;
  }

  private static String json(EventRow event, String payload, @Nullable String note) {
    return Json.object()
            .put("id", event.id())
            .put("method", event.request().method())
            .put("headers", Json.read(event.request().headersJson()))
            .put("query_params", Json.read(event.request().queryJson()))
            .put("content_type", event.request().contentType())
            .put("source_ip", event.request().sourceIp())
            .put("payload", payload)
            .put("received_at", Times.format(event.receivedAt()))
            .put("note", note)
            .build()
            .text()
        + "\n";
  }

  private static String csv(EventRow event, String payload, @Nullable String note) {
    return Stream.of(
            event.id(),
            event.request().method(),
            event.request().headersJson(),
            event.request().queryJson(),
            orEmpty(event.request().contentType()),
            orEmpty(event.request().sourceIp()),
            payload,
            Times.format(event.receivedAt()),
            orEmpty(note))
        .map(TestSessionExport::field)
        .collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static String field(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
