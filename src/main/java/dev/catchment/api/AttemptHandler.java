package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.delivery.AttemptRow;
import dev.catchment.delivery.Attempts;
import dev.catchment.delivery.Destinations;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import dev.catchment.routing.Connections;
import dev.catchment.routing.Events;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/delivery-attempts}. */
public final class AttemptHandler {
  private static final String SEGMENT = "delivery-attempts";
  private static final List<String> STATUSES = List.of("pending", "success", "failed");
  private static final List<String> TRIGGERS = List.of("initial", "retry", "manual", "replay");

  private final Database database;
  private final Gate gate;

  public AttemptHandler(Database database, Gate gate) {
    this.database = database;
    this.gate = gate;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/delivery-attempts", this::list)
        .on("GET", "/v1/delivery-attempts/{id}", this::get);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    Window window = Window.of(request);
    Attempts.Filter page = filter(params, window.from(), window.below());
    Attempts.Filter all = filter(params, window.after(), window.before());
    return database.read(tx -> {
      List<AttemptRow> rows = Attempts.list(tx, scope, page, window.page());
      long total = Attempts.count(tx, scope, all, Window.COUNTED_MAX + 1);
      if (total == 0) {
        requireNamed(tx, scope, all);
      }
      return window.answer(
          "delivery_attempts",
          Window.Found.counted(rows, total),
          AttemptRow::id,
          AttemptHandler::row);
    });
  }

  private static Attempts.Filter filter(
      Params params, @Nullable String from, @Nullable String below) {
    return new Attempts.Filter(
        params.id("event_id", "Event"),
        params.id("connection_id", "Connection"),
        params.id("destination_id", "Destination"),
        params.words("status", STATUSES),
        params.flag("is_dlq"),
        params.word("trigger_type", TRIGGERS),
        from,
        below);
  }

  /** Nothing found for a thing that does not exist means that the thing was not found. */
  private static void requireNamed(Tx tx, Scope scope, Attempts.Filter filter) {
    if (filter.eventId() != null) {
      Events.get(tx, scope, filter.eventId());
    }
    if (filter.connectionId() != null) {
      Connections.get(tx, scope, filter.connectionId());
    }
    if (filter.destinationId() != null) {
      Destinations.check(tx, scope, filter.destinationId());
    }
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Delivery attempt");
    AttemptRow attempt = database.read(tx -> Attempts.get(tx, scope, id));
    return Response.json(200, Json.object().put("delivery_attempt", row(attempt)).build());
  }

  /** The row as it is shown. */
  static Json row(AttemptRow attempt) {
    return Json.object()
        .put("id", attempt.id())
        .put("org_id", attempt.scope().orgId())
        .put("env_id", attempt.scope().envId())
        .put("event_id", attempt.subject().eventId())
        .put("destination_id", attempt.subject().destinationId())
        .put("connection_id", attempt.subject().connectionId())
        .put("request_url", attempt.sent().url())
        .put("request_method", attempt.sent().method())
        .put("request_headers", attempt.sent().headersJson())
        .put("request_body_size", attempt.sent().bodySize())
        .put("response_status", attempt.answer().status())
        .put("response_headers", attempt.answer().headersJson())
        .put("response_body", attempt.answer().body())
        .put("duration_ms", attempt.answer().durationMillis())
        .put("status", attempt.status())
        .put("error", attempt.answer().error())
        .put("created_at", Times.format(attempt.createdAt()))
        .put("attempt_number", attempt.number())
        .put("next_retry_at", Fields.time(attempt.after().nextRetryAt()))
        .put("is_dlq", Json.flag(attempt.after().dead()))
        .put("dlq_at", Fields.time(attempt.after().deadAt()))
        .put("trigger_type", attempt.trigger())
        .put("connection_name", attempt.subject().connectionName())
        .put("destination_name", attempt.subject().destinationName())
        .build();
  }
}
