package dev.catchment.ingest;

import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.verify.SignedRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A request as it came to an ingest URL.
 *
 * @param sourceId as written in the URL
 * @param facts the request beside its body
 * @param lines the headers as they came, one entry a line
 * @param url the path with its query, nothing decoded
 * @param body the raw bytes, already counted against the server's limit
 */
public record Received(
    String sourceId,
    Event.RequestFacts facts,
    List<Map.Entry<String, String>> lines,
    String url,
    byte[] body) {

  /** A request as it was kept: repeated headers are joined, and the query is encoded anew. */
  public Received(String sourceId, Event.RequestFacts facts, byte[] body) {
    this(sourceId, facts, lines(facts), "/v1/ingest/" + sourceId + query(facts), body);
  }

  private static List<Map.Entry<String, String>> lines(Event.RequestFacts facts) {
    return ((Json.Obj) Json.read(facts.headersJson()))
        .members().entrySet().stream()
            .map(header -> Map.entry(header.getKey(), text(header.getValue())))
            .toList();
  }

  private static String query(Event.RequestFacts facts) {
    StringBuilder query = new StringBuilder();
    ((Json.Obj) Json.read(facts.queryJson()))
        .members()
        .forEach((name, value) -> {
          List<Json> values = value instanceof Json.Arr array ? array.items() : List.of(value);
          for (Json one : values) {
            query.append(query.isEmpty() ? '?' : '&').append(encoded(name));
            query.append('=').append(encoded(text(one)));
          }
        });
    return query.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String text(Json value) {
    return value instanceof Json.Str(String text) ? text : value.text();
  }

  SignedRequest signed() {
    return new SignedRequest(facts.method(), url, lines, body);
  }
}
