package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordScan;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.insight.Drift;
import dev.catchment.insight.Field;
import dev.catchment.insight.FieldTree;
import dev.catchment.insight.JsonSchemaText;
import dev.catchment.insight.Samples;
import dev.catchment.insight.TypeScriptText;
import dev.catchment.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /v1/collections/{id}/schema}: the fields of a collection, found in a sample. */
public final class SchemaHandler {
  private static final String SEGMENT = "collections";
  private static final int SAMPLE = 200;
  private static final int SAMPLE_MAX = 500;
  private static final List<String> FORMATS = List.of("fields", "json-schema", "typescript");

  private final Database database;
  private final Gate gate;
  private final Samples samples;

  public SchemaHandler(Database database, Gate gate, RecordScan scan) {
    this.database = database;
    this.gate = gate;
    this.samples = new Samples(scan);
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/collections/{id}/schema", this::schema)
        .on("GET", "/v1/collections/{id}/schema/drift", this::drift);
  }

  private Response schema(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    int records = params.limit("sample", SAMPLE, SAMPLE_MAX);
    String format = params.word("format", FORMATS);
    boolean formats = Boolean.TRUE.equals(params.flag("formats"));
    return database.read(tx -> {
      CollectionRow collection = CollectionPath.get(tx, scope, request);
      ETag tag = CollectionPath.tag(request, collection);
      return tag.unchanged(request)
          .orElseGet(() -> {
            FieldTree tree = samples.newest(tx, collection, records).fields();
            return tag.on(answer(collection, tree, format, formats));
          });
    });
  }

  private static Response answer(
      CollectionRow collection, FieldTree tree, @Nullable String format, boolean formats) {
    return switch (format) {
      case "json-schema" ->
          Response.bytes(
              200,
              "application/schema+json",
              JsonSchemaText.of(tree, collection.identity().name()).bytes());
      case "typescript" ->
          Response.text(200, TypeScriptText.of(tree, collection.identity().slug()));
      case null, default -> Response.json(200, fields(tree, formats));
    };
  }

  private static Json fields(FieldTree tree, boolean formats) {
    return Json.object()
        .put("fields", Json.array(tree.fields().stream().map(f -> field(f, formats)).toList()))
        .put("sample_count", tree.records())
        .build();
  }

  private static Json field(Field field, boolean formats) {
    Json.ObjBuilder row =
        Json.object()
            .put("path", field.path())
            .put("types", Json.texts(field.types()))
            .put("count", field.count())
            .put("presence", Json.of(field.presence()))
            .put("nullable", field.nullable())
            .put("example", field.example());
    return formats
        ? row.put("format", field.format().isEmpty() ? null : field.format()).build()
        : row.build();
  }

  private Response drift(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    int records = params.limit("sample", SAMPLE, SAMPLE_MAX);
    Long since = since(params);
    return database.read(tx -> {
      CollectionRow collection = CollectionPath.get(tx, scope, request);
      ETag tag = CollectionPath.tag(request, collection);
      return tag.unchanged(request)
          .orElseGet(() -> {
            Samples.Pair pair = samples.pair(tx, collection, since, records);
            return tag.on(Response.json(200, drift(since, pair)));
          });
    });
  }

  private static Json drift(@Nullable Long since, Samples.Pair pair) {
    Drift drift = Drift.between(pair.before().fields(), pair.recent().fields());
    return Json.object()
        .put("since", Fields.time(since))
        .put("recent", sample(pair.recent()))
        .put("before", sample(pair.before()))
        .put("appeared", oneSided(drift.appeared()))
        .put("vanished", oneSided(drift.vanished()))
        .put("changed", Json.array(drift.changed().stream().map(SchemaHandler::changed).toList()))
        .build();
  }

  private static @Nullable Long since(Params params) {
    String text = params.text("since");
    return text == null
        ? null
        : Times.parse(text)
            .orElseThrow(() -> Failure.query("since", "must be an ISO 8601 time with an offset"));
  }

  private static Json sample(Samples.Sample sample) {
    return Json.object()
        .put("sample_count", sample.fields().records())
        .put("from", Fields.time(sample.oldest()))
        .put("to", Fields.time(sample.newest()))
        .build();
  }

  private static Json oneSided(List<Drift.OneSided> fields) {
    return Json.array(
        fields.stream()
            .map(one ->
                Json.object()
                    .put("path", one.field().path())
                    .put("types", Json.texts(one.field().types()))
                    .put("count", one.field().count())
                    .put("presence", Json.of(one.field().presence()))
                    .put("by_chance", Json.of(one.byChance()))
                    .build())
            .toList());
  }

  private static Json changed(Drift.Changed changed) {
    return Json.object()
        .put("path", changed.recent().path())
        .put("types_before", Json.texts(changed.before().types()))
        .put("types_recent", Json.texts(changed.recent().types()))
        .put("count_before", changed.before().count())
        .put("count_recent", changed.recent().count())
        .build();
  }
}
