package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordPage;
import dev.catchment.collections.RecordPlace;
import dev.catchment.collections.RecordQuery;
import dev.catchment.collections.RecordRow;
import dev.catchment.collections.RecordScan;
import dev.catchment.collections.Records;
import dev.catchment.collections.SearchIndexes;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.expr.RecordFields;
import dev.catchment.http.Conditions;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/collections/{id}/records}. */
public final class RecordHandler {
  private static final String SEGMENT = "collections";
  private static final int LIMIT = 50;
  private static final int LIMIT_MAX = 100;

  /** Says that the scan ended before the page was full, and after how many records. */
  private static final String STOPPED = "X-Scan-Stopped";

  /** Says that only the records last updated were sorted, and how many. */
  private static final String SORTED = "X-Sorted-Newest";

  private final Database database;
  private final Gate gate;
  private final RecordScan scan;
  private final PastRecordHandler past;

  public RecordHandler(Database database, Gate gate, RecordScan scan, PastRecordHandler past) {
    this.database = database;
    this.gate = gate;
    this.scan = scan;
    this.past = past;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/collections/{id}/records", past.orNow(past::list, this::list))
        .on("GET", "/v1/collections/{id}/records/{key}", past.orNow(past::get, this::get))
        .on("GET", "/v1/collections/{id}/diff", past::diff);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    RecordQuery query = query(params);
    RecordFields fields = fields(params);
    int limit = params.limit(LIMIT, LIMIT_MAX);
    RecordPlace after =
        request
            .query()
            .first("cursor")
            .map(cursor -> RecordPlace.parse(cursor, query.order()))
            .orElse(null);
    List<CollectionRow> unindexed = new ArrayList<>();
    Response response =
        database.read(tx -> {
          CollectionRow collection = CollectionPath.get(tx, scope, request);
          CollectionRow.Table table = collection.table();
          ETag tag = ETag.of(request, table.generation() + "-" + table.changeNumber());
          return tag.unchanged(request)
              .orElseGet(() -> {
                RecordPage page = scan.page(tx, collection, query, after, limit);
                Response answer = answer(collection, page, query, fields);
                if (page.missesTexts()) {
                  unindexed.add(collection);
                }
                // What a bound cut short could be more at the next time, with nothing changed.
                return page.bound() instanceof RecordPage.Bound.None ? tag.on(answer) : answer;
              });
        });
    // The index is built once somebody has searched far enough to miss it.
    unindexed.forEach(collection ->
        database.write(
            Durability.DERIVED,
            tx -> {
              SearchIndexes.want(tx, collection);
              return true;
            }));
    return response;
  }

  /** The parameters that say which records are wanted, and in what order. */
  static RecordQuery query(Params params) {
    return RecordQuery.parse(
        new RecordQuery.Given(
            params.text("search"),
            params.texts("event_type"),
            params.text("where"),
            params.text("sort")));
  }

  /** The members of data that {@code fields} asks for; null when it is not given. */
  static @Nullable RecordFields fields(Params params) {
    String text = params.text("fields");
    return text == null ? null : RecordFields.parse(text, "fields");
  }

  private static Response answer(
      CollectionRow collection, RecordPage page, RecordQuery query, @Nullable RecordFields fields) {
    Response whole =
        Response.json(
            200,
            Json.object()
                .put(
                    "records",
                    Json.array(
                        page.rows().stream().map(row -> row(collection, row, fields)).toList()))
                .put("has_more", page.hasMore())
                .put("next_cursor", page.next() == null ? null : page.next().text(query.order()))
                .build());
    return switch (page.bound()) {
      case RecordPage.Bound.None none -> whole;
      case RecordPage.Bound.Stopped stopped ->
          whole.with(STOPPED, Integer.toString(stopped.rows()));
      case RecordPage.Bound.Newest newest -> whole.with(SORTED, Integer.toString(newest.rows()));
    };
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    RecordFields fields = fields(Params.of(request));
    return database.read(tx -> {
      CollectionRow collection = CollectionPath.get(tx, scope, request);
      long generation = collection.table().generation();
      String key = request.path("key");
      Supplier<Failure> notFound = () -> Failure.notFound("Record");
      if (Conditions.areGiven(request.headers())) {
        // Whoever has the record already costs no more than its number, however long it is.
        long change = Records.findChange(tx, generation, key).orElseThrow(notFound);
        Optional<Response> unchanged = tag(request, generation, change).unchanged(request);
        if (unchanged.isPresent()) {
          return unchanged.get();
        }
      }
      Records.Current found = Records.find(tx, generation, key).orElseThrow(notFound);
      return tag(request, generation, found.change())
          .on(
              Response.json(
                  200, Json.object().put("record", row(collection, found.row(), fields)).build()));
    });
  }

  private static ETag tag(Request request, long generation, long change) {
    return ETag.of(request, generation + "-" + change);
  }

  static Json row(CollectionRow collection, RecordRow record, @Nullable RecordFields fields) {
    return row(
        collection,
        fields == null ? record : record.withData(fields.of(Json.read(record.data())).text()));
  }

  /** The row as it is shown. */
  static Json row(CollectionRow collection, RecordRow record) {
    Scope scope = collection.identity().scope();
    return Json.object()
        .put("id", record.id())
        .put("collection_id", collection.id())
        .put("org_id", scope.orgId())
        .put("env_id", scope.envId())
        .put("record_key", record.key())
        .put("data", record.data())
        .put("event_type", record.eventType())
        .put("source_event_id", record.version().sourceEventId())
        .put("source_event_at", Times.format(record.version().sourceEventAt()))
        .put("created_at", Times.format(record.createdAt()))
        .put("updated_at", Times.format(record.updatedAt()))
        .build();
  }
}
