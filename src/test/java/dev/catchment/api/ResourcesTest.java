package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.Destination;
import dev.catchment.feeds.ContentType;
import dev.catchment.feeds.Feed;
import dev.catchment.feeds.FeedDesk;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.util.List;
import java.util.Map;

/** What the configured resources answer, row by row. */
final class ResourcesTest {
  private static final List<String> SEED_FIELDS =
      List.of(
          "id",
          "org_id",
          "env_id",
          "name",
          "slug",
          "source_id",
          "primary_key_path",
          "event_type_field",
          "description",
          "status",
          "record_count",
          "last_sync_at",
          "created_at",
          "updated_at",
          "backfill_status",
          "backfill_progress",
          "backfill_total",
          "backfill_cursor",
          "backfill_started_at",
          "backfill_completed_at",
          "backfill_error",
          "source_name");

  @BothDatabases
  void collectionsAreListedWithTheTwentyTwoFieldsInOrder(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      assertThat(node.get("/v1/collections").body().text()).isEqualTo("{\"collections\":[]}");
      String id = node.collection("one", node.source("s"));
      ApiNode.Answer list =
          node.send("GET", "/v1/collections", "", Map.of("Authorization", "bearer " + ApiNode.KEY));

      assertThat(((Json.Obj) list.body()).members().keySet()).containsExactly("collections");
      Json.Obj row = (Json.Obj) list.at("collections", 0);
      assertThat(row.members().keySet()).containsExactlyElementsOf(SEED_FIELDS);
      assertThat(row.get("id")).isEqualTo(Json.of(id));
      assertThat(row.get("source_name")).isEqualTo(Json.of("S"));
      assertThat(row.get("record_count")).isEqualTo(Json.of(0));
    }
  }

  @BothDatabases
  void aCollectionIsMadeChangedAndRemoved(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.collection("one", node.source("s"));
      String path = "/v1/collections/col_" + id.toUpperCase(java.util.Locale.ROOT);
      ApiNode.Answer changed =
          node.patch(
              path,
              """
              {"name":"N","event_type_field":"type","status":"paused",
               "options":{"data_path":"data","delete_when":[{"field":"gone","op":"eq","value":1}]}}
              """);

      assertThat(changed.status()).isEqualTo(200);
      assertThat(changed.text("collection", "event_type_field")).isEqualTo("type");
      assertThat(changed.text("options", "data_path")).isEqualTo("data");
      assertThat(changed.size("options", "delete_when")).isEqualTo(1);
      assertThat(changed.at("options", "content_type")).isEqualTo(Json.nil());
      assertThat(changed.text("stats", "lag")).isEqualTo("0");
      ApiNode.Answer reset =
          node.patch(path, "{\"event_type_field\":null,\"options\":{\"data_path\":null}}");
      assertThat(reset.at("collection", "event_type_field")).isEqualTo(Json.nil());
      assertThat(reset.at("options", "data_path")).isEqualTo(Json.nil());
      assertThat(reset.size("options", "delete_when")).isEqualTo(1);
      assertThat(node.delete(path).body().text()).isEqualTo("{\"success\":true}");
      assertThat(node.get(path).text("error")).isEqualTo("Collection not found");
      assertThat(node.delete(path).status()).isEqualTo(404);
    }
  }

  @BothDatabases
  void aCollectionThatIsAFeedKeepsItsShapeAndGoesAsAFeed(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.feeds
              .create(
                  node.scope,
                  new FeedDesk.Draft(
                      "F",
                      null,
                      null,
                      ContentType.TEXT,
                      new Feed.Settings(Feed.InsertPosition.TOP, Feed.WhenFull.ROLL, 5, 5)))
              .id();
      String path = "/v1/collections/" + id;

      assertThat(node.get(path).text("options", "content_type")).isEqualTo("TEXT");
      assertThat(node.patch(path, "{\"options\":{\"data_path\":\"x\"}}").text("error"))
          .isEqualTo("Invalid body: 'options' cannot be changed in a feed");
      ApiNode.Answer changed = node.patch(path, "{\"name\":\"G\",\"status\":\"paused\"}");
      assertThat(changed.text("collection", "name")).isEqualTo("G");
      assertThat(changed.text("collection", "status")).isEqualTo("paused");
      assertThat(node.delete(path).status()).isEqualTo(200);
      assertThat(node.stored("SELECT CAST(COUNT(*) AS TEXT) AS t FROM feeds")).isEqualTo("0");
      assertThat(node.get(path).status()).isEqualTo(404);
    }
  }

  @BothDatabases
  void aSourceShowsWhereToSendAndKeepsItsConfiguration(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      ApiNode.Answer made =
          node.post(
              "/v1/sources",
              """
              {"name":"Stripe","slug":"stripe","unknown":1,"verification_enabled":false,
               "dedup_window_seconds":300,"ip_allowlist":null,
               "source_config":"{\\"max_body_bytes\\":10,\\"response\\":{\\"status_code\\":202}}"}
              """);
      String id = made.text("source", "id");

      assertThat(made.status()).isEqualTo(201);
      assertThat(made.text("source", "ingest_url"))
          .isEqualTo("https://gateway.example/v1/ingest/" + id);
      assertThat(made.text("source", "source_config"))
          .isEqualTo("{\"response\":{\"status_code\":202},\"max_body_bytes\":10}");
      ApiNode.Answer changed =
          node.patch("/v1/sources/" + id, "{\"status\":\"paused\",\"source_config\":null}");
      assertThat(changed.text("source", "status")).isEqualTo("paused");
      assertThat(changed.at("source", "source_config")).isEqualTo(Json.nil());
      assertThat(node.get("/v1/sources?status=active").size("sources")).isZero();
      assertThat(node.get("/v1/sources?status=paused").size("sources")).isEqualTo(1);
    }
  }

  @BothDatabases
  void secretsAreMaskedAndAMaskedTextKeepsTheStoredOne(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.made(
              "destination",
              """
              {"name":"D","slug":"d","url":"https://d.example","timeout":5,"max_retries":3,
               "auth_type":"bearer","auth_config":{"token":"a-long-secret-token"},
               "headers":{"X-Secret":"another-long-one","X-Plain":"shown"},
               "signing_config":{"secret":"short","previous_secrets":["an-older-long-secret"]}}
              """);
      ApiNode.Answer row = node.get("/v1/destinations/" + id);

      assertThat(row.text("destination", "timeout_ms")).isEqualTo("5000");
      assertThat(row.text("destination", "retry_max_attempts")).isEqualTo("3");
      assertThat(row.text("destination", "auth_config")).isEqualTo("{\"token\":\"****oken\"}");
      assertThat(row.text("destination", "headers"))
          .isEqualTo("{\"X-Secret\":\"****-one\",\"X-Plain\":\"shown\"}");
      assertThat(row.text("destination", "signing_config"))
          .isEqualTo("{\"secret\":\"****\",\"previous_secrets\":[\"****cret\"]}");
      ApiNode.Answer same =
          node.patch(
              "/v1/destinations/" + id,
              Json.object()
                  .put("auth_config", row.at("destination", "auth_config"))
                  .put("headers", row.at("destination", "headers"))
                  .put("signing_config", row.at("destination", "signing_config"))
                  .build()
                  .text());
      assertThat(same.status()).as(same.body().text()).isEqualTo(200);
      assertThat(
              node.stored("SELECT auth_config || headers || signing_config AS t FROM destinations"))
          .matches("(v1\\.[0-9a-f]{16}\\.[A-Za-z0-9_-]+){3}");
      Destination.Target kept = node.opened(id).target();
      assertThat(kept.authConfig() + "" + kept.headers() + kept.signingConfig())
          .contains("a-long-secret-token", "another-long-one", "short", "an-older-long-secret")
          .doesNotContain("****");
      node.patch("/v1/destinations/" + id, "{\"auth_config\":{\"token\":\"new\"}}");
      assertThat(node.opened(id).target().authConfig()).isEqualTo(Json.read("{\"token\":\"new\"}"));
    }
  }

  @BothDatabases
  void aDestinationWhoseSecretsCannotBeOpenedIsShownWithoutThemAndCanBeDeleted(
      BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.destination("d");
      node.patch("/v1/destinations/" + id, "{\"headers\":{\"X-Secret\":\"a-long-secret\"}}");
      node.database.write(
          tx -> tx.update("UPDATE destinations SET headers = REPLACE(headers, '.', '.A')"));

      var shown = node.get("/v1/destinations/" + id);
      assertThat(shown.status()).isEqualTo(200);
      assertThat(shown.body().text()).doesNotContain("a-long-secret", "X-Secret");
      assertThat(node.delete("/v1/destinations/" + id).status()).isEqualTo(200);
      assertThat(node.get("/v1/destinations/" + id).status()).isEqualTo(404);
    }
  }

  @BothDatabases
  void whatIsInUseGoesOnlyWithWhatUsesIt(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String first = node.destination("a");
      String second = node.destination("b");
      node.connection(source, first);
      String kept = node.connection(source, second);
      String collection = node.collection("c", source);

      assertThat(node.delete("/v1/destinations/" + first).text("error"))
          .isEqualTo("Destination is in use by 1 connections and 0 subscriptions");
      assertThat(node.delete("/v1/destinations/" + first + "?cascade=true").status())
          .isEqualTo(200);
      assertThat(node.get("/v1/connections").size("connections")).isEqualTo(1);
      ApiNode.Answer used = node.delete("/v1/sources/" + source + "?cascade=false");
      assertThat(used.status()).isEqualTo(409);
      assertThat(used.text("error"))
          .isEqualTo("Source is in use by 1 connections and 1 collections");
      assertThat(node.delete("/v1/sources/" + source + "?cascade=1").status()).isEqualTo(200);
      assertThat(node.get("/v1/connections/" + kept).status()).isEqualTo(404);
      assertThat(node.get("/v1/collections/" + collection).status()).isEqualTo(404);
      assertThat(node.get("/v1/destinations/" + second).status()).isEqualTo(200);
      assertThat(node.delete("/v1/destinations/" + second).status()).isEqualTo(200);
    }
  }

  @BothDatabases
  void aConnectionKeepsItsRulesAndIsFoundByItsEnds(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String destination = node.destination("d");
      String id = node.connection(source, destination);
      ApiNode.Answer changed =
          node.patch(
              "/v1/connections/" + id,
              "{\"enabled\":0,\"filter_rules\":[{\"field\":\"a.b\",\"op\":\"exists\",\"value\":true}]}");

      assertThat(changed.text("connection", "enabled")).isEqualTo("0");
      assertThat(changed.text("connection", "filter_rules"))
          .isEqualTo("[{\"field\":\"a.b\",\"op\":\"exists\",\"value\":true}]");
      assertThat(changed.text("connection", "source_name")).isEqualTo("S");
      assertThat(
              node.get("/v1/connections?source_id=src_" + source + "&destination_id=" + destination)
                  .size("connections"))
          .isEqualTo(1);
      assertThat(node.get("/v1/connections?source_id=" + destination).text("error"))
          .isEqualTo("Source not found");
      assertThat(node.delete("/v1/connections/" + id).status()).isEqualTo(200);
      assertThat(node.get("/v1/connections/" + id).text("error")).isEqualTo("Connection not found");
    }
  }

  @BothDatabases
  void listsComeWholeOrInPages(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      for (int i = 0; i < 25; i++) {
        node.source("s-" + i);
      }
      ApiNode.Answer whole = node.get("/v1/sources");

      assertThat(whole.size("sources")).isEqualTo(25);
      assertThat(whole.text("sources", 0, "slug")).isEqualTo("s-24");
      assertThat(((Json.Obj) whole.body()).members()).containsOnlyKeys("sources");
      ApiNode.Answer page = node.get("/v1/sources?limit=20");
      assertThat(page.size("sources")).isEqualTo(20);
      assertThat(page.text("has_more")).isEqualTo("true");
      ApiNode.Answer last = node.get("/v1/sources?cursor=" + page.text("next_cursor"));
      assertThat(last.size("sources")).isEqualTo(5);
      assertThat(last.text("sources", 0, "slug")).isEqualTo("s-4");
      assertThat(last.text("has_more")).isEqualTo("false");
      assertThat(last.at("next_cursor")).isEqualTo(Json.nil());
      assertThat(node.get("/v1/sources?limit=99999999999").size("sources")).isEqualTo(25);
    }
  }

  @BothDatabases
  void healthAndDocumentNeedNoCredential(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      assertThat(node.send("GET", "/v1/health", "", Map.of()).text("version")).isEqualTo("1.2.3");
      ApiNode.Answer document = node.send("GET", "/v1/openapi.json", "", Map.of());
      assertThat(document.text("openapi")).startsWith("3.1");
      assertThat(
              node.send(
                      "GET",
                      "/v1/openapi.json",
                      "",
                      Map.of("If-None-Match", document.header("ETag")))
                  .status())
          .isEqualTo(304);
    }
  }
}
