package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.ingest.Sources;
import dev.catchment.json.Json;
import dev.catchment.log.EventViews;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventJson;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import dev.catchment.routing.Routing;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/events}. */
public final class EventHandler {
  private static final String SEGMENT = "events";

  /** Of an event whose source asked for nothing. */
  private static final String NONE = "none";

  static final List<String> VERIFICATIONS = List.of(NONE, "verified", "schema_invalid");
  static final List<String> DEDUPS = List.of(NONE, "unique", "duplicate");
  static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "WS");
  private static final int SEARCH_CHARS_MAX = 1_000;

  private final Database database;
  private final Gate gate;
  private final EventViews views;

  public EventHandler(Database database, Gate gate, EventViews views) {
    this.database = database;
    this.gate = gate;
    this.views = views;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/events", this::list)
        .on("GET", "/v1/events/{id}", this::get)
        .on("GET", "/v1/events/{id}/payload", this::payload)
        .on("GET", "/v1/events/{id}/routing", this::routing);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    Window window = Window.of(request);
    EventFilter all = filter(params).between(window.after(), window.before());
    if (excludesAll(params)) {
      return answer(window, new Window.Found<>(List.of(), null, 0, true));
    }
    return database.read(tx -> {
      Events.Found page = page(tx, scope, all, window);
      Events.Count count = Events.count(tx, scope, all, Window.COUNTED_MAX);
      if (count.number() == 0 && all.sourceId() != null) {
        Sources.check(tx, scope, all.sourceId());
      }
      return answer(
          window, new Window.Found<>(page.rows(), page.scannedTo(), count.number(), count.exact()));
    });
  }

  /**
   * One page of events.
   *
   * @param all which events the whole list has
   */
  static Events.Found page(Tx tx, Scope scope, EventFilter all, Window window) {
    return all.search() == null
        ? Events.list(tx, scope, all.between(window.from(), window.below()), window.page())
        : Events.search(tx, scope, all, window.cursor(), window.page());
  }

  /** The text to search for; null for none. */
  static @Nullable String search(Params params) {
    String search = params.text("search");
    if (search != null && search.length() > SEARCH_CHARS_MAX) {
      throw Failure.query("search", "must be at most " + SEARCH_CHARS_MAX + " characters");
    }
    return search;
  }

  private static EventFilter filter(Params params) {
    return new EventFilter(
        params.id("source_id", "Source"),
        params.words("status", EventRow.Status.words()).stream()
            .map(word -> EventRow.Status.valueOf(word.toUpperCase(Locale.ROOT)))
            .toList(),
        params.words("method", METHODS),
        new EventFilter.Checked(
            params.words("verification_status", VERIFICATIONS),
            params.words("dedup_status", DEDUPS)),
        ManualRetries.Wish.ANY,
        search(params),
        null,
        null);
  }

  /** No event has come by a topic. */
  private static boolean excludesAll(Params params) {
    return params.text("topic") != null;
  }

  private static Response answer(Window window, Window.Found<EventRow> found) {
    return window.answer("events", found, EventRow::id, EventHandler::summary);
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Event");
    return database.read(tx -> {
      EventRow event = Events.get(tx, scope, id);
      byte[] body =
          event.payloadSize() <= EventJson.PARSED_BYTES_MAX ? Events.body(tx, event) : null;
      return Response.json(200, Json.object().put("event", EventJson.row(event, body)).build());
    });
  }

  private Response payload(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Event");
    return database.read(tx -> {
      EventRow event = Events.get(tx, scope, id);
      return Response.bytes(200, contentType(event), Events.body(tx, event))
          .with("Content-Disposition", "attachment; filename=\"" + event.id() + "\"")
          .with("X-Content-Type-Options", "nosniff");
    });
  }

  private Response routing(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Event");
    List<Json> entries =
        database.read(tx ->
            Routing.of(tx, scope, id, views).stream().<Json>map(EventHandler::entry).toList());
    return Response.json(200, Json.object().put("routing", Json.array(entries)).build());
  }

  private static Json entry(Routing.Entry entry) {
    Routing.Way way = entry.way();
    return Json.object()
        .put("connection_id", way == null ? null : way.connectionId())
        .put("connection_name", way == null ? null : way.connectionName())
        .put("destination_id", way == null ? null : way.destinationId())
        .put("destination_name", way == null ? null : way.destinationName())
        .put("matched", entry.matched())
        .put("reason", entry.reason().word())
        .put("detail", entry.detail())
        .put("delivery_status", entry.deliveryStatus())
        .build();
  }

  /** The type as it was sent, unless it cannot be sent again. */
  private static String contentType(EventRow event) {
    String type = event.request().contentType();
    return type == null || type.isBlank() || !HeaderRules.isValue(type)
        ? "application/octet-stream"
        : type;
  }

  private static Json summary(EventRow event) {
    return Json.object()
        .put("id", event.id())
        .put("source_id", event.from().sourceId())
        .put("org_id", event.scope().orgId())
        .put("env_id", event.scope().envId())
        .put("method", event.request().method())
        .put("content_type", event.request().contentType())
        .put("source_ip", event.request().sourceIp())
        .put("payload_size", event.payloadSize())
        .put("verification_status", event.checked().verification())
        .put("dedup_status", event.checked().dedup())
        .put("status", event.status().word())
        .put("received_at", Times.format(event.receivedAt()))
        .put("source_name", event.from().sourceName())
        .put("source_slug", event.from().sourceSlug())
        .put("topic", Json.nil())
        .build();
  }
}
