package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.util.Map;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TransformsApiTest {
  private static final String PREVIEW = "/v1/connections/preview";

  private static String connection(ApiNode node) throws Exception {
    return node.connection(node.source("s"), node.destination("d"));
  }

  @BothDatabases
  void anExpressionIsCheckedKeptAndSwitched(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String path = "/v1/connections/" + connection(node);
      ApiNode.Answer answer = node.get(path);
      assertThat(answer.text("connection", "transform_enabled")).isEqualTo("0");
      assertThat(answer.at("connection", "transform_expression")).isEqualTo(Json.nil());

      answer = node.patch(path, "{\"transform_expression\":\"{\\\"n\\\": a}\"}");
      assertThat(answer.text("connection", "transform_enabled")).isEqualTo("1");
      assertThat(answer.text("connection", "transform_expression")).isEqualTo("{\"n\": a}");
      answer = node.patch(path, "{\"transform_enabled\":false}");
      assertThat(answer.text("connection", "transform_enabled")).isEqualTo("0");
      answer = node.patch(path, "{\"transform_expression\":\"[b]\"}");
      assertThat(answer.text("connection", "transform_enabled")).isEqualTo("0");
      answer = node.patch(path, "{\"transform_enabled\":1}");
      assertThat(answer.text("connection", "transform_expression")).isEqualTo("[b]");
      answer = node.patch(path, "{\"transform_expression\":null}");
      assertThat(answer.text("connection", "transform_enabled")).isEqualTo("0");
      assertThat(node.get("/v1/connections").at("connections", 0, "transform_expression"))
          .isEqualTo(Json.nil());

      for (Map.Entry<String, String> bad :
          Map.of(
                  "\"{\\\"a\\\": \"",
                  "is no valid JSONata",
                  "\"a ]\"",
                  "is no valid JSONata: Syntax error: \"]\" at position 4",
                  "\"\"",
                  "is no valid JSONata",
                  "\"[1]\\u0000\"",
                  "holds a NUL character at position 4",
                  "17",
                  "must be a string of 0 to 65536 characters",
                  "\"" + "[".repeat(51) + "\"",
                  "is nested deeper than 50 levels at position 51")
              .entrySet()) {
        answer = node.patch(path, "{\"transform_expression\":" + bad.getKey() + "}");
        assertThat(answer.status()).as(bad.getKey()).isEqualTo(400);
        assertThat(answer.text("error"))
            .startsWith("Invalid body: 'transform_expression' " + bad.getValue());
      }
    }
  }

  @BothDatabases
  void aPreviewShowsWhatWouldBeSentAndWhy(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String id = node.connection(source, node.destination("d"));
      node.patch(
          "/v1/connections/" + id,
          "{\"filter_rules\":[{\"field\":\"a\",\"op\":\"gt\",\"value\":1}],"
              + "\"transform_expression\":\"{\\\"n\\\": a, \\\"e\\\": $event.source_id}\"}");
      String event =
          node.send("POST", "/v1/ingest/" + source, "{\"a\":2}", Map.of()).text("event_id");

      String stored = "{\"connection_id\":\"" + id + "\",\"event_id\":\"evt_" + event + "\"}";
      ApiNode.Answer answer = node.post(PREVIEW, stored);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().text())
          .isEqualTo(
              "{\"matched\":true,\"failed_rule\":null,\"output\":{\"n\":2,\"e\":\""
                  + source
                  + "\"},\"error\":null,\"rules\":[{\"rule\":{\"field\":\"a\",\"op\":\"gt\","
                  + "\"value\":1},\"passed\":true}]}");

      answer = node.post(PREVIEW, "{\"connection_id\":\"" + id + "\",\"payload\":{\"a\":1}}");
      assertThat(answer.text("matched")).isEqualTo("false");
      assertThat(answer.text("failed_rule", "field")).isEqualTo("a");
      assertThat(answer.at("output")).isEqualTo(Json.nil());
      assertThat(answer.text("rules", 0, "passed")).isEqualTo("false");

      answer =
          node.post(
              PREVIEW,
              "{\"connection_id\":\""
                  + id
                  + "\",\"payload\":{\"a\":\"x\"},\"filter_rules\":null,"
                  + "\"transform_expression\":\"{\\\"n\\\": a * 2}\"}");
      assertThat(answer.text("matched")).isEqualTo("true");
      assertThat(answer.text("error"))
          .isEqualTo(
              "Transform error: The left side of the \"*\" operator must evaluate to a number");

      answer = node.post(PREVIEW, "{\"payload\":[1,2.50]}");
      assertThat(answer.at("output").text()).isEqualTo("[1,2.50]");
    }
  }

  @BothDatabases
  void aPreviewRefusesWhatItCannotUse(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String none = "0".repeat(32);
      assertThat(node.post(PREVIEW, "{}").text("error"))
          .isEqualTo("Invalid body: 'event_id' or 'payload' is required");
      assertThat(node.post(PREVIEW, "{\"payload\":1,\"event_id\":\"x\"}").text("error"))
          .isEqualTo("Invalid body: 'event_id' and 'payload' exclude each other");
      assertThat(node.post(PREVIEW, "{\"event_id\":\"" + none + "\"}").text("error"))
          .isEqualTo("Event not found");
      assertThat(
              node.post(PREVIEW, "{\"payload\":1,\"connection_id\":\"" + none + "\"}")
                  .text("error"))
          .isEqualTo("Connection not found");
      assertThat(
              node.post(PREVIEW, "{\"payload\":1,\"transform_expression\":\"a b\"}").text("error"))
          .startsWith("Invalid body: 'transform_expression' is no valid JSONata: ");
      assertThat(node.post(PREVIEW, "{\"payload\":1,\"filter_rules\":[{}]}").text("error"))
          .isEqualTo(
              "Invalid body: 'filter_rules' must hold valid rules: rule 1 has no 'field' that is"
                  + " a string");
      Map<String, String> mayNotRead = Map.of("X-API-Key", node.key("connections:write"));
      assertThat(node.send("POST", PREVIEW, "{\"event_id\":\"" + none + "\"}", mayNotRead).status())
          .isEqualTo(403);
      assertThat(node.send("POST", PREVIEW, "{\"payload\":1}", mayNotRead).status()).isEqualTo(200);
      Map<String, String> foreign = Map.of("X-API-Key", node.foreignKey());
      String id = connection(node);
      assertThat(
              node.send(
                      "POST", PREVIEW, "{\"payload\":1,\"connection_id\":\"" + id + "\"}", foreign)
                  .status())
          .isEqualTo(404);
    }
  }
}
