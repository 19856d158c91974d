package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.collections.Backfills;
import dev.catchment.collections.CollectionRow;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/collections/{id}/backfill}. */
public final class BackfillHandler {
  private static final String SEGMENT = "collections";
  private static final String PATH = "/v1/collections/{id}/backfill";

  private final Database database;
  private final Gate gate;

  public BackfillHandler(Database database, Gate gate) {
    this.database = database;
    this.gate = gate;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("POST", PATH, this::start)
        .on("GET", PATH, this::get)
        .on("DELETE", PATH, this::cancel);
  }

  private Response start(Request request) {
    if (request.body().length == 0) {
      return started(gate.write(request, SEGMENT), request, false, false);
    }
    Gate.Change change = gate.change(request, SEGMENT);
    return started(
        change.scope(),
        request,
        change.input().flag("restart", false),
        change.input().flag("rebuild", false));
  }

  private Response started(Scope scope, Request request, boolean restart, boolean rebuild) {
    Backfills.Answer answer =
        database.write(
            tx -> Backfills.start(tx, CollectionPath.get(tx, scope, request), restart, rebuild));
    CollectionRow.Backfill backfill = answer.collection().backfill();
    return Response.json(
        202,
        Json.object()
            .put("status", backfill.status())
            .put("total", backfill.total())
            .put("message", answer.message())
            .build());
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    CollectionRow.Backfill backfill =
        database.read(tx -> CollectionPath.get(tx, scope, request)).backfill();
    return ETag.compared(
        request,
        Response.json(
            200,
            Json.object()
                .put("status", backfill.status())
                .put("progress", number(backfill.progress()))
                .put("total", number(backfill.total()))
                .put("started_at", Fields.time(backfill.startedAt()))
                .put("completed_at", Fields.time(backfill.completedAt()))
                .put("error", backfill.error())
                .build()));
  }

  private static long number(@Nullable Long count) {
    return count == null ? 0 : count;
  }

  private Response cancel(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    database.write(tx -> {
      Backfills.cancel(tx, CollectionPath.get(tx, scope, request));
      return true;
    });
    return Response.json(200, Fields.SUCCESS);
  }
}
