package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.OpenApi;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A whole node with one collection that is filled by imports; answers are held to the document. */
final class SeededNode implements AutoCloseable {
  private static final OpenApi DOCUMENT = OpenApi.gateway();

  final LiveNode node;
  final String sourceId;
  final String collectionId;

  SeededNode(BothDatabases.Store store, Json.Obj collection) {
    this(store, collection, Map.of());
  }

  /** The same with further settings from the environment. */
  SeededNode(BothDatabases.Store store, Json.Obj collection, Map<String, String> more) {
    this.node = new LiveNode(store, more);
    this.sourceId = node.source("orders", Json.object().build());
    this.collectionId = make("orders", collection);
  }

  private SeededNode(LiveNode node, String sourceId, String collectionId) {
    this.node = node;
    this.sourceId = sourceId;
    this.collectionId = collectionId;
  }

  /** The same node, looked at through another of its collections. */
  SeededNode over(String otherCollectionId) {
    return new SeededNode(node, sourceId, otherCollectionId);
  }

  /** A further collection of the same source. */
  String make(String slug, Json.Obj rules) {
    return node.make(
        "collection",
        Json.object()
            .put("name", "Orders")
            .put("slug", slug)
            .put("source_id", sourceId)
            .put("primary_key_path", "id")
            .putAll(rules)
            .build());
  }

  /** An answer of the collection. */
  HttpResponse<byte[]> call(String method, String rest, byte[] body) {
    String path = "/v1/collections/" + collectionId + rest;
    HttpResponse<byte[]> answer = node.call(method, path, body);
    DOCUMENT.check(
        method,
        path.replaceFirst("\\?.*", ""),
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse(null),
        answer.body());
    return answer;
  }

  String get(String rest) {
    HttpResponse<byte[]> answer = call("GET", rest, new byte[0]);
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertThat(answer.statusCode()).as(text).isEqualTo(200);
    return text;
  }

  Json.Obj json(String rest) {
    return (Json.Obj) Json.parse(get(rest)).orElseThrow();
  }

  /** The sentence of an error. */
  String error(int status, String rest) {
    HttpResponse<byte[]> answer = call("GET", rest, new byte[0]);
    assertThat(answer.statusCode()).as(rest).isEqualTo(status);
    return LiveNode.text(answer.body(), "error");
  }

  Json.Obj fill(String query, List<String> lines) {
    HttpResponse<byte[]> answer =
        call(
            "POST",
            "/import" + query,
            lines.stream().collect(Collectors.joining("\n")).getBytes(StandardCharsets.UTF_8));
    assertThat(answer.statusCode()).as(LiveNode.text(answer.body())).isEqualTo(200);
    return (Json.Obj) Json.parse(answer.body()).orElseThrow();
  }

  /** Fills it with data and waits for the records. */
  void records(String... data) {
    int before = count();
    assertThat(number(fill("", List.of(data)), "imported")).isEqualTo(data.length);
    awaitCount(before + data.length);
  }

  void awaitCount(int records) {
    LiveNode.await(records + " records", () -> count() == records);
  }

  int count() {
    byte[] answer = node.call("GET", "/v1/collections/" + collectionId, new byte[0]).body();
    return Integer.parseInt(LiveNode.text(answer, "collection", "record_count"));
  }

  static int number(Json.Obj object, String name) {
    return Integer.parseInt(LiveNode.text(object.bytes(), name));
  }

  /** As part of a query. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    node.close();
  }
}
