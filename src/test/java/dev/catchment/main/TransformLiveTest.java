package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Hmac;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class TransformLiveTest {
  private final Receiver receiver = Receiver.start();

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void aTransformedBodyArrivesSignedAndAFailingTransformStopsNobody(BothDatabases.Store store)
      throws Exception {
    try (LiveNode node = new LiveNode(store, Map.of("CATCHMENT_DELIVERY_ALLOW_PRIVATE", "true"))) {
      String source = node.source("orders", Json.object().build());
      String destination =
          node.make(
              "destination",
              Json.object()
                  .put("name", "D")
                  .put("slug", "d")
                  .put("url", receiver.url("/hook"))
                  .put("signing_config", Json.object().put("secret", "hush").build())
                  .build());
      connect(node, source, destination, "{\"order\": id, \"big\": big}");
      connect(node, source, destination, "{\"a\": $pad(\"x\", 100000000)}");
      connect(node, source, destination, "$error(\"no such order\")");
      String event =
          node.ingest(source, "{\"id\":7, \"big\":12345678901234567890}".getBytes(UTF_8));

      Received received = receiver.awaitCount(1, Duration.ofSeconds(30)).getFirst();
      assertThat(received.text()).isEqualTo("{\"order\":7,\"big\":12345678901234567890}");
      assertThat(received.header("content-type")).isEqualTo("application/json");
      assertThat(received.header("x-hookstream-signature"))
          .isEqualTo("sha256=" + Hmac.hex("hush", received.body()));

      String dead = "/v1/delivery-attempts?is_dlq=1&event_id=" + event;
      LiveNode.await("two dead letters", () -> attempts(node, dead).items().size() == 2);
      assertThat(attempts(node, dead).items())
          .extracting(attempt -> text((Json.Obj) attempt, "error"))
          .containsExactlyInAnyOrder(
              "Transform error: no such order",
              "Transform error: a value of it grew larger than 32 MiB");
      assertThat(receiver.requests()).hasSize(1);
      node.assertHealthy();
    }
  }

  private static void connect(LiveNode node, String source, String destination, String expression) {
    node.make(
        "connection",
        Json.object()
            .put("name", "C")
            .put("source_id", source)
            .put("destination_id", destination)
            .put("transform_expression", expression)
            .build());
  }

  private static Json.Arr attempts(LiveNode node, String path) {
    Json answer = Json.parse(node.call("GET", path, new byte[0]).body()).orElseThrow();
    return (Json.Arr)
        Optional.ofNullable(((Json.Obj) answer).get("delivery_attempts")).orElseThrow();
  }

  private static String text(Json.Obj object, String name) {
    return object.get(name) instanceof Json.Str(String text) ? text : "";
  }
}
