package dev.catchment.api;

import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.ingest.ClientAddress;
import dev.catchment.ingest.Ingest;
import dev.catchment.ingest.Intake;
import dev.catchment.ingest.RateWindow;
import dev.catchment.ingest.Received;
import dev.catchment.ingest.Refusal;
import dev.catchment.ingest.Source;
import dev.catchment.ingest.WrongDoor;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.trial.Aftermath;
import dev.catchment.verify.Answer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /v1/ingest/{source_id}}: takes webhooks in. Runs on the event loop throughout. */
public final class IngestHandler {
  private static final String PATH = "/v1/ingest/{source_id}";
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
  private static final String ALLOW = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

  private final Ingest ingest;
  private final RefusalAnswers refusals = new RefusalAnswers();
  private final GatewayProblems problems = new GatewayProblems();
  private final ClientAddress clientAddress;
  private final Aftermath aftermath;

  /**
   * Intake behind an ingest.
   *
   * @param aftermath what follows where a test session has accepted a request
   */
  public IngestHandler(Ingest ingest, ClientAddress clientAddress, Aftermath aftermath) {
    this.ingest = ingest;
    this.clientAddress = clientAddress;
    this.aftermath = aftermath;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    for (String method : METHODS) {
      router.async(method, PATH, this::accept, this::bodyMax, this::tooLarge);
    }
    router.async("HEAD", PATH, request -> now(Response.empty(200)), this::bodyMax);
    router.async("OPTIONS", PATH, request -> now(options(request)), this::bodyMax);
  }

  private int bodyMax(Request request) {
    return ingest.bodyMax(request.path("source_id"));
  }

  private CompletionStage<Response> accept(Request request) {
    Received received = received(request);
    return ingest
        .accept(received)
        .handle((intake, thrown) ->
            thrown == null ? answer(intake, received) : now(refused(request, thrown)))
        .thenCompose(Function.identity());
  }

  private CompletionStage<Response> answer(Intake intake, Received received) {
    Response answer = answer(intake);
    CompletionStage<Void> heldBack =
        intake instanceof Intake.Accepted accepted && accepted.source().isEphemeral()
            ? aftermath.of(accepted.source(), received)
            : null;
    return heldBack == null ? now(answer) : heldBack.thenApply(over -> answer);
  }

  private void tooLarge(Request request, long bytesRead) {
    ingest.tooLarge(received(request), bytesRead);
  }

  private Received received(Request request) {
    return new Received(
        request.path("source_id"),
        facts(request),
        request.headers().lines(),
        url(request),
        request.body());
  }

  /** Path and query as they came, which some senders sign. */
  private static String url(Request request) {
    String query = request.query().raw();
    return query.isEmpty() ? request.head().path() : request.head().path() + "?" + query;
  }

  private Response refused(Request request, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause instanceof Refusal refusal) {
      return withRate(refusals.answer(refusal, request.id()), refusal.rate());
    }
    if (cause instanceof WrongDoor) {
      return problems.methodNotAllowed("HEAD, OPTIONS", request.id());
    }
    throw new CompletionException(cause);
  }

  private static Response withRate(Response response, RateWindow.@Nullable Left rate) {
    return rate == null
        ? response
        : response
            .with("RateLimit-Limit", Integer.toString(rate.limit()))
            .with("RateLimit-Remaining", Integer.toString(rate.remaining()))
            .with("RateLimit-Reset", Integer.toString(rate.resetSeconds()));
  }

  private Event.RequestFacts facts(Request request) {
    Map<String, String> headers = request.headers().joined();
    Json.ObjBuilder headersJson = Json.object();
    headers.forEach(headersJson::put);
    Json.ObjBuilder queryJson = Json.object();
    request
        .query()
        .asMap()
        .forEach((name, values) ->
            queryJson.put(
                name, values.size() == 1 ? Json.of(values.getFirst()) : Json.texts(values)));
    return new Event.RequestFacts(
        request.method(),
        headersJson.build().text(),
        queryJson.build().text(),
        headers.get("content-type"),
        clientAddress.of(request.head().peer(), request.headers()::joined));
  }

  private static Response answer(Intake intake) {
    Response response =
        switch (intake) {
          case Intake.Accepted(String id, boolean duplicate, Source source, var rate) ->
              stored(source, id, duplicate);
          case Intake.Hidden(String id, Source source, var rate) -> stored(source, id, false);
          case Intake.Asked(Answer answer, var rate) -> asked(answer);
        };
    return withRate(response, intake.rate());
  }

  private static Response stored(Source source, String eventId, boolean duplicate) {
    if (source.config() != null && source.config().get("response") instanceof Json.Obj response) {
      Response answer = custom(source.acceptedStatus(), response, eventId);
      return duplicate ? answer.with("X-Deduplicated", "true") : answer;
    }
    // Written by hand: both values are hex digits, and this is the hottest answer of all.
    return Response.bytes(
        200,
        "application/json",
        ("{\"event_id\":\""
                + eventId
                + "\",\"source_id\":\""
                + source.id()
                + (duplicate ? "\",\"deduplicated\":true}" : "\"}"))
            .getBytes(StandardCharsets.UTF_8));
  }

  private static Response asked(Answer answer) {
    Response response =
        answer.contentType() == null
            ? Response.empty(answer.status())
            : Response.bytes(answer.status(), answer.contentType(), answer.body());
    for (Map.Entry<String, String> header : answer.headers()) {
      response = response.with(header.getKey(), header.getValue());
    }
    return response;
  }

  /** The answer that the source's owner wants senders to see. */
  private static Response custom(int status, Json.Obj wanted, String eventId) {
    String type = wanted.textOf("content_type", "application/json");
    String body = wanted.textOf("body", "");
    Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    if (wanted.get("headers") instanceof Json.Obj headers) {
      headers.members().forEach((name, value) -> more.put(name, ((Json.Str) value).value()));
    }
    // Neither may stand there twice.
    String otherType = more.remove("Content-Type");
    more.remove("X-Event-Id");
    Response response =
        Response.bytes(
                status, otherType == null ? type : otherType, body.getBytes(StandardCharsets.UTF_8))
            .with("X-Event-Id", eventId);
    for (Map.Entry<String, String> header : more.entrySet()) {
      response = response.with(header.getKey(), header.getValue());
    }
    return response;
  }

  private static Response options(Request request) {
    Response response = Response.empty(204).with("Allow", ALLOW);
    return request
        .headers()
        .first("WebHook-Request-Origin")
        .map(origin ->
            response.with("WebHook-Allowed-Origin", origin).with("WebHook-Allowed-Rate", "*"))
        .orElse(response);
  }

  private static CompletionStage<Response> now(Response response) {
    return CompletableFuture.completedFuture(response);
  }
}
