package dev.catchment.log;

import dev.catchment.base.Scope;
import org.jspecify.annotations.Nullable;

/**
 * What came in, as it came in. Never changed after append.
 *
 * @param id 32 lower-case hex digits, UUIDv7 of the time of receipt
 * @param scope whose it is
 * @param sourceId the source it came to
 * @param request the request's facts
 * @param body the raw bytes; not to be modified
 * @param receivedAt milliseconds since 1970
 */
public record Event(
    String id, Scope scope, String sourceId, RequestFacts request, byte[] body, long receivedAt) {

  /**
   * The facts of the request beside its body.
   *
   * @param method {@code POST}, …
   * @param headersJson a JSON object of lower-case names to values, repeated values joined by
   *     {@code ", "}
   * @param queryJson a JSON object of names to a value or an array of values
   * @param contentType as sent
   * @param sourceIp the client's address as text
   */
  public record RequestFacts(
      String method,
      String headersJson,
      String queryJson,
      @Nullable String contentType,
      @Nullable String sourceIp) {}

  /** About how many bytes it holds in memory. */
  long weight() {
    return body.length + 2L * (request.headersJson().length() + request.queryJson().length()) + 512;
  }
}
