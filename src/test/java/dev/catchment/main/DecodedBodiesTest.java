package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Receiver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Timeout;

/** Compressed bodies are looked into up to ten times the ingest limit, whoever looks. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DecodedBodiesTest {
  private static final int LIMIT = 2_000;
  private static final Map<String, String> SETTINGS =
      Map.of("CATCHMENT_INGEST_MAX_BODY_BYTES", Integer.toString(LIMIT));

  @BothDatabases
  void theIngestLimitDecidesHowFarASchemaAndAKeyAreLookedFor(BothDatabases.Store store) {
    try (LiveNode node = new LiveNode(store, SETTINGS)) {
      String source =
          node.source(
              "checked",
              Json.object()
                  .put("dedup_enabled", true)
                  .put("dedup_strategy", "body_field")
                  .put("dedup_field", "id")
                  .put("schema_validation_enabled", true)
                  .put("json_schema", Json.object().put("type", "object").build())
                  .build());
      String path = "/v1/ingest/" + source;
      byte[] fits = gzip(10 * LIMIT);
      assertThat(LiveNode.text(send(node, path, fits, 200), "source_id")).isEqualTo(source);
      assertThat(LiveNode.text(send(node, path, fits, 200), "deduplicated")).isEqualTo("true");
      assertThat(LiveNode.text(send(node, path, gzip(10 * LIMIT + 1), 422), "error"))
          .isEqualTo("Schema validation failed");
    }
  }

  @BothDatabases
  void theIngestLimitDecidesHowFarRulesTransformsAndCollectionsLook(BothDatabases.Store store)
      throws InterruptedException {
    try (LiveNode node = new LiveNode(store, SETTINGS);
        Receiver receiver = Receiver.start()) {
      String source = node.source("plain", Json.object().build());
      String destination = node.destination("d", receiver.url("/"));
      Json rules =
          Json.array(
              List.of(Json.object().put("field", "id").put("op", "eq").put("value", 7).build()));
      String connection =
          node.make(
              "connection",
              Json.object()
                  .put("name", "c")
                  .put("source_id", source)
                  .put("destination_id", destination)
                  .put("filter_rules", rules)
                  .put("transform_expression", "{\"only\": id}")
                  .build());
      String collection =
          node.make(
              "collection",
              Json.object()
                  .put("name", "c")
                  .put("slug", "c")
                  .put("source_id", source)
                  .put("primary_key_path", "id")
                  .build());
      String fits = node.ingest(source, gzip(10 * LIMIT), "Content-Encoding", "gzip");
      String larger = node.ingest(source, gzip(10 * LIMIT + 1), "Content-Encoding", "gzip");

      assertThat(receiver.awaitCount(1, Duration.ofSeconds(30)).getFirst().text())
          .isEqualTo("{\"only\":7}");
      assertThat(preview(node, connection, fits)).isEqualTo("true");
      assertThat(preview(node, connection, larger)).isEqualTo("false");
      String skipped = "/v1/collections/" + collection + "/skipped";
      LiveNode.await(
          "skipped", () -> new String(get(node, skipped), UTF_8).contains("\"" + larger + "\""));
      assertThat(new String(get(node, skipped), UTF_8))
          .contains("body_not_parsed")
          .doesNotContain(fits);
      assertThat(
              LiveNode.text(
                  get(node, "/v1/collections/" + collection + "/records/7"),
                  "record",
                  "record_key"))
          .isEqualTo("7");
      String routing = new String(get(node, "/v1/events/" + larger + "/routing"), UTF_8);
      assertThat(routing).contains("\"reason\":\"filter\"", "\\\"id\\\"");
    }
  }

  private static String preview(LiveNode node, String connection, String event) {
    byte[] body =
        Json.object().put("connection_id", connection).put("event_id", event).build().bytes();
    return LiveNode.text(node.call("POST", "/v1/connections/preview", body).body(), "matched");
  }

  private static byte[] get(LiveNode node, String path) {
    return node.call("GET", path, new byte[0]).body();
  }

  private static byte[] send(LiveNode node, String path, byte[] body, int status) {
    var answer = node.call("POST", path, body, "Content-Encoding", "gzip");
    assertThat(answer.statusCode()).isEqualTo(status);
    return answer.body();
  }

  /** An object that has so many bytes once it is unpacked, and few before. */
  private static byte[] gzip(int unpacked) {
    String head = "{\"id\":7,\"pad\":\"";
    String text = head + "x".repeat(unpacked - head.length() - 2) + "\"}";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertThat(bytes.size()).isLessThan(LIMIT);
    return bytes.toByteArray();
  }
}
