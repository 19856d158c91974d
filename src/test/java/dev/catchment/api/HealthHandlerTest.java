package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.http.Router;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.http.Site;
import dev.catchment.testkit.OpenApi;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** What the health says, and whether it calls the server ready. */
final class HealthHandlerTest {
  private static HttpResponse<byte[]> ask(HealthHandler.Health health) throws Exception {
    Router router = new Router(new GatewayProblems());
    new HealthHandler("1.2.3", InstantSource.system(), () -> health).routes(router);
    Server server =
        Server.start(
            new ServerSettings(0, "127.0.0.1", 1),
            head -> new Site.Door(router, head.path()),
            new SecureRandom());
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/health"))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      OpenApi.gateway()
          .check("GET", "/v1/health", answer.statusCode(), "application/json", answer.body());
      return answer;
    } finally {
      server.close();
    }
  }

  @Test
  void aRetentionThatFailsIsNamedAndLeavesTheServerReady() throws Exception {
    HttpResponse<byte[]> failing =
        ask(new HealthHandler.Health(HealthHandler.State.OK, "ok", "ok", false));
    assertThat(failing.statusCode()).isEqualTo(200);
    assertThat(new String(failing.body(), StandardCharsets.UTF_8))
        .contains("\"checks\":{\"storage\":\"ok\",\"delivery\":\"ok\",\"retention\":\"failing\"}");
    assertThat(new String(ask(HealthHandler.Health.ok()).body(), StandardCharsets.UTF_8))
        .endsWith("\"checks\":{\"storage\":\"ok\",\"delivery\":\"ok\"}}");
    assertThat(
            ask(new HealthHandler.Health(HealthHandler.State.DEGRADED, "failing", "ok", false))
                .statusCode())
        .isEqualTo(503);
  }
}
