package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.access.ApiKey;
import dev.catchment.access.ApiKeys;
import dev.catchment.access.NewApiKey;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.RawWebSocket;
import java.util.Map;

/** Who may follow what happens, and for how long. */
final class LiveAccessTest {
  private static NewApiKey key(ApiNode node, String scopes) {
    return node.database.write(tx -> node.keys.create(tx, node.scope, "k", scopes));
  }

  @BothDatabases
  void aRevokedKeyHearsNothingMore(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      NewApiKey revoked = key(node, "*");
      NewApiKey kept = key(node, "*");
      try (RawWebSocket socket = open(node, revoked);
          RawWebSocket other = open(node, kept)) {
        assertThat(socket.next().text()).contains("welcome");
        assertThat(other.next().text()).contains("welcome");
        node.database.write(tx -> {
          ApiKeys.revoke(tx, node.scope.orgId(), ApiKey.Kind.GATEWAY, revoked.key().id());
          return true;
        });
        assertThat(socket.next().code()).isEqualTo(1008);
        other.text("{\"type\":\"ping\"}");
        assertThat(other.next().text()).contains("pong");
      }
    }
  }

  private static RawWebSocket open(ApiNode node, NewApiKey key) throws Exception {
    return new RawWebSocket(
        node.server.port(), "/v1/ws", "Authorization: Bearer " + key.text().reveal());
  }

  @BothDatabases
  void aKeyHearsOnlyWhatItMayRead(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      NewApiKey events = key(node, "events:read");
      Map<String, String> header = Map.of("X-API-Key", events.text().reveal());
      assertThat(node.send("GET", "/v1/events/stream?channels=deliveries", "", header).status())
          .isEqualTo(403);
      assertThat(node.send("HEAD", "/v1/events/stream", "", header).status()).isEqualTo(200);
      try (RawWebSocket refused = open(node, events);
          RawWebSocket narrow = open(node, key(node, "ws:read"))) {
        assertThat(refused.status).startsWith("HTTP/1.1 403");
        assertThat(narrow.status).startsWith("HTTP/1.1 101");
      }
    }
  }
}
