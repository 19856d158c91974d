package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import dev.catchment.log.MonthlyCounts;
import dev.catchment.transfer.Seeding;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;

/** {@code POST /v1/collections/{id}/import}: fills a collection from lines of JSON. */
public final class ImportHandler {
  private static final String SEGMENT = "collections";
  private static final List<String> FORMS = List.of("records", "bodies");
  private static final List<String> IGNORED = List.of("event_type", "source_event_at");

  private final Database database;
  private final Gate gate;
  private final Seeding seeding;

  public ImportHandler(Database database, Gate gate, Seeding seeding) {
    this.database = database;
    this.gate = gate;
    this.seeding = seeding;
  }

  /** Adds the route. */
  public void routes(Router router) {
    router.upload("/v1/collections/{id}/import", this::fill);
  }

  /** Holds imports to the quota of a plan. */
  public static Seeding.Quota within(Plan plan) {
    return (tx, scope, events) ->
        plan.eventsPerMonth().isPresent()
            ? admitted(tx, scope, events, plan.eventsPerMonth().getAsLong())
            : events;
  }

  private static int admitted(Tx tx, Scope scope, int events, long max) {
    long room = max - MonthlyCounts.accepted(tx, scope.orgId());
    if (room < Math.min(events, 1)) {
      long end = MonthlyCounts.monthEnd(tx.now());
      throw Failure.tooFast(
          "Event quota exceeded", Math.max(1, Math.ceilDiv(end - tx.now(), 1_000L)));
    }
    return (int) Math.min(room, events);
  }

  private Response fill(Request request, InputStream body) throws IOException {
    Scope scope = gate.write(request, SEGMENT);
    String id = database.read(tx -> CollectionPath.get(tx, scope, request)).id();
    Params params = Params.of(request);
    Seeding.Form form =
        new Seeding.Form(
            "bodies".equals(params.word("lines", FORMS)),
            Set.copyOf(params.words("ignore", IGNORED)));
    Seeding.Outcome outcome = seeding.run(scope, id, form, body);
    return Response.json(
        200,
        Json.object()
            .put("imported", outcome.imported())
            .put("skipped", outcome.skipped())
            .put(
                "errors",
                Json.array(
                    outcome.refused().stream()
                        .map(refused ->
                            Json.object()
                                .put("line", refused.line())
                                .put("reason", refused.reason())
                                .build())
                        .toList()))
            .build());
  }
}
