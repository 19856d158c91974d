package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.collections.RecordQuery;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.insight.Aggregates;
import dev.catchment.insight.Aggregation;
import dev.catchment.insight.Question;
import dev.catchment.json.Json;

/** {@code GET /v1/collections/{id}/aggregate}: what the records of a collection add up to. */
public final class AggregateHandler {
  private static final String SEGMENT = "collections";
  private static final int LIMIT = 100;
  private static final int LIMIT_MAX = 1_000;

  private final Database database;
  private final Gate gate;
  private final Aggregation aggregation;

  public AggregateHandler(Database database, Gate gate, Aggregation aggregation) {
    this.database = database;
    this.gate = gate;
    this.aggregation = aggregation;
  }

  /** Adds the route. */
  public void routes(Router router) {
    router.on("GET", "/v1/collections/{id}/aggregate", this::aggregate);
  }

  private Response aggregate(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    Question question =
        Question.parse(
            new Question.Given(
                params.text("metrics"),
                params.text("group_by"),
                params.text("bucket"),
                params.text("timezone"),
                params.text("sort")));
    RecordQuery query =
        RecordQuery.parse(
            new RecordQuery.Given(
                params.text("search"), params.texts("event_type"), params.text("where"), null));
    int limit = params.limit(LIMIT, LIMIT_MAX);
    // Read before the records are: an answer may be newer than its tag says, never older.
    ETag tag =
        database.read(tx -> CollectionPath.tag(request, CollectionPath.get(tx, scope, request)));
    return tag.unchanged(request)
        .orElseGet(() -> {
          Aggregates answer =
              aggregation.answer(
                  tx -> CollectionPath.get(tx, scope, request), query, question, limit);
          Response response = Response.json(200, json(question, answer));
          // What a bound cut short could be more at the next time, with nothing changed.
          return answer.bounds().isEmpty() ? tag.on(response) : response;
        });
  }

  private static Json json(Question question, Aggregates answer) {
    return Json.object()
        .put(
            "groups",
            Json.array(
                answer.rows().stream()
                    .map(row ->
                        Json.object()
                            .put("bucket", Fields.time(row.bucket()))
                            .put("group", row.shown(question))
                            .put("values", row.values())
                            .build())
                    .toList()))
        .put("group_count", answer.groups())
        .put("has_more", answer.groups() > answer.rows().size())
        .put("scanned_count", answer.scanned())
        .put("matched_count", answer.matched())
        .put("complete", answer.bounds().isEmpty())
        .put("bounds_met", Json.texts(answer.bounds()))
        .build();
  }
}
