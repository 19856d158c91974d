package dev.catchment.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What of a request is there before its body. */
final class Heads {
  private Heads() {}

  /** The head of a request that has just begun. */
  static Request.Head of(Shared shared, HttpServerRequest http) {
    String query = http.query();
    String path = http.path();
    return new Request.Head(
        "req_" + HexFormat.of().toHexDigits(shared.random.nextLong(), 12),
        http.method().name(),
        path == null ? "/" : path,
        Query.parse(query == null ? "" : query),
        headers(http),
        http.remoteAddress().hostAddress(),
        http.isSSL() ? "https" : "http");
  }

  /** HTTP/2 carries the host as {@code :authority}; handlers find it where HTTP/1.1 has it. */
  private static Headers headers(HttpServerRequest http) {
    List<Map.Entry<String, String>> entries = http.headers().entries();
    HostAndPort authority = http.authority();
    if (authority != null && http.getHeader("Host") == null) {
      entries = new ArrayList<>(entries);
      entries.add(Map.entry("Host", authority.toString()));
    }
    return new Headers(entries);
  }
}
