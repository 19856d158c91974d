package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Receiver;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** What clients of {@code /v1/ws} hear from a whole node. */
final class LiveTest {
  private static final Json.Obj NOTHING = Json.object().build();
  private static final byte[] NO_BODY = {};

  @BothDatabases
  void eventsAreToldToThoseWhoSubscribedAndNoOthers(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("orders", NOTHING);
      String other = node.source("others", NOTHING);
      try (LiveClient all = LiveClient.of(node, "events");
          LiveClient one = LiveClient.of(node, "events:src_" + source);
          LiveClient none = LiveClient.of(node, "")) {
        assertThat(LiveClient.at(all.next("welcome"), "channels")).isEqualTo("[\"events\"]");
        assertThat(LiveClient.at(one.next("welcome"), "channels"))
            .isEqualTo("[\"events:" + source + "\"]");
        assertThat(LiveClient.at(none.next("welcome"), "channels")).isEqualTo("[]");

        String first = node.ingest(other, "{\"n\":1}".getBytes(UTF_8));
        String second = node.ingest(source, "{\"n\":2}".getBytes(UTF_8), "Content-Type", "a/b");

        assertThat(LiveClient.at(all.next("event"), "data", "id")).isEqualTo(first);
        Json.Obj event = all.next("event");
        assertThat(LiveClient.at(event, "channel")).isEqualTo("events");
        assertThat(LiveClient.at(event, "data", "id")).isEqualTo(second);
        assertThat(LiveClient.at(one.next("event"), "data", "id")).isEqualTo(second);
        Json.Obj row = (Json.Obj) Json.read(LiveClient.at(event, "data"));
        Json.Obj shown =
            (Json.Obj)
                Json.read(
                    LiveNode.text(
                        node.call("GET", "/v1/events/" + second, NO_BODY).body(), "event"));
        assertThat(row.members().keySet()).containsExactlyElementsOf(shown.members().keySet());
        assertThat(LiveClient.at(event, "data", "payload")).isEqualTo("{\"n\":2}");

        none.say("{\"type\":\"ping\"}").next("pong");
        all.say("{\"type\":\"unsubscribe\",\"channel\":\"events\"}").next("unsubscribed");
        String third = node.ingest(source, "3".getBytes(UTF_8));
        assertThat(LiveClient.at(one.next("event"), "data", "id")).isEqualTo(third);
        all.say("{\"type\":\"ping\"}").next("pong");
        assertThat(all.hasMore() || none.hasMore()).isFalse();
      }
    }
  }

  @BothDatabases
  void deliveriesAreToldAtEachChangeOfStatus(BothDatabases.Store store) throws Exception {
    try (Receiver receiver = Receiver.start();
        LiveNode node = new LiveNode(store)) {
      String source = node.source("orders", NOTHING);
      String destination = node.destination("there", receiver.url("/there"));
      node.connect(source, destination);
      try (LiveClient client = LiveClient.of(node, "deliveries:" + destination)) {
        client.next("welcome");
        String event = node.ingest(source, "{}".getBytes(UTF_8));

        Json.Obj pending = client.next("delivery");
        assertThat(LiveClient.at(pending, "data", "status")).isEqualTo("pending");
        assertThat(LiveClient.at(pending, "data", "response_status")).isEqualTo("null");
        assertThat(LiveClient.at(pending, "data", "event_id")).isEqualTo(event);
        Json.Obj success = client.next("delivery");
        assertThat(LiveClient.at(success, "data", "status")).isEqualTo("success");
        assertThat(LiveClient.at(success, "data", "id"))
            .isEqualTo(LiveClient.at(pending, "data", "id"));
        assertThat(LiveClient.at(success, "channel")).isEqualTo("deliveries:" + destination);
      }
    }
  }

  @BothDatabases
  void deliveriesThatEndWithWhatIsDeletedAreTold(BothDatabases.Store store) throws Exception {
    try (Receiver receiver = Receiver.start();
        LiveNode node = new LiveNode(store);
        LiveClient client = LiveClient.of(node, "deliveries")) {
      client.next("welcome");
      String source = node.source("orders", NOTHING);
      String destination = node.destination("there", receiver.url("/there"));
      byte[] paused = "{\"status\":\"paused\"}".getBytes(UTF_8);
      node.call("PATCH", "/v1/destinations/" + destination, paused);
      for (String what : List.of("Connection", "Destination")) {
        String connection =
            node.make(
                "connection",
                Json.object()
                    .put("name", "c")
                    .put("source_id", source)
                    .put("destination_id", destination)
                    .build());
        node.ingest(source, "{}".getBytes(UTF_8));
        Json.Obj pending = client.next("delivery");
        assertThat(LiveClient.at(pending, "data", "status")).isEqualTo("pending");
        String path =
            what.equals("Connection")
                ? "/v1/connections/" + connection
                : "/v1/destinations/" + destination + "?cascade=true";
        assertThat(node.call("DELETE", path, NO_BODY).statusCode()).isEqualTo(200);
        Json.Obj failed = client.next("delivery");
        assertThat(LiveClient.at(failed, "data", "id"))
            .isEqualTo(LiveClient.at(pending, "data", "id"));
        assertThat(LiveClient.at(failed, "data", "status")).isEqualTo("failed");
        assertThat(LiveClient.at(failed, "data", "error")).isEqualTo(what + " deleted");
      }
    }
  }

  @BothDatabases
  void recordsAreToldAsTheyChange(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("orders", NOTHING);
      String collection =
          node.make(
              "collection",
              Json.object()
                  .put("name", "Orders")
                  .put("slug", "orders")
                  .put("source_id", source)
                  .put("primary_key_path", "id")
                  .put(
                      "options",
                      Json.read(
                          "{\"delete_when\":[{\"field\":\"gone\",\"op\":\"eq\",\"value\":true}]}"))
                  .build());
      try (LiveClient client = LiveClient.of(node, "collections:" + collection)) {
        client.next("welcome");
        String event = node.ingest(source, "{\"id\":\"a,b 1\"}".getBytes(UTF_8));
        Json.Obj upsert = client.next("record");
        assertThat(LiveClient.at(upsert, "data", "op")).isEqualTo("upsert");
        assertThat(LiveClient.at(upsert, "data", "record_key")).isEqualTo("a,b 1");
        assertThat(LiveClient.at(upsert, "data", "record", "data")).isEqualTo("{\"id\":\"a,b 1\"}");
        assertThat(LiveClient.at(upsert, "data", "event_id")).isEqualTo(event);

        node.ingest(source, "{\"id\":\"a,b 1\",\"gone\":true}".getBytes(UTF_8));
        Json.Obj delete = client.next("record");
        assertThat(LiveClient.at(delete, "data", "op")).isEqualTo("delete");
        assertThat(LiveClient.at(delete, "data", "record")).isEqualTo("null");
      }
    }
  }

  @BothDatabases
  void badMessagesAreAnsweredAndDoNotClose(BothDatabases.Store store) throws Exception {
    Map<String, String> answers =
        Map.of(
            "nonsense",
            "A message must be a JSON object",
            "[]",
            "A message must be a JSON object",
            "{}",
            "'type' must be subscribe, unsubscribe or ping",
            "{\"type\":\"subscribe\"}",
            "'channel' is required",
            "{\"type\":\"subscribe\",\"channel\":\"what is this\"}",
            "Unknown channel",
            "{\"type\":\"subscribe\",\"channel\":\"collections\"}",
            "Unknown channel",
            "{\"type\":\"subscribe\",\"channel\":\"issues:x\"}",
            "Unknown channel",
            "{\"type\":\"subscribe\",\"channel\":\"events:" + "0".repeat(32) + "\"}",
            "Source not found",
            "{\"type\":\"subscribe\",\"channel\":\"deliveries:x\"}",
            "Destination not found",
            "{\"type\":\"subscribe\",\"channel\":\"collections:" + "0".repeat(32) + "\"}",
            "Collection not found");
    try (LiveNode node = new LiveNode(store);
        LiveClient client = LiveClient.of(node, "events:x,issues,my.channel_1")) {
      assertThat(LiveClient.at(client.next("welcome"), "channels"))
          .isEqualTo("[\"issues\",\"my.channel_1\"]");
      assertThat(LiveClient.at(client.next("error"), "channel")).isEqualTo("events:x");
      for (Map.Entry<String, String> one : answers.entrySet()) {
        Json.Obj answer = client.say(one.getKey()).next("error");
        assertThat(LiveClient.at(answer, "error")).as(one.getKey()).isEqualTo(one.getValue());
      }
      for (int i = 2; i < 100; i++) {
        client.say("{\"type\":\"subscribe\",\"channel\":\"c" + i + "\"}").next("subscribed");
      }
      Json.Obj many = client.say("{\"type\":\"subscribe\",\"channel\":\"c\"}").next("error");
      assertThat(LiveClient.at(many, "error")).isEqualTo("At most 100 channels");
      client.say(" ".repeat(70_000));
      assertThat(client.code()).isEqualTo(1009);
    }
  }

  @BothDatabases
  void whoHasNoCredentialIsRefusedBeforeTheUpgrade(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      assertThatThrownBy(() -> new LiveClient(node, "/v1/ws"))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(WebSocketHandshakeException.class);
      assertThatThrownBy(() -> new LiveClient(node, "/v1/ws?token=wrong"))
          .hasCauseInstanceOf(WebSocketHandshakeException.class);
      try (LiveClient header = new LiveClient(node, "/v1/ws", "X-API-Key", LiveNode.KEY)) {
        header.next("welcome");
      }
      HttpResponse<byte[]> plain = node.call("GET", "/v1/ws", NO_BODY);
      assertThat(plain.statusCode()).isEqualTo(426);
      assertThat(plain.headers().firstValue("Sec-WebSocket-Version")).contains("13");
    }
  }

  @BothDatabases
  void aCookieCountsOnlyFromAPageThatIsAllowed(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String cookie = "better-auth.session_token=" + LiveNode.KEY;
      try (LiveClient own =
          new LiveClient(
              node, "/v1/ws", "Cookie", cookie, "Origin", "http://127.0.0.1:" + node.port())) {
        own.next("welcome");
      }
      assertThatThrownBy(() ->
              new LiveClient(
                  node, "/v1/ws", "Cookie", cookie, "Origin", "https://elsewhere.example"))
          .satisfies(e ->
              assertThat(
                      ((WebSocketHandshakeException) java.util.Objects.requireNonNull(e.getCause()))
                          .getResponse()
                          .statusCode())
                  .isEqualTo(403));
    }
  }

  @BothDatabases
  void aSubscriberOfOneNodeHearsWhatAnotherDid(BothDatabases.Store store) throws Exception {
    try (Receiver receiver = Receiver.start();
        LiveNode near = new LiveNode(store)) {
      LiveNode far = store.isPostgres() ? new LiveNode(store) : near;
      String source = far.source("orders", NOTHING);
      far.connect(source, far.destination("there", receiver.url("/there")));
      String collection =
          far.make(
              "collection",
              Json.object()
                  .put("name", "Orders")
                  .put("slug", "orders")
                  .put("source_id", source)
                  .put("primary_key_path", "id")
                  .build());
      for (LiveNode node : new LiveNode[] {near, far}) {
        try (LiveClient client =
            LiveClient.of(node, "events,deliveries,collections:" + collection)) {
          client.next("welcome");
          far.ingest(source, ("{\"id\":" + node.port() + "}").getBytes(UTF_8));
          // An event, an upsert, an attempt that begins and ends, in an order of their own.
          assertThat(java.util.List.of(client.next(), client.next(), client.next(), client.next()))
              .extracting(message -> LiveClient.at(message, "type"))
              .containsExactlyInAnyOrder("event", "record", "delivery", "delivery");
        }
      }
      if (far != near) {
        far.close();
      }
    }
  }

  @BothDatabases
  void aNodeThatStopsSaysSo(BothDatabases.Store store) throws Exception {
    LiveNode node = new LiveNode(store);
    try (LiveClient client = LiveClient.of(node, "events")) {
      client.next("welcome");
      node.close();
      assertThat(client.code()).isEqualTo(1001);
    }
  }
}
