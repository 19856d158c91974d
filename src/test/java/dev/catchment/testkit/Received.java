package dev.catchment.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One request as a {@link Receiver} read it.
 *
 * @param number its place in the order of arrival at the receiver, from 1
 * @param connection which of the receiver's connections it came on, from 1
 * @param path path and query
 * @param headers by lower-case name, repeated ones joined by {@code ", "}
 * @param headerLines as they were written, in order
 */
@SuppressWarnings("ArrayRecordComponent") // Tests compare the bytes themselves.
public record Received(
    int number,
    int connection,
    String method,
    String path,
    Map<String, String> headers,
    List<String> headerLines,
    byte[] body) {
  /** The value of a header by lower-case name; empty when there was none. */
  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** The body as UTF-8. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
