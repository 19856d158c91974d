package dev.catchment.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Map;

/** Puts an answer that is whole on the wire. */
final class AnswerWriter {
  private AnswerWriter() {}

  /**
   * Answers the request, with its id in {@code X-Request-Id}. A body is left out, and its length
   * with it, where RFC 9110 allows none: with 204 and 304; an answer to HEAD tells the length
   * alone.
   */
  static void write(Response response, HttpServerRequest request, String id) {
    HttpServerResponse out = request.response();
    out.setStatusCode(response.status());
    List<Map.Entry<String, String>> headers = response.headers();
    for (Map.Entry<String, String> header : headers) {
      out.headers().add(header.getKey(), header.getValue());
    }
    out.putHeader("X-Request-Id", id);
    boolean bodiless = response.status() == 204 || response.status() == 304;
    if (!bodiless) {
      out.putHeader("Content-Length", Integer.toString(response.body().length));
    }
    var _ =
        bodiless || HttpMethod.HEAD.equals(request.method())
            ? out.end()
            : out.end(Buffer.buffer(response.body()));
  }
}
