package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.ingest.Source;
import dev.catchment.ingest.Sources;
import dev.catchment.json.Json;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The resource {@code /v1/sources}. */
public final class SourceHandler {
  private static final String SEGMENT = "sources";
  private static final int DEDUP_WINDOW_SECONDS = 300;

  /** Settings whose machinery this version does not have. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "template",
          "verification_enabled",
          "verification_type",
          "verification_secret",
          "verification_header",
          "verification_config",
          "dedup_enabled",
          "dedup_strategy",
          "dedup_field",
          "dedup_window_seconds",
          "ip_allowlist",
          "ip_denylist",
          "schema_validation_enabled",
          "json_schema",
          "schema_action");

  private static final List<String> CHANGEABLE =
      List.of("name", "description", "source_config", "status");

  private final Database database;
  private final Gate gate;
  private final Ids ids;
  private final Supplier<String> publicUrl;

  /**
   * @param publicUrl what ingest URLs start with, without a trailing slash; known once the server
   *     listens
   */
  public SourceHandler(Database database, Gate gate, Ids ids, Supplier<String> publicUrl) {
    this.database = database;
    this.gate = gate;
    this.ids = ids;
    this.publicUrl = publicUrl;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/sources", this::list)
        .on("POST", "/v1/sources", this::create)
        .on("GET", "/v1/sources/{id}", this::get)
        .on("PATCH", "/v1/sources/{id}", this::update)
        .on("DELETE", "/v1/sources/{id}", this::delete);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    String status = params.word("status", Fields.STATUSES);
    return new Listing<>("sources", Source::id, this::row)
        .answer(
            params,
            (below, limit) -> database.read(tx -> Sources.list(tx, scope, status, below, limit)));
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Source");
    return answer(200, database.read(tx -> Sources.get(tx, scope, id)));
  }

  private Response create(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Input input = change.input().require("name", "slug");
    refuseUnsupported(input);
    if (input.body().get("type") instanceof Json.Str(String type) && type.equals("websocket")) {
      throw Failure.body("type", "is not supported by this version");
    }
    Source source =
        new Source(
            ids.next(),
            change.scope(),
            input.name(""),
            input.slug(),
            input.description(null),
            input.word("type", List.of(Source.HTTP), Source.HTTP),
            SourceConfigInput.read(input, null),
            status(input, Source.Status.ACTIVE),
            new Source.Totals(0, null),
            0,
            0);
    return answer(201, database.write(tx -> Sources.create(tx, source)));
  }

  private Response update(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    String id = Path.id(request, "Source");
    return answer(
        200,
        database.write(tx -> {
          Source old = Sources.get(tx, change.scope(), id);
          return Sources.update(tx, changed(old, change.input()));
        }));
  }

  private static Source changed(Source old, Input input) {
    refuseUnsupported(input);
    boolean onlyIdle = UNSUPPORTED.stream().anyMatch(input::has);
    if (!onlyIdle) {
      input.requireAny(CHANGEABLE);
    }
    return new Source(
        old.id(),
        old.scope(),
        input.name(old.name()),
        old.slug(),
        input.description(old.description()),
        old.kind(),
        SourceConfigInput.read(input, old.config()),
        status(input, old.status()),
        old.totals(),
        old.createdAt(),
        old.updatedAt());
  }

  private static void refuseUnsupported(Input input) {
    UNSUPPORTED.forEach(field ->
        input.refuse(
            field,
            field.equals("dedup_window_seconds") ? Json.of(DEDUP_WINDOW_SECONDS) : Json.array()));
  }

  private static Source.Status status(Input input, Source.Status fallback) {
    return Source.Status.valueOf(
        input.word("status", Fields.STATUSES, fallback.word()).toUpperCase(Locale.ROOT));
  }

  private Response delete(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    String id = Path.id(request, "Source");
    boolean cascade = Boolean.TRUE.equals(Params.of(request).flag("cascade"));
    return Response.json(200, database.write(tx -> delete(tx, scope, id, cascade)));
  }

  private static Json.Obj delete(Tx tx, Scope scope, String id, boolean cascade) {
    Sources.get(tx, scope, id);
    List<Connection> connections = Connections.list(tx, scope, Connections.Wanted.allOf(id, null));
    List<CollectionRow> collections =
        Collections.list(tx, scope, new Collections.Wanted(id, null, null, null));
    if (!cascade && !(connections.isEmpty() && collections.isEmpty())) {
      throw Failure.conflict(
          "Source is in use by "
              + connections.size()
              + " connections and "
              + collections.size()
              + " collections");
    }
    connections.forEach(connection -> Connections.delete(tx, scope, connection.id()));
    collections.forEach(collection -> Collections.delete(tx, scope, collection.id()));
    Sources.delete(tx, scope, id);
    return Fields.SUCCESS;
  }

  private Response answer(int status, Source source) {
    return Response.json(status, Json.object().put("source", row(source)).build());
  }

  /** The row with all its fields; those of machinery that is not there show that it is off. */
  private Json row(Source source) {
    return Json.object()
        .put("id", source.id())
        .put("org_id", source.scope().orgId())
        .put("env_id", source.scope().envId())
        .put("name", source.name())
        .put("slug", source.slug())
        .put("description", source.description())
        .put("template", Json.nil())
        .put("type", source.kind())
        .put("source_config", Fields.text(source.config()))
        .put("verification_enabled", Json.flag(false))
        .put("verification_type", Json.nil())
        .put("verification_secret", Json.nil())
        .put("verification_header", Json.nil())
        .put("verification_config", Json.nil())
        .put("dedup_enabled", Json.flag(false))
        .put("dedup_strategy", Json.nil())
        .put("dedup_field", Json.nil())
        .put("dedup_window_seconds", DEDUP_WINDOW_SECONDS)
        .put("ip_allowlist", Json.nil())
        .put("ip_denylist", Json.nil())
        .put("schema_validation_enabled", Json.flag(false))
        .put("json_schema", Json.nil())
        .put("schema_action", Json.nil())
        .put("status", source.status().word())
        .put("event_count", source.totals().eventCount())
        .put("last_event_at", Fields.time(source.totals().lastEventAt()))
        .put("is_ephemeral", Json.flag(false))
        .put("expires_at", Json.nil())
        .put("request_limit", Json.nil())
        .put("created_at", Times.format(source.createdAt()))
        .put("updated_at", Times.format(source.updatedAt()))
        .put("ingest_url", publicUrl.get() + "/v1/ingest/" + source.id())
        .build();
  }
}
