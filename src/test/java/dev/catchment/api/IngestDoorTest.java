package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/** What an ingest URL answers beside an accepted event, and what it keeps of a request. */
final class IngestDoorTest {
  private static String status(String status) {
    return "{\"status\":\"" + status + "\"}";
  }

  @BothDatabases
  void probesAreAnsweredAndStoreNothing(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.source("s");
      String path = "/v1/ingest/" + id;
      assertThat(node.send("HEAD", path, "", Map.of()).status()).isEqualTo(200);
      ApiNode.Answer options = node.send("OPTIONS", path, "", Map.of());
      assertThat(options.status()).isEqualTo(204);
      assertThat(options.header("Allow").split(", "))
          .contains("GET", "POST", "PUT", "PATCH", "DELETE");
      assertThat(options.header("WebHook-Allowed-Origin")).isEmpty();
      ApiNode.Answer asked =
          node.send("OPTIONS", path, "", Map.of("WebHook-Request-Origin", "events.example"));
      assertThat(asked.status()).isEqualTo(204);
      assertThat(asked.header("WebHook-Allowed-Origin")).isEqualTo("events.example");
      assertThat(asked.header("WebHook-Allowed-Rate")).isEqualTo("*");
      HttpRequest below =
          HttpRequest.newBuilder(ingest(node, id + "/more"))
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      assertThat(node.client.send(below, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(404);
      assertThat(node.get("/v1/events").size("events")).isZero();
    }
  }

  @BothDatabases
  void aSourceThatTakesNothingSaysWhy(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.source("s");
      var _ = node.patch("/v1/sources/" + id, status("paused"));
      ApiNode.Answer paused = node.send("POST", "/v1/ingest/" + id, "{}", Map.of());
      assertThat(paused.status()).isEqualTo(503);
      assertThat(paused.text("error")).isEqualTo("Source is paused");
      assertThat(paused.header("Retry-After")).isEqualTo("60");
      var _ = node.patch("/v1/sources/" + id, status("disabled"));
      ApiNode.Answer disabled = node.send("POST", "/v1/ingest/" + id, "{}", Map.of());
      assertThat(disabled.status()).isEqualTo(403);
      assertThat(disabled.text("error")).isEqualTo("Source is disabled");
      for (String nobody : List.of("0".repeat(32), "nonsense")) {
        ApiNode.Answer unknown = node.send("POST", "/v1/ingest/" + nobody, "{}", Map.of());
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.text("error")).isEqualTo("Source not found");
      }
    }
  }

  @BothDatabases
  void anAnswerOfTheOwnersHasEachHeaderOnce(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.made(
              "source",
              "{\"name\":\"S\",\"slug\":\"s\",\"source_config\":{\"response\":{\"status_code\":202,"
                  + "\"body\":\"<ok/>\",\"headers\":{\"content-type\":\"text/xml\","
                  + "\"x-event-id\":\"none\",\"X-Own\":\"1\"}}}}");
      HttpRequest request =
          HttpRequest.newBuilder(ingest(node, id))
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      HttpResponse<String> answer = node.client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(answer.body()).isEqualTo("<ok/>");
      assertThat(answer.headers().allValues("Content-Type")).containsExactly("text/xml");
      assertThat(answer.headers().allValues("X-Own")).containsExactly("1");
      String event = node.get("/v1/events").text("events", 0, "id");
      assertThat(answer.headers().allValues("X-Event-Id")).containsExactly(event);
    }
  }

  @BothDatabases
  void everyMethodIsAnEventAndRepeatedHeadersAreKept(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.source("s");
      for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
        HttpRequest request =
            HttpRequest.newBuilder(ingest(node, "src_" + id + "?a=1&b=&a=%C3%A9&c"))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("X-Many", "one")
                .header("x-many", "two")
                .build();
        assertThat(node.client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
            .isEqualTo(200);
        String event = node.get("/v1/events?method=" + method).text("events", 0, "id");
        ApiNode.Answer row = node.get("/v1/events/" + event);
        assertThat(row.text("event", "headers", "x-many")).isEqualTo("one, two");
        assertThat(row.text("event", "query_params"))
            .isEqualTo("{\"a\":[\"1\",\"é\"],\"b\":\"\",\"c\":\"\"}");
        assertThat(row.text("event", "payload_size")).isEqualTo("0");
        assertThat(row.text("event", "payload_inline")).isEmpty();
      }
    }
  }

  @BothDatabases
  void aSenderCannotPutAnotherAddressBeforeTheProxysOwn(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.source("s");
      var _ = node.patch("/v1/sources/" + id, "{\"ip_allowlist\":[\"192.0.2.7\"]}");
      // Some proxies add a line of their own below what the sender wrote.
      HttpRequest request =
          HttpRequest.newBuilder(ingest(node, id))
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .header("X-Forwarded-For", "192.0.2.7")
              .header("X-Forwarded-For", "203.0.113.9")
              .build();
      HttpResponse<String> answer = node.client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.body()).contains("IP is not in allow list");
      ApiNode.Answer allowed =
          node.send("POST", "/v1/ingest/" + id, "{}", Map.of("X-Forwarded-For", "192.0.2.7"));
      assertThat(allowed.status()).isEqualTo(200);
    }
  }

  private static URI ingest(ApiNode node, String rest) {
    return URI.create("http://127.0.0.1:" + node.server.port() + "/v1/ingest/" + rest);
  }
}
