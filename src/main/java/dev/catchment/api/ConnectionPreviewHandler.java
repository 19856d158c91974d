package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.db.Database;
import dev.catchment.expr.EventView;
import dev.catchment.expr.FilterRules;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import dev.catchment.log.EventViews;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import dev.catchment.routing.EventSample;
import dev.catchment.routing.Preview;
import dev.catchment.transform.Transforms;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/connections/preview}: what a connection would make of an event. */
public final class ConnectionPreviewHandler {
  private static final String SEGMENT = "connections";

  private final Database database;
  private final Gate gate;
  private final Transforms transforms;
  private final EventViews views;

  public ConnectionPreviewHandler(
      Database database, Gate gate, Transforms transforms, EventViews views) {
    this.database = database;
    this.gate = gate;
    this.transforms = transforms;
    this.views = views;
  }

  /** Adds the route. */
  public void routes(Router router) {
    router.on("POST", "/v1/connections/preview", this::preview);
  }

  private Response preview(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Input input = change.input();
    String expression = ConnectionInput.expression(input, null, transforms);
    FilterRules given = FilterRules.parse(input.body().get("filter_rules"), "filter_rules");
    Optional<Connection> stored =
        input.has("connection_id")
            ? Optional.of(connection(change, input.id("connection_id", "Connection")))
            : Optional.empty();
    EventSample event = event(change, stored.map(found -> found.ends().sourceId()).orElse(null));
    return answer(
        Preview.of(
            event,
            input.has("filter_rules")
                ? given
                : stored.map(Connection::filter).orElse(FilterRules.none()),
            input.has("transform_expression")
                ? expression
                : stored.map(Connection::transform).map(Preview::inEffect).orElse(null),
            transforms));
  }

  private Connection connection(Gate.Change change, String id) {
    return database.read(tx -> Connections.get(tx, change.scope(), id));
  }

  private EventSample event(Gate.Change change, @Nullable String sourceId) {
    Json payload = change.input().body().get("payload");
    if (change.input().has("event_id")) {
      if (payload != null) {
        throw Failure.invalid("Invalid body: 'event_id' and 'payload' exclude each other");
      }
      change.caller().require("events", false);
      String id = change.input().id("event_id", "Event");
      return database.read(tx -> EventSample.stored(tx, change.scope(), id, views));
    }
    if (payload == null) {
      throw Failure.invalid("Invalid body: 'event_id' or 'payload' is required");
    }
    EventView.Head head =
        new EventView.Head("POST", Map.of(), Json.object().build(), "application/json", null);
    return EventSample.made(
        sourceId, EventView.parsed(head, null, Optional.of(payload)), database.now());
  }

  private static Response answer(Preview preview) {
    return Response.json(
        200,
        Json.object()
            .put("matched", preview.matched())
            .put("failed_rule", preview.failed() == null ? Json.nil() : preview.failed().toJson())
            .put("output", preview.output() == null ? Json.nil() : preview.output())
            .put("error", preview.error())
            .put(
                "rules",
                Json.array(
                    preview.conditions().stream()
                        .map(tried ->
                            Json.object()
                                .put("rule", tried.condition().toJson())
                                .put("passed", tried.passed())
                                .build())
                        .toList()))
            .build());
  }
}
