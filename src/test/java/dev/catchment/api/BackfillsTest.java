package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.collections.Backfiller;
import dev.catchment.collections.DataExpressions;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.worker.Step;
import java.util.List;

/** The calls that start, show and cancel a backfill, and the options that shape records. */
final class BackfillsTest {
  @BothDatabases
  void aBackfillIsStartedShownAndCancelled(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.collection("one", node.source("s"));
      String path = "/v1/collections/" + id + "/backfill";

      assertThat(node.get(path).body().text())
          .isEqualTo(
              "{\"status\":null,\"progress\":0,\"total\":0,\"started_at\":null,"
                  + "\"completed_at\":null,\"error\":null}");
      assertThat(node.delete(path).body().text()).isEqualTo("{\"success\":true}");
      ApiNode.Answer started = node.post("/v1/collections/one/backfill", "");
      assertThat(started.status()).isEqualTo(202);
      assertThat(started.body().text())
          .isEqualTo("{\"status\":\"pending\",\"total\":null,\"message\":\"Backfill started\"}");
      assertThat(node.post(path, "{\"rebuild\":1}").text("message"))
          .isEqualTo("Backfill already running");
      node.delete(path);
      assertThat(node.get(path).text("status")).isEqualTo("cancelled");
      assertThat(node.get(path).at("completed_at")).isNotEqualTo(Json.nil());
      assertThat(node.post(path, "{}").text("message")).isEqualTo("Backfill resumed");
      node.delete(path);
      assertThat(node.post(path, "{\"restart\":true}").text("message"))
          .isEqualTo("Backfill started");
      work(node);
      assertThat(node.get(path).text("status")).isEqualTo("completed");
      assertThat(node.get("/v1/collections/" + id).text("collection", "backfill_status"))
          .isEqualTo("completed");
    }
  }

  private static void work(ApiNode node) {
    try (Backfiller backfiller =
        new Backfiller(
            node.database,
            "a",
            node.ids,
            new DataExpressions(node.transforms, Sample.VIEWS),
            (tx, collection, changes, events) -> {})) {
      int steps = 0;
      while (backfiller.step() instanceof Step.Next.Again) {
        steps++;
        assertThat(steps).isLessThan(100);
      }
    }
  }

  @BothDatabases
  void whatCannotBeBackfilledIsRefused(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String path = "/v1/collections/" + node.collection("one", node.source("s"));
      String backfill = path + "/backfill";

      for (String body : List.of("[]", "no", "{\"rebuild\":\"yes\"}", "{\"restart\":null}")) {
        assertThat(node.post(backfill, body).status()).as(body).isEqualTo(400);
      }
      node.patch(path, "{\"status\":\"disabled\"}");
      ApiNode.Answer refused = node.post(backfill, "");
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.text("error")).isEqualTo("Collection is disabled");
      node.delete(path);
      assertThat(node.post(backfill, "").text("error")).isEqualTo("Collection not found");
      assertThat(node.get(backfill).status()).isEqualTo(404);
      assertThat(node.delete(backfill).status()).isEqualTo(404);
    }
  }

  @BothDatabases
  void keysMergingAndExpressionsAreOptions(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String path = "/v1/collections/" + node.collection("one", node.source("s"));

      assertThat(node.get(path).text("options", "merge")).isEqualTo("replace");
      assertThat(node.get(path).at("options", "key_paths")).isEqualTo(Json.nil());
      ApiNode.Answer set =
          node.patch(
              path,
              """
              {"options":{"key_paths":["a.id","$.b"],"merge":"deep","data_expression":"{'n': n}"}}
              """);
      assertThat(set.at("options", "key_paths").text()).isEqualTo("[\"a.id\",\"$.b\"]");
      assertThat(set.text("options", "merge")).isEqualTo("deep");
      ApiNode.Answer kept = node.patch(path, "{\"options\":{\"data_path\":\"x\"}}");
      assertThat(kept.text("options", "data_expression")).isEqualTo("{'n': n}");
      ApiNode.Answer reset =
          node.patch(
              path, "{\"options\":{\"key_paths\":null,\"merge\":null,\"data_expression\":null}}");
      assertThat(reset.at("options", "key_paths")).isEqualTo(Json.nil());
      assertThat(reset.text("options", "merge")).isEqualTo("replace");
      assertThat(reset.at("options", "data_expression")).isEqualTo(Json.nil());
    }
  }

  @BothDatabases
  void badShapesAreRefusedByName(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String path = "/v1/collections/" + node.collection("one", node.source("s"));
      String[][] bad = {
        {"{\"key_paths\":[\"a\"]}", "key_paths"},
        {"{\"key_paths\":\"a\"}", "key_paths"},
        {"{\"key_paths\":[\"a\",1]}", "key_paths"},
        {"{\"key_paths\":[\"a\",\"b[\"]}", "key_paths"},
        {"{\"key_paths\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]}", "key_paths"},
        {"{\"merge\":\"shallow\"}", "merge"},
        {"{\"merge\":1}", "merge"},
        {"{\"data_expression\":\"\"}", "data_expression"},
        {"{\"data_expression\":7}", "data_expression"},
        {"{\"data_expression\":\"{'a': \"}", "data_expression"},
      };
      for (String[] one : bad) {
        ApiNode.Answer refused = node.patch(path, "{\"options\":" + one[0] + "}");
        assertThat(refused.status()).as(one[0]).isEqualTo(400);
        assertThat(refused.text("error")).as(one[0]).startsWith("Invalid body: 'options." + one[1]);
      }
    }
  }
}
