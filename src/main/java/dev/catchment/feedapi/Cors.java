package dev.catchment.feedapi;

import dev.catchment.http.Request;
import dev.catchment.http.Response;
import java.util.List;
import java.util.Optional;

/**
 * Reading across origins, by the fetch standard.
 *
 * @param origins exact origins, the literal {@code null}, or {@code *}; empty when it is off
 */
record Cors(List<String> origins) {
  boolean isOn() {
    return !origins.isEmpty();
  }

  private Optional<String> allowed(Request request) {
    Optional<String> origin = request.headers().first("Origin");
    return origins.contains("*") ? origin.map(any -> "*") : origin.filter(origins::contains);
  }

  boolean isPreflight(Request request) {
    return isOn()
        && request.method().equals("OPTIONS")
        && request.headers().first("Origin").isPresent()
        && request.headers().first("Access-Control-Request-Method").isPresent();
  }

  Response preflight(Request request, String vary) {
    Response response = Response.empty(204).with("Allow", FeedApi.METHODS).with("Vary", vary);
    return allowed(request)
        .map(origin ->
            response
                .with("Access-Control-Allow-Origin", origin)
                .with("Access-Control-Allow-Methods", FeedApi.METHODS)
                .with("Access-Control-Allow-Headers", "X-API-Key, If-None-Match"))
        .orElse(response);
  }

  /** The answer, readable by the page that asked if its origin is listed. */
  Response readable(Request request, Response response) {
    return allowed(request)
        .map(origin ->
            response
                .with("Access-Control-Allow-Origin", origin)
                .with("Access-Control-Expose-Headers", "ETag, X-Request-Id"))
        .orElse(response);
  }
}
