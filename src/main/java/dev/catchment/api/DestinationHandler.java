package dev.catchment.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Circuit;
import dev.catchment.delivery.Circuits;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.delivery.TestSend;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** The resource {@code /v1/destinations}. */
public final class DestinationHandler {
  private static final String SEGMENT = "destinations";
  private static final Json TEST_PAYLOAD = Json.object().put("type", "catchment.test").build();

  private final Database database;
  private final Gate gate;
  private final Ids ids;
  private final Destinations destinations;
  private final Outside outside;
  private final Plan plan;

  /**
   * What a handler asks of those who make calls.
   *
   * @param checkUrl takes a URL and its field, and throws a {@link Failure} when it can never be
   *     called
   * @param checkTls takes settings of TLS and their field, and throws a {@link Failure} when they
   *     can never be used
   * @param test sends a JSON body to a destination
   */
  public record Outside(
      BiConsumer<String, String> checkUrl,
      BiConsumer<Outgoing.Tls, String> checkTls,
      BiFunction<Destination, byte[], TestSend> test) {}

  /**
   * @param plan how many destinations there may be
   */
  public DestinationHandler(
      Database database,
      Gate gate,
      Ids ids,
      Destinations destinations,
      Outside outside,
      Plan plan) {
    this.database = database;
    this.gate = gate;
    this.ids = ids;
    this.destinations = destinations;
    this.outside = outside;
    this.plan = plan;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/destinations", this::list)
        .on("POST", "/v1/destinations", this::create)
        .on("GET", "/v1/destinations/{id}", this::get)
        .on("PATCH", "/v1/destinations/{id}", this::update)
        .on("DELETE", "/v1/destinations/{id}", this::delete)
        .on("POST", "/v1/destinations/{id}/test", this::test)
        .on("GET", "/v1/destinations/{id}/circuit", this::circuit)
        .on("POST", "/v1/destinations/{id}/circuit/reset", this::resetCircuit);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    String status = params.word("status", Fields.STATUSES);
    String kind = params.word("type", DestinationInput.TYPES);
    return new Listing<>("destinations", Destination::id, DestinationHandler::row)
        .answer(
            params,
            (below, limit) ->
                database.read(tx -> destinations.list(tx, scope, status, kind, below, limit)));
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Destination");
    return answer(200, database.read(tx -> destinations.get(tx, scope, id)));
  }

  private Response create(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Destination created =
        new DestinationInput(change.input(), outside).created(ids.next(), change.scope());
    return answer(
        201,
        database.write(tx -> {
          plan.admit(tx, change.scope().orgId(), Plan.Thing.DESTINATIONS);
          destinations.insert(tx, created);
          return destinations.get(tx, change.scope(), created.id());
        }));
  }

  private Response update(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    String id = Path.id(request, "Destination");
    DestinationInput input = new DestinationInput(change.input(), outside);
    return answer(
        200,
        database.write(tx -> {
          Destination old = destinations.get(tx, change.scope(), id);
          destinations.update(tx, old, input.changed(old));
          return destinations.get(tx, change.scope(), id);
        }));
  }

  private Response delete(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    String id = Path.id(request, "Destination");
    boolean cascade = Boolean.TRUE.equals(Params.of(request).flag("cascade"));
    return Response.json(200, database.write(tx -> delete(tx, scope, id, cascade)));
  }

  private static Json.Obj delete(Tx tx, Scope scope, String id, boolean cascade) {
    // Not read, so that one whose secrets cannot be opened can still be removed.
    Destinations.check(tx, scope, id);
    List<Connection> connections = Connections.list(tx, scope, Connections.Wanted.allOf(null, id));
    if (!cascade && !connections.isEmpty()) {
      throw Failure.conflict(
          "Destination is in use by " + connections.size() + " connections and 0 subscriptions");
    }
    // The deliveries first: their reason is the destination, not the connections that go with it.
    Destinations.delete(tx, scope, id);
    connections.forEach(connection -> Connections.delete(tx, scope, connection.id()));
    return Fields.SUCCESS;
  }

  private Response test(Request request) {
    boolean empty = request.body().length == 0;
    Scope scope = empty ? gate.write(request, SEGMENT) : gate.change(request, SEGMENT).scope();
    String id = Path.id(request, "Destination");
    Json payload = empty ? null : Input.parse(request.body()).body().get("payload");
    Destination destination = database.read(tx -> destinations.get(tx, scope, id));
    TestSend sent =
        outside
            .test()
            .apply(destination, (payload == null ? TEST_PAYLOAD : payload).text().getBytes(UTF_8));
    return Response.json(
        200,
        Json.object()
            .put("success", sent.error() == null)
            .put(
                "response_status",
                sent.status() == null ? Json.nil() : Json.of((long) sent.status()))
            .put("duration_ms", sent.durationMillis())
            .put("response_body", sent.body())
            .put("error", sent.error())
            .build());
  }

  private Response circuit(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Destination");
    return answer(database.read(tx -> Circuits.get(tx, scope, id)));
  }

  private Response resetCircuit(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    String id = Path.id(request, "Destination");
    return answer(database.write(tx -> Circuits.reset(tx, scope, id)));
  }

  private static Response answer(Circuit circuit) {
    Json row =
        Json.object()
            .put("destination_id", circuit.destinationId())
            .put("state", circuit.state().word())
            .put("failure_count", circuit.failureCount())
            .put("threshold", circuit.threshold())
            .put("reset_ms", circuit.resetMillis())
            .put("last_transition_at", Fields.time(circuit.lastTransitionAt()))
            .put("next_probe_at", Fields.time(circuit.nextProbeAt()))
            .put("queued_count", circuit.queuedCount())
            .build();
    return Response.json(200, Json.object().put("circuit", row).build());
  }

  private static Response answer(int status, Destination destination) {
    return Response.json(status, Json.object().put("destination", row(destination)).build());
  }

  private static Json row(Destination destination) {
    Destination.Identity who = destination.identity();
    Destination.Target target = destination.target();
    RetrySpec retry = destination.retry();
    Integer rate = destination.pace().ratePerSecond();
    Json intervals = Json.array(retry.intervalsSeconds().stream().map(Json::of).toList());
    return Json.object()
        .put("id", who.id())
        .put("org_id", who.scope().orgId())
        .put("env_id", who.scope().envId())
        .put("name", who.name())
        .put("slug", who.slug())
        .put("type", target.kind())
        .put("url", target.url())
        .put("method", target.method())
        .put("headers", Fields.text(Masks.headers(target.headers())))
        .put("timeout_ms", target.timeoutMillis())
        .put("auth_type", target.authType())
        .put("auth_config", Fields.text(Masks.config(target.authConfig())))
        .put("provider_config", Fields.text(Masks.config(target.providerConfig())))
        .put("retry_enabled", Json.flag(retry.enabled()))
        .put("retry_max_attempts", retry.attemptsMax())
        .put("retry_backoff_type", retry.backoff().word())
        .put("retry_intervals", Fields.text(intervals))
        .put("circuit_breaker_enabled", Json.flag(destination.breaker().enabled()))
        .put("circuit_breaker_threshold", destination.breaker().threshold())
        .put("circuit_breaker_reset_ms", destination.breaker().resetMillis())
        .put("signing_config", Fields.text(Masks.config(target.signingConfig())))
        .put("status", destination.status().word())
        .put("event_count", destination.totals().eventCount())
        .put("last_delivery_at", Fields.time(destination.totals().lastDeliveryAt()))
        .put("created_at", Times.format(who.createdAt()))
        .put("updated_at", Times.format(who.updatedAt()))
        .put("retry_jitter", Json.flag(retry.jitter()))
        .put("rate_limit_per_second", rate == null ? Json.nil() : Json.of((long) rate))
        .put("max_in_flight", destination.pace().maxInFlight())
        .put("ordered", Json.flag(destination.pace().ordered()))
        .put("order_key_path", destination.pace().orderKeyPath())
        .build();
  }
}
