package dev.catchment.http;

import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An answer.
 *
 * @param status 200 to 599
 * @param headers names and values in order; {@code Content-Length} and {@code X-Request-Id} are
 *     added by the server
 * @param body not to be modified; empty for none
 */
public record Response(int status, List<Map.Entry<String, String>> headers, byte[] body)
    implements Answer {
  private static final byte[] NOTHING = {};

  /** A JSON answer. */
  public static Response json(int status, Json body) {
    return bytes(status, "application/json", body.bytes());
  }

  /** An answer with any content. */
  public static Response bytes(int status, String contentType, byte[] body) {
    return new Response(status, List.of(Map.entry("Content-Type", contentType)), body);
  }

  /** Plain text in UTF-8. */
  public static Response text(int status, String body) {
    return bytes(status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
  }

  /** An answer without a body. */
  public static Response empty(int status) {
    return new Response(status, List.of(), NOTHING);
  }

  /** The same answer with one more header. */
  public Response with(String name, String value) {
    List<Map.Entry<String, String>> more = new ArrayList<>(headers);
    more.add(Map.entry(name, value));
    return new Response(status, more, body);
  }
}
