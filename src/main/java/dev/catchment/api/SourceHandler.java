package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionSummary;
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
import dev.catchment.trial.TestSession;
import dev.catchment.trial.TestSessions;
import dev.catchment.verify.Template;
import dev.catchment.verify.Templates;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/sources}. */
public final class SourceHandler {
  private static final String SEGMENT = "sources";
  private static final List<String> KINDS = List.of(Source.HTTP, Source.WEBSOCKET);
  private static final List<String> CHANGEABLE =
      Stream.concat(
              Stream.of("name", "description", "source_config", "status"),
              SourceRulesInput.CHANGEABLE.stream())
          .toList();

  private final Database database;
  private final Gate gate;
  private final Ids ids;
  private final Sources sources;
  private final TestSessions sessions;
  private final SourceRows rows;
  private final Plan plan;

  /**
   * @param plan how many sources there may be
   */
  public SourceHandler(
      Database database, Gate gate, Ids ids, Sources sources, SourceRows rows, Plan plan) {
    this.database = database;
    this.gate = gate;
    this.ids = ids;
    this.sources = sources;
    this.sessions = new TestSessions(ids, sources);
    this.rows = rows;
    this.plan = plan;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/sources", this::list)
        .on("POST", "/v1/sources", this::create)
        .on("GET", "/v1/sources/templates", this::templates)
        .on("GET", "/v1/sources/templates/{slug}", this::template)
        .on("GET", "/v1/sources/{id}", this::get)
        .on("PATCH", "/v1/sources/{id}", this::update)
        .on("DELETE", "/v1/sources/{id}", this::delete);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    String status = params.word("status", Fields.STATUSES);
    return new Listing<>("sources", Source::id, rows::row)
        .answer(
            params,
            (below, limit) -> database.read(tx -> sources.list(tx, scope, status, below, limit)));
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Source");
    return rows.answer(
        200,
        database.read(tx ->
            // A test session is nobody's: to know its id is the permission to see it.
            sources
                .find(tx, scope, id)
                .or(() -> sessions.find(tx, id).map(TestSession::source))
                .orElseThrow(() -> Failure.notFound("Source"))));
  }

  private Response create(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Input input = change.input().require("name", "slug");
    String kind = input.word("type", KINDS, Source.HTTP);
    Template template = SourceRulesInput.template(input).orElse(null);
    Source.Draft source =
        new Source.Draft(
            ids.next(),
            change.scope(),
            input.name(""),
            input.slug(),
            input.description(null),
            kind,
            config(SourceConfigInput.read(input, null), template),
            SourceRulesInput.create(input, template, kind.equals(Source.WEBSOCKET)),
            status(input, Source.Status.ACTIVE),
            null);
    return rows.answer(
        201,
        database.write(tx -> {
          plan.admit(tx, source.scope().orgId(), Plan.Thing.SOURCES);
          return sources.create(tx, source);
        }));
  }

  private Response update(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    String id = Path.id(request, "Source");
    return rows.answer(
        200,
        database.write(tx -> {
          Source old = sources.get(tx, change.scope(), id);
          return sources.update(tx, changed(old, change.input()));
        }));
  }

  private static Source.Draft changed(Source old, Input input) {
    input.requireAny(CHANGEABLE);
    return new Source.Draft(
        old.id(),
        old.scope(),
        input.name(old.name()),
        old.slug(),
        input.description(old.description()),
        old.kind(),
        SourceConfigInput.read(input, old.config()),
        SourceRulesInput.change(input, old.rules(), old.isWebSocket()),
        status(input, old.status()),
        old.term());
  }

  /** Some providers want to read words of their own after an accepted request. */
  private static Json.@Nullable Obj config(Json.@Nullable Obj config, @Nullable Template template) {
    Json.Obj response = template == null ? null : template.response();
    if (response == null || (config != null && config.get("response") != null)) {
      return config;
    }
    Json.ObjBuilder preset = Json.object();
    if (config != null) {
      preset.putAll(config);
    }
    return preset.put("response", response).build();
  }

  private Response templates(Request request) {
    gate.read(request, SEGMENT);
    return Response.json(
        200,
        Json.object()
            .put(
                "templates",
                Json.array(Templates.list().stream().<Json>map(Template::wire).toList()))
            .build());
  }

  private Response template(Request request) {
    gate.read(request, SEGMENT);
    Template template =
        Templates.find(request.path("slug")).orElseThrow(() -> Failure.notFound("Template"));
    return Response.json(200, Json.object().put("template", template.wire()).build());
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
    Sources.check(tx, scope, id);
    List<Connection> connections = Connections.list(tx, scope, Connections.Wanted.allOf(id, null));
    List<CollectionSummary> collections =
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
}
