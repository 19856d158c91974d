package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.http.Problems;
import dev.catchment.http.Response;
import dev.catchment.json.Json;

/** Errors of the gateway API: {@code {"error", "status", "request_id"}}. */
public final class GatewayProblems implements Problems {
  /** What is said when nobody knows better. */
  private static final long RETRY_AFTER_SECONDS = 5;

  @Override
  public Response of(Failure failure, String requestId) {
    int status = status(failure.code());
    Response response = problem(status, failure.sentence(), requestId);
    return switch (failure.code()) {
      case UNAUTHENTICATED -> response.with("WWW-Authenticate", "Bearer");
      case RATE_LIMITED, UNAVAILABLE ->
          response.with("Retry-After", Long.toString(retryAfter(failure)));
      default -> response;
    };
  }

  private static long retryAfter(Failure failure) {
    return failure.retryAfterSeconds() == 0 ? RETRY_AFTER_SECONDS : failure.retryAfterSeconds();
  }

  private static int status(Failure.Code code) {
    return switch (code) {
      case INVALID -> 400;
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN -> 403;
      case NOT_FOUND -> 404;
      case CONFLICT -> 409;
      case GONE -> 410;
      case TOO_LARGE -> 413;
      case UNPROCESSABLE -> 422;
      case RATE_LIMITED -> 429;
      case UNAVAILABLE -> 503;
    };
  }

  @Override
  public Response broken(String requestId) {
    return problem(500, "Internal server error", requestId);
  }

  @Override
  public Response pathNotFound(String requestId) {
    return problem(404, "Not found", requestId);
  }

  @Override
  public Response methodNotAllowed(String allow, String requestId) {
    return problem(405, "Method not allowed", requestId).with("Allow", allow);
  }

  @Override
  public Response upgradeRequired(String requestId) {
    return problem(426, "A WebSocket handshake is required", requestId)
        .with("Upgrade", "websocket")
        .with("Connection", "Upgrade")
        .with("Sec-WebSocket-Version", "13");
  }

  private static Response problem(int status, String sentence, String requestId) {
    return Response.json(
        status,
        Json.object()
            .put("error", sentence)
            .put("status", status)
            .put("request_id", requestId)
            .build());
  }
}
