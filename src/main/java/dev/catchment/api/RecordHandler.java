package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordRow;
import dev.catchment.collections.Records;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/collections/{id}/records}. */
public final class RecordHandler {
  private static final String SEGMENT = "collections";
  private static final int LIMIT = 50;
  private static final int LIMIT_MAX = 100;

  /** Event types that one list may ask for. */
  private static final int TYPES_MAX = 100;

  private final Database database;
  private final Gate gate;
  private final PastRecordHandler past;

  public RecordHandler(Database database, Gate gate, PastRecordHandler past) {
    this.database = database;
    this.gate = gate;
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
    int limit = params.limit(LIMIT, LIMIT_MAX);
    Records.Wanted wanted =
        new Records.Wanted(
            params.texts("event_type"), params.text("search"), place(request), limit);
    if (wanted.eventTypes().size() > TYPES_MAX) {
      throw Failure.query("event_type", "must be at most " + TYPES_MAX + " values");
    }
    return database.read(tx -> {
      CollectionRow collection = CollectionPath.get(tx, scope, request);
      return Response.json(
          200,
          new Listing<RecordRow>("records", RecordRow::id, record -> row(collection, record))
              .page(
                  Records.list(tx, collection.table().generation(), wanted),
                  limit,
                  last -> Cursor.of(new Cursor.Timed(last.updatedAt(), last.id()))));
    });
  }

  private static Records.@Nullable Place place(Request request) {
    return request
        .query()
        .first("cursor")
        .map(Cursor::timed)
        .map(timed -> new Records.Place(timed.millis(), timed.id()))
        .orElse(null);
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    return database.read(tx -> {
      CollectionRow collection = CollectionPath.get(tx, scope, request);
      RecordRow record =
          Records.find(tx, collection.table().generation(), request.path("key"))
              .orElseThrow(() -> Failure.notFound("Record"));
      return Response.json(200, Json.object().put("record", row(collection, record)).build());
    });
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
