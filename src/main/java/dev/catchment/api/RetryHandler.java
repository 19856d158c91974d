package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.delivery.AttemptRow;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import dev.catchment.replay.BulkRetry;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.Events;
import java.util.ArrayList;
import java.util.List;

/** Retries by hand: of one attempt, of one event, of many events. */
public final class RetryHandler {
  private static final int EVENT_IDS_MAX = 1_000;
  private static final int EVENTS = 1_000;

  private final Database database;
  private final Gate gate;
  private final ManualRetries retries;
  private final BulkRetry bulk;

  public RetryHandler(Database database, Gate gate, ManualRetries retries, BulkRetry bulk) {
    this.database = database;
    this.gate = gate;
    this.retries = retries;
    this.bulk = bulk;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("POST", "/v1/delivery-attempts/{id}/retry", this::attempt)
        .on("POST", "/v1/events/{id}/retry", this::event)
        .on("POST", "/v1/events/retry", this::events);
  }

  private Response attempt(Request request) {
    Scope scope = gate.write(request, "delivery-attempts");
    String id = Path.id(request, "Delivery attempt");
    AttemptRow started = database.write(tx -> retries.retry(tx, scope, id));
    return Response.json(
        200, Json.object().put("delivery_attempt", AttemptHandler.row(started)).build());
  }

  private Response event(Request request) {
    Scope scope = gate.write(request, "events");
    String id = Path.id(request, "Event");
    ManualRetries.Result result =
        database.write(tx -> {
          Events.get(tx, scope, id);
          return retries.retry(tx, scope, List.of(id), ManualRetries.Wish.ANY);
        });
    boolean nothing = result.started().isEmpty() && result.refused().isEmpty();
    return Response.json(
        200,
        Json.object()
            .put("retried", Json.array(result.started().stream().map(RetryHandler::entry).toList()))
            .put(
                "errors",
                Json.texts(
                    result.refused().stream()
                        .map(one -> "Attempt " + one.attemptId() + ": " + one.why())
                        .toList()))
            .put("message", nothing ? "No failed deliveries to retry" : null)
            .build());
  }

  private static Json entry(ManualRetries.Started started) {
    return Json.object()
        .put("delivery_attempt_id", started.attemptId())
        .put("connection_id", started.connectionId())
        .put("destination_id", started.destinationId())
        .put("status", "pending")
        .build();
  }

  private Response events(Request request) {
    Gate.Change change = gate.change(request, "events");
    Input input = change.input();
    int max = eventsMax(input);
    if (present(input, "event_ids")) {
      List<String> ids = ids(input);
      return accepted(bulk.retry(change.scope(), ids.subList(0, Math.min(max, ids.size()))));
    }
    if (!present(input, "filter")) {
      throw Failure.invalid("Invalid body: 'event_ids' or 'filter' is required");
    }
    EventFilter selection =
        database.read(tx -> SelectionInput.of(input).failed(tx, change.scope(), null));
    return accepted(bulk.retry(change.scope(), selection, max));
  }

  private static boolean present(Input input, String field) {
    return input.has(field) && !(input.body().get(field) instanceof Json.Null);
  }

  private static List<String> ids(Input input) {
    List<Json> items = input.array("event_ids", new Json.Arr(List.of())).items();
    if (items.isEmpty() || items.size() > EVENT_IDS_MAX) {
      throw Failure.body("event_ids", "must be an array of 1 to " + EVENT_IDS_MAX + " ids");
    }
    List<String> ids = new ArrayList<>();
    for (Json item : items) {
      if (!(item instanceof Json.Str(String text))) {
        throw Failure.body("event_ids", "must be an array of 1 to " + EVENT_IDS_MAX + " ids");
      }
      // A text that is no id is as unknown as one that is.
      ids.add(Ids.parse(text).orElse(text));
    }
    return ids;
  }

  /** How many events a retry may take. */
  static int eventsMax(Input input) {
    return input.integer("max_events", 1, BulkRetry.EVENTS_MAX, EVENTS);
  }

  static Response accepted(BulkRetry.Summary summary) {
    return Response.json(
        202,
        Json.object()
            .put("retried_count", summary.retried())
            .put("event_count", summary.events())
            .put("skipped_count", summary.skipped())
            .put("errors", Json.texts(summary.errors()))
            .build());
  }
}
