package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.RawWebSocket;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Senders that hand in events over WebSockets. */
final class SocketIngestTest {
  private static final String SECRET = "only a sender knows this";

  private static Json.ObjBuilder webSocket() {
    return Json.object().put("type", "websocket");
  }

  private static RawWebSocket open(LiveNode node, String source, String... headers)
      throws IOException {
    RawWebSocket socket = new RawWebSocket(node.port(), "/v1/ws/ingest/" + source, headers);
    assertThat(socket.status).startsWith("HTTP/1.1 101");
    return socket;
  }

  private static String status(LiveNode node, String path, String... headers) throws IOException {
    try (RawWebSocket socket = new RawWebSocket(node.port(), "/v1/ws/ingest/" + path, headers)) {
      return socket.status.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
    }
  }

  private static String answer(RawWebSocket socket, String... path) throws IOException {
    return LiveNode.text(socket.nextButPing().payload(), path);
  }

  @BothDatabases
  void eachMessageIsOneEventAndIsAnsweredInOrder(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("ticks", webSocket().build());
      try (RawWebSocket socket = open(node, source, "X-Sender: me", "Authorization: Bearer hush")) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
          socket.text("{\"n\":" + i + "}");
        }
        for (int i = 0; i < 300; i++) {
          ids.add(answer(socket, "event_id"));
        }
        assertThat(ids).isSorted();
        assertThat(new String(node.stored(ids.get(299)), UTF_8)).isEqualTo("{\"n\":299}");
        byte[] event = node.call("GET", "/v1/events/" + ids.getFirst(), new byte[0]).body();
        assertThat(LiveNode.text(event, "event", "method")).isEqualTo("WS");
        assertThat(LiveNode.text(event, "event", "content_type")).isEqualTo("application/json");
        assertThat(LiveNode.text(event, "event", "headers", "x-sender")).isEqualTo("me");
        assertThat(LiveNode.text(event, "event")).doesNotContain("hush");

        socket.text("plain");
        socket.raw(RawWebSocket.frame(true, RawWebSocket.BINARY, new byte[] {0, 1, (byte) 0xff}));
        String text = answer(socket, "event_id");
        String binary = answer(socket, "event_id");
        assertThat(type(node, text)).isEqualTo("text/plain");
        assertThat(type(node, binary)).isEqualTo("application/octet-stream");
        assertThat(node.stored(binary)).containsExactly(0, 1, 0xff);
        Set<String> all = new HashSet<>(ids);
        assertThat(all).hasSize(300);
        assertThat(node.events(source)).isEqualTo(302);
      }
    }
  }

  private static String type(LiveNode node, String eventId) {
    byte[] event = node.call("GET", "/v1/events/" + eventId, new byte[0]).body();
    return LiveNode.text(event, "event", "content_type");
  }

  @BothDatabases
  void theSecretIsAskedForOnceAtTheHandshake(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("ticks", webSocket().put("verification_secret", SECRET).build());
      assertThat(status(node, source)).isEqualTo("401");
      assertThat(status(node, source, "Authorization: Bearer " + SECRET + "x")).isEqualTo("401");
      assertThat(status(node, source + "?token=")).isEqualTo("401");
      for (String header : new String[] {"Authorization: bearer " + SECRET, "X-None: 1"}) {
        String query = header.startsWith("X") ? "?token=only%20a+sender%20knows%20this" : "";
        try (RawWebSocket socket = open(node, source + query, header)) {
          socket.text("1");
          String event = answer(socket, "event_id");
          byte[] row = node.call("GET", "/v1/events/" + event, new byte[0]).body();
          assertThat(LiveNode.text(row, "event", "verification_status")).isEqualTo("verified");
          assertThat(LiveNode.text(row, "event")).doesNotContain("sender knows");
        }
      }
      LiveNode.await(
          "the refusals are kept",
          () ->
              LiveNode.text(
                      node.call("GET", "/v1/refused-requests?source_id=" + source, new byte[0])
                          .body(),
                      "pagination",
                      "total")
                  .equals("3"));
    }
  }

  @BothDatabases
  void eachSourceHasItsOwnDoor(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String socketSource = node.source("ticks", webSocket().build());
      String httpSource = node.source("hooks", Json.object().build());
      HttpResponse<byte[]> posted =
          node.call("POST", "/v1/ingest/" + socketSource, "1".getBytes(UTF_8));
      assertThat(posted.statusCode()).isEqualTo(405);
      assertThat(LiveNode.text(posted.body(), "error")).isEqualTo("Method not allowed");
      assertThat(status(node, httpSource)).isEqualTo("404");
      assertThat(status(node, "0".repeat(32))).isEqualTo("404");
      assertThat(status(node, "nonsense")).isEqualTo("404");
      byte[] row = node.call("GET", "/v1/sources/" + socketSource, new byte[0]).body();
      assertThat(LiveNode.text(row, "source", "ingest_url"))
          .startsWith("ws://")
          .endsWith("/v1/ws/ingest/" + socketSource);
    }
  }

  @BothDatabases
  void errorsAreAnsweredAndTheConnectionGoesOn(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source =
          node.source(
              "ticks",
              webSocket()
                  .put("source_config", Json.object().put("max_body_bytes", 20).build())
                  .put("dedup_enabled", true)
                  .put("schema_validation_enabled", true)
                  .put("json_schema", Json.read("{\"type\":\"object\"}"))
                  .build());
      // Only a source that is known has its own limit from the first message on.
      assertThat(status(node, source)).isEqualTo("101");
      try (RawWebSocket socket = open(node, source)) {
        socket.text("{\"a\":1}");
        assertThat(answer(socket, "source_id")).isEqualTo(source);
        socket.text("{\"a\":1}");
        assertThat(answer(socket, "deduplicated")).isEqualTo("true");
        socket.text("[]");
        assertThat(answer(socket, "error")).isEqualTo("Schema validation failed");
        socket.raw(RawWebSocket.frame(false, RawWebSocket.TEXT, "{\"aaaaaaa\":".getBytes(UTF_8)));
        socket.raw(RawWebSocket.frame(true, 0, "\"0123456789012345678\"}".getBytes(UTF_8)));
        assertThat(answer(socket, "error")).isEqualTo("Payload too large: limit is 20 bytes");
        node.call("PATCH", "/v1/sources/" + source, "{\"status\":\"paused\"}".getBytes(UTF_8));
        socket.text("{\"a\":2}");
        assertThat(answer(socket, "status")).isEqualTo("503");
        node.call("PATCH", "/v1/sources/" + source, "{\"status\":\"active\"}".getBytes(UTF_8));
        socket.text("{\"a\":2}");
        assertThat(answer(socket, "source_id")).isEqualTo(source);
      }
      assertThat(node.events(source)).isEqualTo(3);
    }
  }
}
