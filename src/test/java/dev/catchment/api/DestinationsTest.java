package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.TestSend;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Identity;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The settings of destinations, their circuits and their tests. */
final class DestinationsTest {
  @TempDir Path folder;

  @BothDatabases
  void aNewDestinationShowsEveryEffectiveValue(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.destination("d");
      Json row = node.get("/v1/destinations/" + id).at("destination");
      assertThat(((Json.Obj) row).members())
          .containsEntry("method", Json.of("POST"))
          .containsEntry("timeout_ms", Json.of(30_000))
          .containsEntry("auth_type", Json.of("none"))
          .containsEntry("retry_enabled", Json.of(1))
          .containsEntry("retry_max_attempts", Json.of(5))
          .containsEntry("retry_intervals", Json.of("[30,300,1800,7200,86400]"))
          .containsEntry("circuit_breaker_enabled", Json.of(1))
          .containsEntry("circuit_breaker_threshold", Json.of(5))
          .containsEntry("circuit_breaker_reset_ms", Json.of(60_000))
          .containsEntry("retry_jitter", Json.of(1))
          .containsEntry("rate_limit_per_second", Json.nil())
          .containsEntry("max_in_flight", Json.of(10))
          .containsEntry("ordered", Json.of(0))
          .containsEntry("order_key_path", Json.nil());
    }
  }

  @BothDatabases
  void theListIsCutToAType(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      node.destination("d");
      assertThat(node.get("/v1/destinations?type=http").size("destinations")).isEqualTo(1);
      assertThat(node.get("/v1/destinations?type=kafka").size("destinations")).isZero();
      ApiNode.Answer unknown = node.get("/v1/destinations?type=htpp");
      assertThat(unknown.status()).isEqualTo(400);
      assertThat(unknown.text("error")).contains("'type' must be");
    }
  }

  @BothDatabases
  void paceAndOrderAreKeptAndCleared(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String path = "/v1/destinations/" + node.destination("d");
      ApiNode.Answer set =
          node.patch(
              path,
              "{\"rate_limit_per_second\":7,\"ordered\":true,\"order_key_path\":\"data.id\","
                  + "\"max_retries\":3,\"backoff_type\":\"fixed\",\"intervals\":[9],\"timeout\":2.5}");
      assertThat(set.status()).isEqualTo(200);
      Json row = node.get(path).at("destination");
      assertThat(((Json.Obj) row).members())
          .containsEntry("rate_limit_per_second", Json.of(7))
          .containsEntry("ordered", Json.of(1))
          .containsEntry("order_key_path", Json.of("data.id"))
          .containsEntry("retry_max_attempts", Json.of(3))
          .containsEntry("retry_backoff_type", Json.of("fixed"))
          .containsEntry("retry_intervals", Json.of("[9]"))
          .containsEntry("timeout_ms", Json.of(2_500));
      node.patch(path, "{\"rate_limit_per_second\":null,\"order_key_path\":null}");
      assertThat(node.get(path).at("destination", "rate_limit_per_second")).isEqualTo(Json.nil());
      assertThat(node.get(path).at("destination", "order_key_path")).isEqualTo(Json.nil());
    }
  }

  @BothDatabases
  void keysAndSecretsAreSealedMaskedAndKept(BothDatabases.Store store) throws Exception {
    Identity identity = Identity.make(folder, "client", "EC");
    String tls =
        Json.object()
            .put("client_cert_pem", identity.certificatePem())
            .put("client_key_pem", identity.keyPem())
            .build()
            .text();
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.made(
              "destination",
              "{\"name\":\"D\",\"slug\":\"d\",\"url\":\"https://d.example\",\"config\":{\"tls\":"
                  + tls
                  + "},\"auth_type\":\"oauth2_client_credentials\",\"auth_config\":{"
                  + "\"token_url\":\"https://t.example/token\",\"client_id\":\"c\","
                  + "\"client_secret\":\"a-long-client-secret\"}}");
      String path = "/v1/destinations/" + id;
      ApiNode.Answer shown = node.get(path);
      assertThat(shown.text("destination", "auth_config"))
          .contains("\"client_secret\":\"****cret\"");
      String provider = shown.text("destination", "provider_config");
      assertThat(provider).contains("\"client_key_pem\":\"****").doesNotContain("PRIVATE KEY");
      assertThat(node.stored("SELECT provider_config AS t FROM destinations"))
          .doesNotContain("PRIVATE");
      assertThat(node.stored("SELECT auth_config AS t FROM destinations"))
          .doesNotContain("a-long-client-secret");

      ApiNode.Answer same =
          node.patch(
              path,
              "{\"provider_config\":"
                  + provider
                  + ",\"auth_config\":"
                  + shown.text("destination", "auth_config")
                  + "}");
      assertThat(same.status()).as(same.body().text()).isEqualTo(200);
      assertThat(String.valueOf(node.opened(id).target().providerConfig())).contains("PRIVATE KEY");
      assertThat(String.valueOf(node.opened(id).target().authConfig()))
          .contains("a-long-client-secret");
    }
  }

  @BothDatabases
  void aCircuitIsShownAndClosed(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.destination("d");
      String path = "/v1/destinations/" + id + "/circuit";
      assertThat(node.get(path).body().text())
          .isEqualTo(
              "{\"circuit\":{\"destination_id\":\""
                  + id
                  + "\",\"state\":\"closed\",\"failure_count\":0,\"threshold\":5,"
                  + "\"reset_ms\":60000,\"last_transition_at\":null,\"next_probe_at\":null,"
                  + "\"queued_count\":0}}");
      node.database.write(tx -> {
        tx.update("UPDATE destinations SET failure_count = 5");
        return tx.update(
            "INSERT INTO circuits (destination_id, state, last_transition_at, next_probe_at)"
                + " VALUES (?, 'open', 1000, 4000000000000)",
            id);
      });
      ApiNode.Answer open = node.get(path);
      assertThat(open.text("circuit", "state")).isEqualTo("open");
      assertThat(open.text("circuit", "last_transition_at")).isEqualTo("1970-01-01T00:00:01.000Z");
      assertThat(open.text("circuit", "next_probe_at")).startsWith("2096-");
      ApiNode.Answer closed = node.post(path + "/reset", "");
      assertThat(closed.status()).isEqualTo(200);
      assertThat(closed.text("circuit", "state")).isEqualTo("closed");
      assertThat(closed.at("circuit", "failure_count")).isEqualTo(Json.of(0));
      for (String gone : new String[] {node.ids.next(), "x"}) {
        assertThat(node.get("/v1/destinations/" + gone + "/circuit").text("error"))
            .isEqualTo("Destination not found");
      }
      assertThat(node.send("GET", path, "", Map.of("X-API-Key", node.foreignKey())).status())
          .isEqualTo(404);
    }
  }

  @BothDatabases
  void aTestTellsWhatCameOfIt(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String path = "/v1/destinations/" + node.destination("d") + "/test";
      assertThat(node.post(path, "").body().text())
          .isEqualTo(
              "{\"success\":true,\"response_status\":200,\"duration_ms\":5,"
                  + "\"response_body\":\"ok\",\"error\":null}");
      assertThat(node.testBody).isEqualTo("{\"type\":\"catchment.test\"}");
      node.testSend = new TestSend(null, 30, null, "Could not connect");
      assertThat(node.post(path, "{\"payload\":[1,\"two\"]}").body().text())
          .isEqualTo(
              "{\"success\":false,\"response_status\":null,\"duration_ms\":30,"
                  + "\"response_body\":null,\"error\":\"Could not connect\"}");
      assertThat(node.testBody).isEqualTo("[1,\"two\"]");
      assertThat(node.post(path, "[").status()).isEqualTo(400);
      assertThat(node.post("/v1/destinations/" + node.ids.next() + "/test", "").status())
          .isEqualTo(404);
    }
  }
}
