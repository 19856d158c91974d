package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Queries over records, chosen fields and tags of answers, over HTTP. */
final class RecordQueriesTest {
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @BothDatabases
  void recordsAreFilteredSortedAndCutToFields(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = new Table(node);
      table.add("{\"id\":\"a\",\"n\":2,\"items\":[{\"sku\":1},{\"sku\":2,\"x\":3}],\"data\":7}");
      table.add("{\"id\":\"b\",\"n\":10,\"who\":{\"name\":\"Ada\",\"born\":1815}}");
      table.add("{\"id\":\"c\",\"n\":\"2\"}");
      assertThat(table.keys("sort=n")).containsExactly("a", "b", "c");
      assertThat(table.keys("sort=-data.n")).containsExactly("c", "b", "a");
      assertThat(table.keys("search=aDA")).containsExactly("b");
      assertThat(table.keys("where=" + encoded("[{\"field\":\"n\",\"op\":\"gt\",\"value\":1.5}]")))
          .containsExactlyInAnyOrder("a", "b");
      ApiNode.Answer page = table.get("sort=n&limit=2");
      assertThat(table.keys("sort=n&limit=2&cursor=" + page.text("next_cursor")))
          .containsExactly("c");
      assertThat(table.get("sort=-n&cursor=" + page.text("next_cursor")).text("error"))
          .isEqualTo("Invalid cursor");
      assertThat(table.get("sort=$record_key&fields=who.name,items[1].sku,n,nothing.at.all"))
          .satisfies(answer -> {
            assertThat(answer.text("records", 0, "data"))
                .isEqualTo("{\"n\":2,\"items\":[null,{\"sku\":2}]}");
            assertThat(answer.text("records", 1, "data"))
                .isEqualTo("{\"n\":10,\"who\":{\"name\":\"Ada\"}}");
          });
      assertThat(node.get(table.records + "/a?fields=data").text("record", "data"))
          .as("a member of that name")
          .isEqualTo("{\"data\":7}");
      assertThat(node.get(table.records + "/c?fields=data.n,$event_type").text("record", "data"))
          .isEqualTo("{\"n\":\"2\"}");
      assertThat(node.get(table.records + "/c?fields=data.").text("error"))
          .startsWith("Invalid query: 'fields' must be a path");
    }
  }

  @BothDatabases
  void queriesThatCannotBeAre400(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = new Table(node);
      for (String query :
          List.of(
              "where=x",
              "where=" + encoded("[{\"field\":\"n\",\"op\":\"like\",\"value\":1}]"),
              "where=" + encoded("[{\"op\":\"eq\",\"value\":1}]"),
              "where="
                  + encoded(
                      "["
                          + "{\"field\":\"n\",\"op\":\"eq\",\"value\":1},".repeat(20)
                          + "{\"field\":\"n\",\"op\":\"eq\",\"value\":1}]"),
              "sort=a,b,c,d",
              "sort=a[",
              "fields=,",
              "cursor=x",
              "limit=0")) {
        assertThat(table.get(query).status()).as(query).isEqualTo(400);
      }
      String refused = "/v1/collections/" + table.id;
      for (String options :
          List.of(
              "{\"indexes\":\"n\"}",
              "{\"indexes\":[1]}",
              "{\"indexes\":[\"a[\"]}",
              "{\"indexes\":[\"$updated_at\"]}",
              "{\"indexes\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]}",
              "{\"search_index\":1}")) {
        assertThat(node.patch(refused, "{\"options\":" + options + "}").status())
            .as(options)
            .isEqualTo(400);
      }
      ApiNode.Answer set =
          node.patch(refused, "{\"options\":{\"indexes\":[\"n\",\"$.n\"],\"search_index\":true}}");
      assertThat(set.at("options", "indexes").text()).isEqualTo("[\"n\"]");
      assertThat(set.at("options", "search_index").text()).isEqualTo("true");
      ApiNode.Answer reset =
          node.patch(refused, "{\"options\":{\"indexes\":null,\"search_index\":null}}");
      assertThat(reset.at("options", "indexes").text()).isEqualTo("[]");
    }
  }

  @BothDatabases
  void unchangedReadsAre304AndChangedOnesAreNot(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = new Table(node);
      table.add("{\"id\":\"a\",\"n\":1}");
      table.add("{\"id\":\"b\",\"n\":1}");
      String collection = "/v1/collections/" + table.id;
      List<String> paths =
          List.of(
              "/v1/collections",
              "/v1/collections?limit=5",
              collection,
              table.records,
              table.records + "?sort=n",
              table.records + "/a",
              table.records + "/b",
              table.records + "/a?as_of=1",
              table.records + "?as_of=1",
              table.records + "/a/history",
              collection + "/diff?from=0",
              collection + "/diff?from=0&counts=true",
              collection + "/skipped",
              collection + "/backfill",
              collection + "/schema",
              collection + "/schema?format=json-schema",
              collection + "/schema?format=typescript",
              collection + "/schema/drift",
              collection + "/aggregate");
      for (String path : paths) {
        ApiNode.Answer first = node.get(path);
        assertThat(first.header("ETag")).as(path).startsWith("W/\"");
        ApiNode.Answer same = table.again(path, first);
        assertThat(same.status()).as(path).isEqualTo(304);
        assertThat(same.http().body()).isEmpty();
        assertThat(same.header("ETag")).isEqualTo(first.header("ETag"));
      }
      ApiNode.Answer list = node.get("/v1/collections");
      ApiNode.Answer records = node.get(table.records);
      ApiNode.Answer a = node.get(table.records + "/a");
      ApiNode.Answer b = node.get(table.records + "/b");
      assertThat(table.again(table.records + "?limit=1", records).status())
          .as("another question")
          .isEqualTo(200);
      table.add("{\"id\":\"a\",\"n\":2}");
      assertThat(table.again("/v1/collections", list).status()).isEqualTo(200);
      assertThat(table.again(table.records, records).status()).isEqualTo(200);
      assertThat(table.again(table.records + "/a", a).status()).isEqualTo(200);
      assertThat(table.again(table.records + "/b", b).status()).as("only a changed").isEqualTo(304);
    }
  }

  @BothDatabases
  void whatIsWorkedOutOfRecordsIsAnotherWheneverOneOfThemIs(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = new Table(node);
      table.add("{\"id\":\"a\",\"n\":1}");
      String collection = "/v1/collections/" + table.id;
      List<String> paths =
          List.of(
              table.records + "/a/history",
              collection + "/diff?from=0",
              collection + "/diff?from=0&counts=true",
              collection + "/schema",
              collection + "/schema?format=json-schema",
              collection + "/schema/drift",
              collection + "/aggregate");
      List<ApiNode.Answer> before = new ArrayList<>();
      for (String path : paths) {
        before.add(node.get(path));
      }
      table.add("{\"id\":\"a\",\"n\":2}");
      table.add("{\"id\":\"b\",\"m\":2}");
      for (int i = 0; i < paths.size(); i++) {
        ApiNode.Answer now = table.again(paths.get(i), before.get(i));
        assertThat(now.status()).as(paths.get(i)).isEqualTo(200);
        assertThat(now.body()).isNotEqualTo(before.get(i).body());
      }
      ApiNode.Answer skipped = node.get(collection + "/skipped");
      table.add("{}");
      assertThat(table.again(collection + "/skipped", skipped).status()).isEqualTo(200);
      ApiNode.Answer titled = node.get(collection + "/schema?format=json-schema");
      node.patch(collection, "{\"name\":\"Other\"}");
      assertThat(table.again(collection + "/schema?format=json-schema", titled).body().text())
          .contains("Other");
      ApiNode.Answer idle = node.get(collection + "/backfill");
      node.post(collection + "/backfill", "");
      assertThat(table.again(collection + "/backfill", idle).status()).isEqualTo(200);
    }
  }

  @BothDatabases
  void theListOfCollectionsIsAnotherWheneverOneOfItsRowsIs(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = new Table(node);
      String collection = "/v1/collections/" + table.id;
      String source = "/v1/sources/" + table.source;
      ApiNode.Answer last = node.get("/v1/collections");
      List<Change> changes =
          List.of(
              () -> node.patch(collection, "{\"name\":\"N\"}"),
              () -> node.patch(source, "{\"name\":\"Other\"}"),
              () ->
                  node.database.write(tx ->
                      tx.update(
                          "UPDATE collections SET backfill_progress = 5 WHERE id = ?", table.id)),
              () -> {
                table.add("{\"id\":1}");
                return table.id;
              },
              () ->
                  node.made(
                      "collection",
                      "{\"name\":\"D\",\"slug\":\"d\",\"primary_key_path\":\"x\",\"source_id\":\""
                          + table.source
                          + "\"}"),
              () -> node.delete("/v1/collections/d"),
              () -> node.delete(source + "?cascade=true"));
      for (Change change : changes) {
        change.make();
        ApiNode.Answer now = table.again("/v1/collections", last);
        assertThat(now.status()).isEqualTo(200);
        assertThat(now.header("ETag")).isNotEqualTo(last.header("ETag"));
        last = now;
        assertThat(table.again("/v1/collections", last).status()).isEqualTo(304);
      }
    }
  }

  /** Something that changes what the list shows. */
  @FunctionalInterface
  private interface Change {
    Object make() throws Exception;
  }
}
