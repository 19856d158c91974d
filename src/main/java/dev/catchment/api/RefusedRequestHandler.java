package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.ingest.Intake;
import dev.catchment.ingest.Reason;
import dev.catchment.ingest.Refusal;
import dev.catchment.ingest.Refused;
import dev.catchment.ingest.RefusedRequest;
import dev.catchment.ingest.RefusedRequests;
import dev.catchment.ingest.Sources;
import dev.catchment.json.Json;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/refused-requests}. */
public final class RefusedRequestHandler {
  private static final String SEGMENT = "refused-requests";
  private static final String THING = "Refused request";
  private static final long SUMMARY_MILLIS = Duration.ofHours(24).toMillis();

  /** Longer than an append takes; after it a replay that was cut off may be tried again. */
  private static final long REPLAY_MILLIS_MAX = 60_000;

  /** Judges a refused request anew. */
  @FunctionalInterface
  public interface Replay {
    /** Completes after the commit, or fails with what refuses the request now. */
    CompletionStage<Intake> replay(RefusedRequest request);
  }

  private final Database database;
  private final Gate gate;
  private final Replay replay;

  public RefusedRequestHandler(Database database, Gate gate, Replay replay) {
    this.database = database;
    this.gate = gate;
    this.replay = replay;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/refused-requests", this::list)
        .on("GET", "/v1/refused-requests/summary", this::summary)
        .on("GET", "/v1/refused-requests/{id}", this::get)
        .on("POST", "/v1/refused-requests/{id}/replay", this::replay);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    Window window = Window.of(request);
    RefusedRequests.Filter page = filter(params, window.from(), window.below());
    RefusedRequests.Filter all = filter(params, window.after(), window.before());
    return database.read(tx -> {
      var rows = RefusedRequests.list(tx, scope, page, window.page());
      long total = RefusedRequests.count(tx, scope, all, Window.COUNTED_MAX + 1);
      if (total == 0 && all.sourceId() != null) {
        Sources.check(tx, scope, all.sourceId());
      }
      return window.answer(
          "refused_requests",
          Window.Found.counted(rows, total),
          RefusedRequest::id,
          row -> json(row, false));
    });
  }

  private static RefusedRequests.Filter filter(
      Params params, @Nullable String from, @Nullable String below) {
    return new RefusedRequests.Filter(
        params.id("source_id", "Source"),
        params.words("reason", Reason.words()),
        params.text("source_ip"),
        from,
        below);
  }

  private Response summary(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    String after = params.idAt("after");
    String before = params.idAt("before");
    return database.read(tx -> {
      RefusedRequests.Filter filter =
          new RefusedRequests.Filter(
              params.id("source_id", "Source"),
              List.of(),
              null,
              after == null ? Ids.floor(tx.now() - SUMMARY_MILLIS) : after,
              before);
      var tallies = RefusedRequests.summary(tx, scope, filter);
      if (tallies.isEmpty() && filter.sourceId() != null) {
        Sources.check(tx, scope, filter.sourceId());
      }
      return Response.json(
          200,
          Json.object()
              .put(
                  "summary", Json.array(tallies.stream().map(RefusedRequestHandler::json).toList()))
              .build());
    });
  }

  private static Json json(RefusedRequests.Tally tally) {
    return Json.object()
        .put("source_id", tally.sourceId())
        .put("reason", tally.reason())
        .put("count", tally.count())
        .build();
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, THING);
    RefusedRequest row = database.read(tx -> RefusedRequests.get(tx, scope, id));
    return Response.json(200, Json.object().put("refused_request", json(row, true)).build());
  }

  private Response replay(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    String id = Path.id(request, THING);
    RefusedRequest row = database.read(tx -> RefusedRequests.get(tx, scope, id));
    if (row.obstacle() != null) {
      throw cannot(row.obstacle());
    }
    if (!database.write(tx -> RefusedRequests.claimReplay(tx, row, tx.now() + REPLAY_MILLIS_MAX))) {
      throw cannot("it is being replayed");
    }
    String eventId = null;
    try {
      eventId = eventId(replay.replay(row).toCompletableFuture().join());
    } catch (CompletionException e) {
      throw switch (e.getCause()) {
        case Refusal refusal -> told(refusal.failure());
        case Failure failure -> told(failure);
        case null, default -> e;
      };
    } finally {
      String became = eventId;
      database.write(tx -> {
        RefusedRequests.endReplay(tx, row, became);
        return true;
      });
    }
    return Response.json(200, Json.object().put("event_id", eventId).build());
  }

  private static String eventId(Intake intake) {
    return switch (intake) {
      case Intake.Accepted accepted -> accepted.eventId();
      case Intake.Asked asked -> throw cannot("it is a handshake");
      // Only its sender must not learn that it is refused.
      case Intake.Hidden hidden ->
          throw new Failure(Failure.Code.UNPROCESSABLE, "Invalid signature", null);
    };
  }

  /** What refuses the request must not look as if it were about the one who replays it. */
  private static Failure told(Failure refusal) {
    return switch (refusal.code()) {
      case NOT_FOUND, RATE_LIMITED, UNAVAILABLE -> refusal;
      case INVALID, UNAUTHENTICATED, FORBIDDEN, CONFLICT, GONE, TOO_LARGE, UNPROCESSABLE ->
          new Failure(Failure.Code.UNPROCESSABLE, refusal.sentence(), null);
    };
  }

  private static Failure cannot(String why) {
    return Failure.conflict("Refused request cannot be replayed: " + why);
  }

  /**
   * The row.
   *
   * @param whole with headers, query and body
   */
  private static Json json(RefusedRequest row, boolean whole) {
    Refused refused = row.refused();
    Json.ObjBuilder json =
        Json.object()
            .put("id", row.id())
            .put("org_id", refused.scope().orgId())
            .put("env_id", refused.scope().envId())
            .put("source_id", refused.sourceId())
            .put("source_name", row.sourceName())
            .put("source_slug", row.sourceSlug())
            .put("method", refused.facts().method());
    if (whole) {
      json.put("headers", Json.read(refused.facts().headersJson()))
          .put("query_params", Json.read(refused.facts().queryJson()));
    }
    json.put("content_type", refused.facts().contentType())
        .put("source_ip", refused.facts().sourceIp())
        .put("payload_size", refused.payloadSize());
    if (whole) {
      json.put("payload_inline", text(refused.body(), !row.truncated()));
    }
    return json.put("payload_truncated", Json.flag(row.truncated()))
        .put("reason", refused.reason().word())
        .put("detail", refused.detail())
        .put("response_status", refused.responseStatus())
        .put("received_at", Times.format(refused.receivedAt()))
        .put("replayed_event_id", row.replayedEventId())
        .build();
  }

  /**
   * The bytes as text; null when they are not UTF-8.
   *
   * @param whole whether they may not end inside a character
   */
  private static @Nullable String text(byte[] bytes, boolean whole) {
    CharBuffer chars = CharBuffer.allocate(bytes.length);
    CoderResult result =
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), chars, whole);
    return result.isError() ? null : chars.flip().toString();
  }
}
