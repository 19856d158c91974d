package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Timeout;

/** A receiver whose name does not exist, on a whole node: issue, retry job and replay. */
@Timeout(120)
final class FailedDeliveriesTest {
  private static byte[] get(LiveNode node, String path) {
    HttpResponse<byte[]> answer = node.call("GET", path, new byte[0]);
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return answer.body();
  }

  private static byte[] post(LiveNode node, String path, Json.Obj body) {
    HttpResponse<byte[]> answer = node.call("POST", path, body.bytes());
    assertThat(answer.statusCode()).as(path).isEqualTo(201);
    return answer.body();
  }

  private static void awaitEnd(LiveNode node, String path) {
    LiveNode.await(path, () -> LiveNode.text(get(node, path), "job", "status").equals("completed"));
  }

  private static void awaitLetters(LiveNode node, int attempts) {
    LiveNode.await(
        attempts + " failed attempts",
        () ->
            LiveNode.text(get(node, "/v1/delivery-attempts?status=failed"), "pagination", "total")
                .equals(String.valueOf(attempts)));
  }

  @BothDatabases
  void whatFailedIsToldOfRetriedAndReplayed(BothDatabases.Store store) {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("s", Json.object().build());
      String destination =
          node.make(
              "destination",
              Json.object()
                  .put("name", "Nowhere")
                  .put("slug", "d")
                  .put("url", "https://nowhere.invalid/hook")
                  .put("retry_enabled", false)
                  .build());
      node.make(
          "connection",
          Json.object()
              .put("name", "C")
              .put("source_id", source)
              .put("destination_id", destination)
              .build());
      node.ingest(source, "{}".getBytes(StandardCharsets.UTF_8));
      awaitLetters(node, 1);
      String issues = new String(get(node, "/v1/issues"), StandardCharsets.UTF_8);
      assertThat(issues).contains(destination + ":dns_error").contains("Name not found of Nowhere");

      Json.Obj everything = Json.object().put("filter", Json.object().build()).build();
      byte[] retry = post(node, "/v1/retry-jobs", everything);
      awaitEnd(node, "/v1/retry-jobs/" + LiveNode.text(retry, "job", "id"));
      awaitLetters(node, 2);

      Json.Obj always =
          Json.object()
              .put("destination_id", destination)
              .put("from", "2020-01-01")
              .put("to", "2100-01-01")
              .build();
      String replay = "/v1/replay/" + LiveNode.text(post(node, "/v1/replay", always), "job_id");
      awaitEnd(node, replay);
      LiveNode.await(
          "the replay to fail",
          () -> LiveNode.text(get(node, replay), "job", "failed").equals("1"));
      assertThat(LiveNode.text(get(node, "/v1/delivery-attempts?is_dlq=1"), "pagination", "total"))
          .as("the letter of the retry, and none of the replay")
          .isEqualTo("1");
      node.assertHealthy();
    }
  }
}
