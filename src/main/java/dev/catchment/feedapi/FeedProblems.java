package dev.catchment.feedapi;

import dev.catchment.base.Failure;
import dev.catchment.http.Problems;
import dev.catchment.http.Response;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Map;

/** The error envelope: {@code {"error":{"code","message"}}}, with the exact texts. */
final class FeedProblems implements Problems {
  private static final int ID_LENGTH_MAX = 100;

  private final String vary;

  FeedProblems(String vary) {
    this.vary = vary;
  }

  Response missingKey() {
    return unauthorized(
        "MISSING_API_KEY", "API key is required. Provide it via the X-API-Key header.");
  }

  Response invalidKey() {
    return unauthorized("INVALID_API_KEY", "API key is invalid or has been revoked.");
  }

  private Response unauthorized(String code, String message) {
    return error(401, code, message).with("WWW-Authenticate", "ApiKey realm=\"feeds\"");
  }

  Response forbidden() {
    return error(403, "FORBIDDEN", "Access is denied for this API key.");
  }

  Response collectionNotFound(String id) {
    String shown =
        id.codePointCount(0, id.length()) <= ID_LENGTH_MAX
            ? id
            : id.substring(0, id.offsetByCodePoints(0, ID_LENGTH_MAX));
    return error(404, "COLLECTION_NOT_FOUND", "Collection '" + shown + "' not found");
  }

  Response notFound() {
    return error(404, "NOT_FOUND", "Resource not found");
  }

  Response wrongMethod() {
    return error(405, "METHOD_NOT_ALLOWED", "Method not allowed").with("Allow", FeedApi.METHODS);
  }

  Response badGateway() {
    return error(502, "BAD_GATEWAY", "Error communicating with upstream service");
  }

  Response unavailable() {
    return error(503, "SERVICE_UNAVAILABLE", "Service temporarily unavailable")
        .with("Retry-After", "5");
  }

  /**
   * 400 with every broken rule.
   *
   * @param fields names and what they must be, in order
   */
  Response invalid(List<Map.Entry<String, String>> fields) {
    List<Json.Obj> rows =
        fields.stream()
            .map(field ->
                Json.object().put("field", field.getKey()).put("message", field.getValue()).build())
            .toList();
    return response(
        400,
        Json.object()
            .put("code", "VALIDATION_ERROR")
            .put("message", "Request validation failed")
            .put("details", Json.object().put("fields", Json.array(rows)).build())
            .build());
  }

  @Override
  public Response of(Failure failure, String requestId) {
    return switch (failure.code()) {
      case UNAVAILABLE, RATE_LIMITED -> unavailable();
      case UNAUTHENTICATED -> invalidKey();
      case FORBIDDEN -> forbidden();
      case NOT_FOUND, GONE -> notFound();
      default -> invalid(List.of(Map.entry("body", failure.sentence())));
    };
  }

  @Override
  public Response broken(String requestId) {
    return error(500, "INTERNAL_ERROR", "An unexpected error occurred");
  }

  @Override
  public Response pathNotFound(String requestId) {
    return notFound();
  }

  @Override
  public Response methodNotAllowed(String allow, String requestId) {
    return wrongMethod();
  }

  private Response error(int status, String code, String message) {
    return response(status, Json.object().put("code", code).put("message", message).build());
  }

  private Response response(int status, Json error) {
    return Response.json(status, Json.object().put("error", error).build())
        .with("Cache-Control", "no-store")
        .with("Vary", vary);
  }
}
