package dev.catchment.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.access.ApiKey;
import dev.catchment.access.ApiKeys;
import dev.catchment.access.NewApiKey;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.Projector;
import dev.catchment.log.Cursors;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.worker.Step;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** History, skipped events, earlier moments, differences and changes, as the document has them. */
final class PastApiTest {
  private static void project(ApiNode node) {
    Projector projector =
        new Projector(
            node.database,
            node.log,
            new Cursors(node.database, "a", 10_000),
            node.ids,
            new DataExpressions(node.transforms, Sample.VIEWS),
            (tx, collection, changes, events) -> {});
    Step.Next next;
    do {
      next = projector.step();
    } while (next instanceof Step.Next.Again || next instanceof Step.Next.Rest);
  }

  private static void send(ApiNode node, String source, String... bodies) throws Exception {
    for (String body : bodies) {
      assertThat(node.post("/v1/ingest/" + source, body).status()).isEqualTo(200);
    }
    project(node);
  }

  @BothDatabases
  void aDeletedRecordIsGoneAlsoForWhoHadIt(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String path = "/v1/collections/" + node.collection("c", source);
      node.patch(
          path,
          "{\"options\":{\"delete_when\":[{\"field\":\"gone\",\"op\":\"exists\",\"value\":true}]}}");
      send(node, source, "{\"id\":\"a\"}");
      String record = path + "/records/a";
      ApiNode.Answer known = node.get(record);
      assertThat(again(node, record, known).status()).isEqualTo(304);

      send(node, source, "{\"id\":\"a\",\"gone\":1}");
      assertThat(node.get(record).status()).isEqualTo(404);
      assertThat(again(node, record, known).status()).isEqualTo(404);

      send(node, source, "{\"id\":\"a\",\"n\":2}");
      ApiNode.Answer back = again(node, record, known);
      assertThat(back.status()).isEqualTo(200);
      assertThat(back.text("record", "data")).contains("\"n\":2");
      assertThat(again(node, record, back).status()).isEqualTo(304);
    }
  }

  private static ApiNode.Answer again(ApiNode node, String path, ApiNode.Answer known)
      throws Exception {
    return node.send(
        "GET", path, "", Map.of("X-API-Key", ApiNode.KEY, "If-None-Match", known.header("ETag")));
  }

  @BothDatabases
  void aRecordIsShownAsItWasAndWhatItWentThrough(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String path = "/v1/collections/" + node.collection("c", source);
      assertThat(
              node.patch(
                      path,
                      "{\"event_type_field\":\"t\",\"options\":{\"delete_when\":"
                          + "[{\"field\":\"gone\",\"op\":\"exists\",\"value\":true}]}}")
                  .status())
          .isEqualTo(200);
      send(
          node,
          source,
          "{\"id\":\"a/b\",\"t\":\"made\",\"n\":1}",
          "{\"id\":\"other\",\"n\":1}",
          "{\"id\":\"a/b\",\"n\":2}",
          "{\"no\":\"key\"}",
          "{\"id\":\"a/b\",\"gone\":1}");
      ApiNode.Answer history = node.get(path + "/records/a%2Fb/history?limit=2");
      assertThat(history.size("history")).isEqualTo(2);
      assertThat(history.text("history", 0, "change")).isEqualTo("delete");
      assertThat(history.text("history", 0, "data")).isEqualTo("null");
      assertThat(history.text("history", 1, "change")).isEqualTo("update");
      String position = history.text("history", 1, "position");
      ApiNode.Answer older =
          node.get(path + "/records/a%2Fb/history?limit=2&cursor=" + history.text("next_cursor"));
      assertThat(older.size("history")).isEqualTo(1);
      assertThat(older.text("history", 0, "change")).isEqualTo("insert");
      assertThat(older.text("history", 0, "event_type")).isEqualTo("made");
      assertThat(older.text("history", 0, "data")).contains("\"n\":1");
      assertThat(older.text("has_more")).isEqualTo("false");

      ApiNode.Answer then = node.get(path + "/records/a%2Fb?as_of=" + position);
      assertThat(then.text("record", "data")).contains("\"n\":2");
      assertThat(then.text("position")).isEqualTo(position);
      assertThat(node.get(path + "/records/a%2Fb?as_of=2999-01-01").status()).isEqualTo(404);
      ApiNode.Answer first = node.get(path + "/records?limit=1&as_of=" + position);
      assertThat(first.text("records", 0, "record_key")).isEqualTo("a/b");
      assertThat(first.text("has_more")).isEqualTo("true");
      ApiNode.Answer second =
          node.get(path + "/records?limit=1&as_of=2999-01-01&cursor=" + first.text("next_cursor"));
      assertThat(second.text("records", 0, "record_key")).isEqualTo("other");
      assertThat(second.text("position")).isEqualTo(position);
      assertThat(node.get(path + "/records?as_of=2999-01-01").size("records")).isEqualTo(1);

      ApiNode.Answer diff = node.get(path + "/diff?from=0");
      assertThat(diff.size("changes")).isEqualTo(1);
      assertThat(diff.text("changes", 0, "change")).isEqualTo("insert");
      ApiNode.Answer since = node.get(path + "/diff?from=" + position);
      assertThat(since.text("changes", 0, "change")).isEqualTo("delete");
      assertThat(since.text("changes", 0, "before", "data")).contains("\"n\":2");
      assertThat(since.text("changes", 0, "after")).isEqualTo("null");
      ApiNode.Answer counts = node.get(path + "/diff?counts=true&from=0&to=" + position);
      assertThat(counts.text("inserted")).isEqualTo("2");
      assertThat(counts.text("exact")).isEqualTo("true");

      ApiNode.Answer skipped = node.get(path + "/skipped?reason=key_missing");
      assertThat(skipped.size("skipped")).isEqualTo(1);
      assertThat(skipped.text("skipped", 0, "detail")).isEqualTo("Nothing at id");
      assertThat(node.get(path + "/skipped?reason=key_type").size("skipped")).isZero();
    }
  }

  @BothDatabases
  void whatMakesNoSenseIsRefused(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      send(node, source, "{\"id\":\"before\"}");
      String path = "/v1/collections/" + node.collection("c", source);
      send(node, source, "{\"id\":\"k\"}");
      Map<String, Integer> refused =
          Map.ofEntries(
              Map.entry("/records/k/history?cursor=x", 400),
              Map.entry("/records/k/history?limit=0", 400),
              Map.entry("/records/never/history", 404),
              Map.entry("/skipped?cursor=cDo5OTk6MQ", 400),
              Map.entry("/records/k?as_of=yesterday", 400),
              Map.entry("/records?as_of=1&search=x", 400),
              Map.entry("/records?as_of=1&cursor=x", 400),
              Map.entry("/records?as_of=0", 410),
              Map.entry("/records/k?as_of=1970-01-01", 410),
              Map.entry("/records/never?as_of=2999-01-01", 404),
              Map.entry("/diff", 400),
              Map.entry("/diff?from=2&to=1", 400),
              Map.entry("/diff?from=0", 410),
              Map.entry("/diff?from=1&counts=maybe", 400),
              Map.entry("/diff?from=1&cursor=x", 400));
      for (Map.Entry<String, Integer> one : refused.entrySet()) {
        assertThat(node.get(path + one.getKey()).status())
            .as(one.getKey())
            .isEqualTo(one.getValue());
      }
      assertThat(node.get(path + "/records?as_of=0").text("error"))
          .contains("the oldest possible time is ")
          .endsWith("log position 1");
      Map<String, String> foreign = Map.of("X-API-Key", node.foreignKey());
      for (String missing :
          List.of("/skipped", "/records/k/history", "/records?as_of=1", "/diff?from=1")) {
        assertThat(node.send("GET", path + missing, "", foreign).status())
            .as(missing)
            .isEqualTo(404);
      }
    }
  }

  @BothDatabases
  void aRevokedKeyFollowsNoLonger(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String path = "/v1/collections/" + node.collection("c", node.source("s")) + "/changes";
      NewApiKey key = node.database.write(tx -> node.keys.create(tx, node.scope, "k", "*"));
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.server.port() + path))
              .header("X-API-Key", key.text().reveal());
      HttpResponse<InputStream> stream =
          node.client.send(
              request.copy().header("Accept", "text/event-stream").build(),
              HttpResponse.BodyHandlers.ofInputStream());
      assertThat(stream.statusCode()).isEqualTo(200);
      BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8));
      String line = lines.readLine();
      while (!line.equals("event: ready")) {
        line = lines.readLine();
      }
      CompletableFuture<HttpResponse<String>> poll =
          node.client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
      node.database.write(tx -> {
        ApiKeys.revoke(tx, node.scope.orgId(), ApiKey.Kind.GATEWAY, key.key().id());
        return true;
      });
      assertThat(poll.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(401);
      assertThat(lines.lines())
          .as("what follows ends")
          .noneMatch(rest -> rest.startsWith("event: "));
      Map<String, String> narrow = Map.of("X-API-Key", node.key("events:read"));
      assertThat(node.send("GET", path, "", narrow).status()).isEqualTo(403);
      Map<String, String> own = Map.of("X-API-Key", node.key("collections:read"));
      assertThat(node.send("GET", path + "?wait=0", "", own).status()).isEqualTo(200);
      assertThat(node.send("HEAD", path, "", own).status()).isEqualTo(200);
    }
  }
}
