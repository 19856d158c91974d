package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.issues.Issues;
import dev.catchment.json.Json;
import dev.catchment.replay.Job;
import dev.catchment.replay.Replays;
import dev.catchment.routing.EventFilter;
import java.util.List;

/** The resource {@code /v1/retry-jobs}: retries of any number of events, beside their senders. */
public final class RetryJobHandler {
  private static final String SEGMENT = "retry-jobs";
  private static final String THING = "Retry job";
  private static final List<String> WORDS =
      List.of(
          "source_id", "destination_id", "connection_id", "issue_id", "status", "after", "before");
  private static final int RATE = 50;
  private static final int RATE_MAX = 1_000;

  private final Database database;
  private final Gate gate;
  private final Replays replays;

  public RetryJobHandler(Database database, Gate gate, Replays replays) {
    this.database = database;
    this.gate = gate;
    this.replays = replays;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/retry-jobs", this::list)
        .on("POST", "/v1/retry-jobs", this::create)
        .on("GET", "/v1/retry-jobs/{id}", this::get)
        .on("DELETE", "/v1/retry-jobs/{id}", this::cancel);
  }

  private Response create(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Input input = change.input().require("filter");
    int rateLimit = input.integer("rate_limit", 1, RATE_MAX, RATE);
    SelectionInput filter = SelectionInput.of(input);
    EventFilter selection =
        database.read(tx -> {
          String issueId = filter.id("issue_id", "Issue");
          ManualRetries.Wish letters =
              issueId == null ? null : Issues.get(tx, change.scope(), issueId).deadLetters();
          return filter.failed(tx, change.scope(), letters);
        });
    Job job = replays.retry(change.scope(), selection, asked(filter.filter().object()), rateLimit);
    return Response.json(201, Json.object().put("job", row(job)).build());
  }

  /** Each word of the filter, with null for those that were not used. */
  private static Json.Obj asked(Json.Obj filter) {
    Json.ObjBuilder asked = Json.object();
    for (String word : WORDS) {
      asked.put(word, filter.members().getOrDefault(word, Json.nil()));
    }
    return asked.build();
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    return database.read(tx ->
        new Listing<Job>("jobs", Job::id, RetryJobHandler::row)
            .answer(
                Params.of(request),
                (below, limit) -> replays.list(tx, scope, Job.Kind.RETRY, below, limit)));
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, THING);
    Job job = database.read(tx -> replays.get(tx, scope, Job.Kind.RETRY, id));
    return Response.json(200, Json.object().put("job", row(job)).build());
  }

  private Response cancel(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    replays.cancel(scope, Job.Kind.RETRY, Path.id(request, THING));
    return Response.json(200, Fields.SUCCESS);
  }

  private static Json row(Job job) {
    return Json.object()
        .put("id", job.id())
        .put("filter", Replays.asked(job))
        .put("rate_limit", job.rateLimit())
        .put("status", job.status().word())
        .put("total", job.progress().total())
        .put("processed", job.progress().processed())
        .put("retried", job.progress().started())
        .put("skipped", job.progress().skipped())
        .put("error", job.error())
        .put("created_at", Times.format(job.times().created()))
        .put("started_at", Fields.time(job.times().started()))
        .put("completed_at", Fields.time(job.times().completed()))
        .build();
  }
}
