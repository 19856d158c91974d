package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** The cases of intake that must hold, over HTTP. */
final class IntakeCasesTest {
  private static HttpResponse<String> sendChunked(ApiNode node, String source, byte[] body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + node.server.port() + "/v1/ingest/" + source))
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
            .build();
    return node.client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static void arrivesByteForByte(BothDatabases.Store store, byte[] body) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      HttpResponse<String> answer = sendChunked(node, source, body);
      assertThat(answer.statusCode()).isEqualTo(200);
      String event = node.get("/v1/events?source_id=" + source).text("events", 0, "id");
      assertThat(answer.body()).contains(event);
      assertThat(node.get("/v1/events/" + event + "/payload").http().body()).isEqualTo(body);
    }
  }

  @BothDatabases
  void aChunkedBodyOneByteOverTheLimitIsRefusedAndNoEvent(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      assertThat(sendChunked(node, source, new byte[ApiNode.BODY_MAX]).statusCode()).isEqualTo(200);
      HttpResponse<String> refused = sendChunked(node, source, new byte[ApiNode.BODY_MAX + 1]);
      assertThat(refused.statusCode()).isEqualTo(413);
      assertThat(refused.body())
          .contains("Payload too large: limit is " + ApiNode.BODY_MAX + " bytes");
      assertThat(node.get("/v1/events").size("events")).isEqualTo(1);
    }
  }

  @BothDatabases
  void jsonWithOddOrderAndWhiteSpaceArrivesByteForByte(BothDatabases.Store store) throws Exception {
    arrivesByteForByte(
        store,
        "\n{ \"z\" :1,\r\n\t\"a\": 1.0e2 , \"a\":\"\\u00e9\\/\",\"m\":{ } }\r\n \n"
            .getBytes(StandardCharsets.UTF_8));
  }

  @BothDatabases
  void aBinaryBodyArrivesByteForByte(BothDatabases.Store store) throws Exception {
    byte[] body = new byte[70_000];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) ((i * 31) >> 3);
    }
    arrivesByteForByte(store, body);
  }
}
