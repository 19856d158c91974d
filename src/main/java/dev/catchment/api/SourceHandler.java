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
import dev.catchment.ingest.SourceRules;
import dev.catchment.ingest.Sources;
import dev.catchment.json.Json;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import dev.catchment.verify.Template;
import dev.catchment.verify.Templates;
import dev.catchment.verify.Verification;
import dev.catchment.verify.VerificationFields;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/sources}. */
public final class SourceHandler {
  private static final String SEGMENT = "sources";
  private static final List<String> CHANGEABLE =
      Stream.concat(
              Stream.of("name", "description", "source_config", "status"),
              SourceRulesInput.CHANGEABLE.stream())
          .toList();

  private final Database database;
  private final Gate gate;
  private final Ids ids;
  private final Sources sources;
  private final Supplier<String> publicUrl;
  private final Plan plan;

  /**
   * @param publicUrl what ingest URLs start with, without a trailing slash; known once the server
   *     listens
   * @param plan how many sources there may be
   */
  public SourceHandler(
      Database database,
      Gate gate,
      Ids ids,
      Sources sources,
      Supplier<String> publicUrl,
      Plan plan) {
    this.database = database;
    this.gate = gate;
    this.ids = ids;
    this.sources = sources;
    this.publicUrl = publicUrl;
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
    return new Listing<>("sources", Source::id, this::row)
        .answer(
            params,
            (below, limit) -> database.read(tx -> sources.list(tx, scope, status, below, limit)));
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, "Source");
    return answer(200, database.read(tx -> sources.get(tx, scope, id)));
  }

  private Response create(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Input input = change.input().require("name", "slug");
    if (input.body().get("type") instanceof Json.Str(String type) && type.equals("websocket")) {
      throw Failure.body("type", "is not supported by this version");
    }
    Template template = SourceRulesInput.template(input).orElse(null);
    Source source =
        new Source(
            ids.next(),
            change.scope(),
            input.name(""),
            input.slug(),
            input.description(null),
            input.word("type", List.of(Source.HTTP), Source.HTTP),
            config(SourceConfigInput.read(input, null), template),
            SourceRulesInput.create(input, template),
            status(input, Source.Status.ACTIVE),
            new Source.Totals(0, null),
            0,
            0);
    return answer(
        201,
        database.write(tx -> {
          plan.admit(tx, source.scope().orgId(), Plan.Thing.SOURCES);
          return sources.create(tx, source);
        }));
  }

  private Response update(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    String id = Path.id(request, "Source");
    return answer(
        200,
        database.write(tx -> {
          Source old = sources.get(tx, change.scope(), id);
          return sources.update(tx, changed(old, change.input()));
        }));
  }

  private static Source changed(Source old, Input input) {
    input.requireAny(CHANGEABLE);
    return new Source(
        old.id(),
        old.scope(),
        input.name(old.name()),
        old.slug(),
        input.description(old.description()),
        old.kind(),
        SourceConfigInput.read(input, old.config()),
        SourceRulesInput.change(input, old.rules()),
        status(input, old.status()),
        old.totals(),
        old.createdAt(),
        old.updatedAt());
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

  private Json row(Source source) {
    SourceRules rules = source.rules();
    VerificationFields fields = rules.verifying().fields();
    String header =
        fields.header() == null
            ? Verification.usualHeader(fields.type(), rules.template())
            : fields.header();
    return Json.object()
        .put("id", source.id())
        .put("org_id", source.scope().orgId())
        .put("env_id", source.scope().envId())
        .put("name", source.name())
        .put("slug", source.slug())
        .put("description", source.description())
        .put("template", rules.template())
        .put("type", source.kind())
        .put("source_config", Fields.text(Masks.config(source.config())))
        .put("verification_enabled", Json.flag(rules.verifying().enabled()))
        .put("verification_type", fields.type())
        .put("verification_secret", fields.secret() == null ? null : fields.secret().masked())
        .put("verification_header", header)
        .put("verification_config", Fields.text(Masks.config(fields.config())))
        .put("dedup_enabled", Json.flag(rules.dedup().enabled()))
        .put("dedup_strategy", rules.dedup().strategy())
        .put("dedup_field", rules.dedup().field())
        .put("dedup_window_seconds", rules.dedup().windowSeconds())
        .put("ip_allowlist", Fields.text(rules.addresses().allow()))
        .put("ip_denylist", Fields.text(rules.addresses().deny()))
        .put("schema_validation_enabled", Json.flag(rules.body().enabled()))
        .put("json_schema", Fields.text(rules.body().schema()))
        .put("schema_action", rules.body().action())
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
