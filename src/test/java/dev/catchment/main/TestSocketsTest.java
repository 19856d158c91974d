package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.RawWebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who knows the id of a test session hears what it is sent, and nothing else. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TestSocketsTest {
  private static final byte[] NOTHING = new byte[0];

  private static String open(LiveNode node) {
    return LiveNode.text(node.call("POST", "/v1/test/sessions", NOTHING).body(), "session_id");
  }

  private static RawWebSocket follow(LiveNode node, String id) throws Exception {
    return new RawWebSocket(node.port(), "/v1/ws/test/" + id);
  }

  private static String text(RawWebSocket socket, String... path) throws Exception {
    return LiveNode.text(socket.nextButPing().payload(), path);
  }

  @BothDatabases
  void aStrangerFollowsTheEventsOfOneSession(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String id = open(node);
      String other = open(node);
      String source = node.source("s", Json.object().build());
      try (RawWebSocket socket = follow(node, "src_" + id)) {
        assertThat(socket.status).startsWith("HTTP/1.1 101");
        String channels = new String(socket.nextButPing().payload(), UTF_8);
        assertThat(channels).contains("\"type\":\"welcome\"", "[\"events:" + id + "\"]");

        node.ingest(source, "{}".getBytes(UTF_8));
        node.ingest(other, "{}".getBytes(UTF_8));
        String event = node.ingest(id, "{\"a\":1}".getBytes(UTF_8));
        byte[] message = socket.nextButPing().payload();
        assertThat(LiveNode.text(message, "type")).isEqualTo("event");
        assertThat(LiveNode.text(message, "channel")).isEqualTo("events:" + id);
        assertThat(LiveNode.text(message, "data", "id")).isEqualTo(event);
        assertThat(LiveNode.text(message, "data", "payload", "a")).isEqualTo("1");

        for (String channel :
            List.of("issues", "deliveries", "events:" + source, "events:" + other, "other")) {
          socket.text("{\"type\":\"subscribe\",\"channel\":\"" + channel + "\"}");
          assertThat(text(socket, "type")).as(channel).isEqualTo("error");
        }
        socket.text("{\"type\":\"subscribe\",\"channel\":\"events\"}");
        assertThat(text(socket, "type")).isEqualTo("subscribed");
        socket.text("{\"type\":\"ping\"}");
        assertThat(text(socket, "type")).isEqualTo("pong");
      }
    }
  }

  @BothDatabases
  void whatIsNoSessionIsNotThere(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("s", Json.object().build());
      for (String id : List.of(source, "0".repeat(32), "x", "%00")) {
        try (RawWebSocket socket = follow(node, id)) {
          assertThat(socket.status).as(id).startsWith("HTTP/1.1 404");
        }
      }
    }
  }

  @BothDatabases
  void theConnectionEndsWithTheSession(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String deleted = open(node);
      String claimed = open(node);
      String kept = open(node);
      try (RawWebSocket one = follow(node, deleted);
          RawWebSocket two = follow(node, claimed);
          RawWebSocket three = follow(node, kept)) {
        for (RawWebSocket socket : List.of(one, two, three)) {
          assertThat(text(socket, "type")).isEqualTo("welcome");
        }
        node.call("DELETE", "/v1/test/sessions/" + deleted, NOTHING);
        assertThat(one.nextButPing().code()).isEqualTo(1000);
        node.call("POST", "/v1/test/sessions/" + claimed + "/claim", NOTHING);
        assertThat(two.nextButPing().code()).isEqualTo(1000);
        // A change of how it answers does not end it.
        node.call(
            "PATCH",
            "/v1/test/sessions/" + kept + "/response",
            "{\"status_code\":201}".getBytes(UTF_8));
        node.call("POST", "/v1/ingest/" + kept, "{}".getBytes(UTF_8));
        assertThat(text(three, "type")).isEqualTo("event");
      }
      try (RawWebSocket gone = follow(node, claimed)) {
        assertThat(gone.status).startsWith("HTTP/1.1 404");
      }
    }
  }

  @BothDatabases
  void oneSessionIsFollowedByTwentyAtOnce(BothDatabases.Store store) throws Exception {
    List<RawWebSocket> sockets = new ArrayList<>();
    try (LiveNode node = new LiveNode(store)) {
      String id = open(node);
      for (int i = 0; i < 20; i++) {
        sockets.add(follow(node, id));
        assertThat(text(sockets.getLast(), "type")).isEqualTo("welcome");
      }
      try (RawWebSocket more = follow(node, id)) {
        assertThat(more.status).startsWith("HTTP/1.1 429");
        assertThat(more.headers).anyMatch(line -> line.equalsIgnoreCase("Retry-After: 60"));
      }
      try (RawWebSocket other = follow(node, open(node))) {
        assertThat(other.status).startsWith("HTTP/1.1 101");
      }
      sockets.removeFirst().close();
      LiveNode.await("a place", () -> isLetIn(node, id));
    } finally {
      for (RawWebSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private static boolean isLetIn(LiveNode node, String id) {
    try (RawWebSocket socket = follow(node, id)) {
      return socket.status.startsWith("HTTP/1.1 101");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void withoutTestSessionsThereIsNothingToFollow(@TempDir Path folder) throws Exception {
    try (LiveNode node =
            new LiveNode(
                new BothDatabases.Store("SQLite", "", folder),
                Map.of("CATCHMENT_TEST_SESSIONS_ACCESS", "off"));
        RawWebSocket socket = follow(node, "0".repeat(32))) {
      assertThat(socket.status).startsWith("HTTP/1.1 404");
    }
  }
}
