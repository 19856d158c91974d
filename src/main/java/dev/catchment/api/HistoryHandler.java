package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.RecordHistory;
import dev.catchment.collections.SkippedEvents;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What single events did to a collection: the history of a key, and the events it skipped. */
public final class HistoryHandler {
  private static final String SEGMENT = "collections";
  private static final int LIMIT = 50;
  private static final int LIMIT_MAX = 100;

  private final Database database;
  private final Gate gate;
  private final DataExpressions expressions;

  public HistoryHandler(Database database, Gate gate, DataExpressions expressions) {
    this.database = database;
    this.gate = gate;
    this.expressions = expressions;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/collections/{id}/records/{key}/history", this::history)
        .on("GET", "/v1/collections/{id}/skipped", this::skipped);
  }

  private static @Nullable Long before(Request request) {
    return request.query().first("cursor").map(text -> Cursor.positions(text, 1)[0]).orElse(null);
  }

  private Response history(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    int limit = Params.of(request).limit(LIMIT, LIMIT_MAX);
    Long before = before(request);
    Response response =
        database.read(tx -> {
          RecordHistory.Page page =
              RecordHistory.page(
                  tx,
                  expressions,
                  CollectionPath.get(tx, scope, request),
                  request.path("key"),
                  before == null ? Long.MAX_VALUE : before,
                  limit);
          return Response.json(
              200,
              Json.object()
                  .put(
                      "history",
                      Json.array(page.entries().stream().map(HistoryHandler::entry).toList()))
                  .put("has_more", page.more())
                  .put("next_cursor", page.more() ? Cursor.of(page.reached()) : null)
                  .build());
        });
    return ETag.compared(request, response);
  }

  private static Json entry(RecordHistory.Entry entry) {
    return Json.object()
        .put("event_id", entry.eventId())
        .put("event_type", entry.eventType())
        .put("source_event_at", Times.format(entry.sourceEventAt()))
        .put("received_at", Times.format(entry.receivedAt()))
        .put("change", entry.change().word())
        .put("data", entry.data())
        .put("position", entry.position())
        .build();
  }

  private Response skipped(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    int limit = params.limit(LIMIT, LIMIT_MAX);
    Long before = before(request);
    Response response =
        database.read(tx -> {
          List<SkippedEvents.SkippedEvent> rows =
              SkippedEvents.list(
                  tx,
                  CollectionPath.get(tx, scope, request).id(),
                  params.text("reason"),
                  before,
                  limit);
          return Response.json(
              200,
              new Listing<SkippedEvents.SkippedEvent>(
                      "skipped", SkippedEvents.SkippedEvent::eventId, HistoryHandler::skip)
                  .page(rows, limit, last -> Cursor.of(last.position())));
        });
    return ETag.compared(request, response);
  }

  private static Json skip(SkippedEvents.SkippedEvent skipped) {
    return Json.object()
        .put("event_id", skipped.eventId())
        .put("reason", skipped.reason())
        .put("detail", skipped.detail())
        .put("received_at", Times.format(skipped.receivedAt()))
        .build();
  }
}
