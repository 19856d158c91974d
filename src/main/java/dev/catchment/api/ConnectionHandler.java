package dev.catchment.api;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.delivery.Destinations;
import dev.catchment.expr.FilterRules;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.ingest.Sources;
import dev.catchment.json.Json;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import dev.catchment.transform.Transforms;
import java.util.List;

/** The resource {@code /v1/connections}. */
public final class ConnectionHandler {
  private static final String SEGMENT = "connections";
  private static final List<String> CHANGEABLE =
      List.of(
          "name",
          "description",
          "enabled",
          "filter_rules",
          "status",
          "transform_enabled",
          "transform_expression");

  private final Database database;
  private final Gate gate;
  private final Ids ids;
  private final Transforms transforms;

  public ConnectionHandler(Database database, Gate gate, Ids ids, Transforms transforms) {
    this.database = database;
    this.gate = gate;
    this.ids = ids;
    this.transforms = transforms;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/connections", this::list)
        .on("POST", "/v1/connections", this::create)
        .on("GET", "/v1/connections/{id}", this::get)
        .on("PATCH", "/v1/connections/{id}", this::update)
        .on("DELETE", "/v1/connections/{id}", this::delete);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    String status = params.word("status", Fields.STATUSES);
    String source = params.id("source_id", "Source");
    String destination = params.id("destination_id", "Destination");
    return new Listing<>("connections", Connection::id, ConnectionHandler::row)
        .answer(
            params,
            (below, limit) ->
                database.read(tx -> {
                  if (source != null) {
                    Sources.check(tx, scope, source);
                  }
                  if (destination != null) {
                    Destinations.check(tx, scope, destination);
                  }
                  return Connections.list(
                      tx, scope, new Connections.Wanted(source, destination, status, below, limit));
                }));
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Connection");
    return answer(200, database.read(tx -> Connections.get(tx, scope, id)));
  }

  private Response create(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Input input = change.input().require("source_id", "destination_id", "name");
    Connection blank =
        Connection.of(
            new Connection.Identity(ids.next(), change.scope(), "", null),
            Connection.Ends.of(
                input.id("source_id", "Source"), input.id("destination_id", "Destination")));
    ConnectionInput.expression(input, null, transforms);
    Connection created = ConnectionInput.merged(blank, input);
    return answer(
        201,
        database.write(tx -> {
          Sources.check(tx, created.scope(), created.ends().sourceId());
          Destinations.check(tx, created.scope(), created.ends().destinationId());
          return Connections.create(tx, created);
        }));
  }

  private Response update(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    String id = Path.id(request, "Connection");
    Input input = change.input();
    ConnectionInput.expression(input, null, transforms);
    return answer(
        200,
        database.write(tx -> {
          Connection old = Connections.get(tx, change.scope(), id);
          return Connections.update(
              tx, old, ConnectionInput.merged(old, input.requireAny(CHANGEABLE)));
        }));
  }

  private Response delete(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    String id = Path.id(request, "Connection");
    return Response.json(
        200,
        database.write(tx -> {
          Connections.delete(tx, scope, id);
          return Fields.SUCCESS;
        }));
  }

  private static Response answer(int status, Connection connection) {
    return Response.json(status, Json.object().put("connection", row(connection)).build());
  }

  private static Json row(Connection connection) {
    FilterRules filter = connection.filter();
    return Json.object()
        .put("id", connection.id())
        .put("org_id", connection.scope().orgId())
        .put("env_id", connection.scope().envId())
        .put("source_id", connection.ends().sourceId())
        .put("destination_id", connection.ends().destinationId())
        .put("name", connection.identity().name())
        .put("description", connection.identity().description())
        .put("enabled", Json.flag(connection.matching().enabled()))
        .put("filter_rules", Fields.text(filter.isEmpty() ? null : filter.toJson()))
        .put("status", connection.status().word())
        .put("event_count", connection.totals().eventCount())
        .put("last_event_at", Fields.time(connection.totals().lastEventAt()))
        .put("created_at", Times.format(connection.times().createdAt()))
        .put("updated_at", Times.format(connection.times().updatedAt()))
        .put("transform_enabled", Json.flag(connection.transform().enabled()))
        .put("transform_expression", connection.transform().expression())
        .put("source_name", connection.ends().sourceName())
        .put("destination_name", connection.ends().destinationName())
        .build();
  }
}
