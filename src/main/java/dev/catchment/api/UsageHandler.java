package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import dev.catchment.log.MonthlyCounts;
import java.util.OptionalLong;

/** {@code GET /v1/billing/usage} and {@code GET /v1/usage}: what an organization uses. */
public final class UsageHandler {
  private final Database database;
  private final Gate gate;
  private final Plan plan;

  /** Use held against a plan. */
  public UsageHandler(Database database, Gate gate, Plan plan) {
    this.database = database;
    this.gate = gate;
    this.plan = plan;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/billing/usage", request -> usage(request, "billing"))
        .on("GET", "/v1/usage", request -> usage(request, "usage"));
  }

  private Response usage(Request request, String segment) {
    Scope scope = gate.read(request, segment);
    return Response.json(200, database.read(tx -> usage(tx, scope.orgId())));
  }

  private Json.Obj usage(Tx tx, String orgId) {
    long events = MonthlyCounts.accepted(tx, orgId);
    return Json.object()
        .put("plan", "self-hosted")
        .put(
            "events",
            Json.object()
                .put("used", events)
                .put("limit", limit(plan.eventsPerMonth()))
                .put("percentage", percentage(events, plan.eventsPerMonth()))
                .build())
        .put("sources", used(tx, orgId, Plan.Thing.SOURCES))
        .put("destinations", used(tx, orgId, Plan.Thing.DESTINATIONS))
        .put("retention_days", plan.retentionDays())
        .build();
  }

  private Json.Obj used(Tx tx, String orgId, Plan.Thing thing) {
    return Json.object()
        .put("used", thing.count(tx, orgId))
        .put("limit", limit(plan.limit(thing)))
        .build();
  }

  private static Json limit(OptionalLong limit) {
    return limit.isPresent() ? Json.of(limit.getAsLong()) : Json.nil();
  }

  /** Whole percent, rounded; 0 without a limit, and 100 of nothing. */
  private static long percentage(long used, OptionalLong limit) {
    if (limit.isEmpty()) {
      return 0;
    }
    return limit.getAsLong() == 0 ? 100 : Math.round(used * 100.0 / limit.getAsLong());
  }
}
