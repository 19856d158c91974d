package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Destinations;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.ingest.Sources;
import dev.catchment.json.Json;
import dev.catchment.replay.Job;
import dev.catchment.replay.Replays;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/replay}. */
public final class ReplayHandler {
  private static final String SEGMENT = "replay";
  private static final String THING = "Replay job";

  private final Database database;
  private final Gate gate;
  private final Replays replays;

  public ReplayHandler(Database database, Gate gate, Replays replays) {
    this.database = database;
    this.gate = gate;
    this.replays = replays;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/replay", this::list)
        .on("POST", "/v1/replay", this::create)
        .on("GET", "/v1/replay/{id}", this::get)
        .on("DELETE", "/v1/replay/{id}", this::cancel);
  }

  private Response create(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Input input = change.input().require("destination_id", "from", "to");
    int rateLimit = input.integer("rate_limit", 1, 100, 10);
    Replays.Replay wanted = database.read(tx -> wanted(tx, change.scope(), input));
    if (SelectionInput.of(input).excludesAll()) {
      throw new Failure(Failure.Code.NOT_FOUND, "No events found", null);
    }
    Job job = replays.replay(change.scope(), wanted, rateLimit);
    return Response.json(
        201,
        Json.object()
            .put(
                "job",
                Json.object()
                    .put("id", job.id())
                    .put("status", job.status().word())
                    .put("total", job.progress().total())
                    .build())
            .put("job_id", job.id())
            .build());
  }

  private static Replays.Replay wanted(Tx tx, Scope scope, Input input) {
    String destinationId = input.id("destination_id", "Destination");
    String sourceId = input.findId("source_id", "Source");
    String connectionId = input.findId("connection_id", "Connection");
    long from = time(input, "from");
    long to = time(input, "to");
    if (to <= from) {
      throw Failure.body("to", "must be after 'from'");
    }
    Destinations.check(tx, scope, destinationId);
    if (sourceId != null) {
      Sources.check(tx, scope, sourceId);
    }
    if (connectionId != null) {
      sourceId = sourceOf(Connections.get(tx, scope, connectionId), destinationId, sourceId);
    }
    SelectionInput filter = SelectionInput.of(input);
    return new Replays.Replay(
        filter.replayed(sourceId),
        filter.rules(),
        destinationId,
        connectionId,
        from,
        to,
        input.integer("max_events", 1, 10_000, 1_000),
        input.flag("retry", false));
  }

  private static long time(Input input, String field) {
    Long time = input.time(field, null);
    if (time == null) {
      throw Failure.body(field, "must be an ISO 8601 time with an offset");
    }
    return time;
  }

  private static String sourceOf(
      Connection connection, String destinationId, @Nullable String sourceId) {
    if (!connection.ends().destinationId().equals(destinationId)) {
      throw Failure.body("connection_id", "must be a connection to the destination");
    }
    if (sourceId != null && !connection.ends().sourceId().equals(sourceId)) {
      throw Failure.body("connection_id", "must be a connection of the source");
    }
    return connection.ends().sourceId();
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    return database.read(tx -> {
      Map<String, Replays.Ended> ended = new HashMap<>();
      return new Listing<Job>("jobs", Job::id, job -> row(job, ended))
          .answer(
              Params.of(request),
              (below, limit) -> {
                List<Job> jobs = replays.list(tx, scope, Job.Kind.REPLAY, below, limit);
                ended.putAll(Replays.ended(tx, jobs));
                return jobs;
              });
    });
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, THING);
    return database.read(tx -> {
      Job job = replays.get(tx, scope, Job.Kind.REPLAY, id);
      return Response.json(
          200, Json.object().put("job", row(job, Replays.ended(tx, List.of(job)))).build());
    });
  }

  private Response cancel(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    replays.cancel(scope, Job.Kind.REPLAY, Path.id(request, THING));
    return Response.json(200, Fields.SUCCESS);
  }

  private static Json row(Job job, Map<String, Replays.Ended> all) {
    Replays.Replay replay = Replays.Replay.of(job);
    Replays.Ended ended = all.getOrDefault(job.id(), new Replays.Ended(0, 0));
    return Json.object()
        .put("id", job.id())
        .put("destination_id", replay.destinationId())
        .put("source_id", replay.events().sourceId())
        .put("connection_id", replay.connectionId())
        .put("from", Times.format(replay.from()))
        .put("to", Times.format(replay.to()))
        .put("rate_limit", job.rateLimit())
        .put("max_events", replay.maxEvents())
        .put("retry", replay.retry())
        .put("status", job.status().word())
        .put("total", job.progress().total())
        .put("processed", job.progress().processed())
        .put("succeeded", ended.succeeded())
        .put("failed", ended.failed())
        .put("error", job.error())
        .put("created_at", Times.format(job.times().created()))
        .put("started_at", Fields.time(job.times().started()))
        .put("completed_at", Fields.time(job.times().completed()))
        .build();
  }
}
