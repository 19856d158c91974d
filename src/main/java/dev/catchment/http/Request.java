package dev.catchment.http;

import java.util.Locale;
import java.util.Map;

/**
 * One request with its whole body.
 *
 * @param head everything but the body
 * @param pathParameters the decoded values of the route's braces
 * @param body the raw bytes; not to be modified
 */
public record Request(Head head, Map<String, String> pathParameters, byte[] body) {

  /**
   * What is known before the body is read.
   *
   * @param id {@code req_} and 12 hex digits, also sent back as {@code X-Request-Id}
   * @param method in upper case
   * @param path undecoded, without the query
   * @param query the decoded query
   * @param headers as received
   * @param peer the address of the TCP peer as text
   * @param scheme {@code http} or {@code https}
   */
  public record Head(
      String id,
      String method,
      String path,
      Query query,
      Headers headers,
      String peer,
      String scheme) {
    /** The Host header as sent; empty when there is none. */
    public String host() {
      return headers.first("Host").orElse("");
    }
  }

  public String id() {
    return head.id();
  }

  public String method() {
    return head.method();
  }

  public Query query() {
    return head.query();
  }

  public Headers headers() {
    return head.headers();
  }

  /** Whether the client asks for server-sent events. */
  public boolean wantsEventStream() {
    return headers().all("Accept").stream()
        .anyMatch(accepted -> accepted.toLowerCase(Locale.ROOT).contains("text/event-stream"));
  }

  /** The value of a brace in the route's pattern. */
  public String path(String name) {
    String value = pathParameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("The route has no {" + name + "}");
    }
    return value;
  }
}
