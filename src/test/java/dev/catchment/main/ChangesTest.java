package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** What clients read from {@code /v1/collections/{id}/changes} of whole nodes. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ChangesTest {
  private static final int CHANGES_TIMED = 100;

  private static final String GONE = "[{\"field\":\"gone\",\"op\":\"eq\",\"value\":true}]";

  private static String collection(LiveNode node, String slug, String source) {
    return node.make(
        "collection",
        Json.object()
            .put("name", slug)
            .put("slug", slug)
            .put("source_id", source)
            .put("primary_key_path", "id")
            .put("options", Json.object().put("delete_when", Json.read(GONE)).build())
            .build());
  }

  private static String source(LiveNode node) {
    return node.source("things", Json.object().build());
  }

  private static void put(LiveNode node, String source, String key, long n) {
    node.ingest(source, ("{\"id\":\"" + key + "\",\"n\":" + n + "}").getBytes(UTF_8));
  }

  private static void drop(LiveNode node, String source, String key) {
    node.ingest(source, ("{\"id\":\"" + key + "\",\"gone\":true}").getBytes(UTF_8));
  }

  private static Json.Obj poll(LiveNode node, String id, String query) {
    HttpResponse<byte[]> answer =
        node.call("GET", "/v1/collections/" + id + "/changes" + query, new byte[0]);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    return (Json.Obj) Json.parse(answer.body()).orElseThrow();
  }

  private static List<Json> changes(Json.Obj page) {
    return list(page, "changes");
  }

  private static List<Json> list(Json page, String name) {
    return ((Json.Obj) page).get(name) instanceof Json.Arr array ? array.items() : List.of();
  }

  private static String text(Json value, String name) {
    return LiveNode.text(value.bytes(), name);
  }

  /** The table as the list of records shows it. */
  private static Map<String, String> table(LiveNode node, String id) {
    Map<String, String> table = new TreeMap<>();
    String cursor = "";
    do {
      Json page =
          Json.parse(
                  node.call(
                          "GET",
                          "/v1/collections/" + id + "/records?limit=100" + cursor,
                          new byte[0])
                      .body())
              .orElseThrow();
      list(page, "records").forEach(row -> table.put(text(row, "record_key"), text(row, "data")));
      String next = text(page, "next_cursor");
      cursor = next.equals("null") ? "" : "&cursor=" + next;
    } while (!cursor.isEmpty());
    return table;
  }

  @BothDatabases
  void aStreamSaysReadyAndThenEachChange(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = source(node);
      String id = collection(node, "things", source);
      put(node, source, "before", 1);
      LiveNode.await("the first record", () -> table(node, id).size() == 1);
      try (ChangeClient client = ChangeClient.of(node, id, "now")) {
        assertThat(client.status).isEqualTo("HTTP/1.1 200 OK");
        ChangeClient.Message ready = client.next();
        assertThat(ready.event()).isEqualTo("ready");
        assertThat(client.cursor).isEqualTo(ready.at("cursor"));
        put(node, source, "k", 1);
        ChangeClient.Message upsert = client.next();
        assertThat(upsert.event()).isEqualTo("upsert");
        assertThat(upsert.at("op")).isEqualTo("upsert");
        assertThat(upsert.at("record_key")).isEqualTo("k");
        assertThat(upsert.at("cursor")).isEqualTo(client.cursor);
        assertThat(LiveNode.text(upsert.data().bytes(), "record", "source_event_id"))
            .isEqualTo(upsert.at("event_id"));
        drop(node, source, "k");
        ChangeClient.Message delete = client.next();
        assertThat(delete.event()).isEqualTo("delete");
        assertThat(delete.at("record")).isEqualTo("null");
      }
      try (ChangeClient client = ChangeClient.of(node, id, "start")) {
        assertThat(client.next().event()).isEqualTo("ready");
        assertThat(client.next().at("record_key")).isEqualTo("before");
        put(node, source, "later", 1);
        // What was deleted before is no record as it is.
        assertThat(client.next().at("record_key")).isEqualTo("later");
      }
    }
  }

  @BothDatabases
  void aPollWaitsForTheFirstChangeAndPagesThroughTheRest(BothDatabases.Store store)
      throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = source(node);
      String id = collection(node, "things", source);
      Json.Obj nothing = poll(node, id, "?wait=0");
      assertThat(changes(nothing)).isEmpty();
      assertThat(text(nothing, "has_more")).isEqualTo("false");
      String cursor = text(nothing, "next_cursor");

      CompletableFuture<Json.Obj> waiting =
          CompletableFuture.supplyAsync(() -> poll(node, id, "?wait=60&cursor=" + cursor));
      put(node, source, "a", 1);
      Json.Obj first = waiting.get(30, TimeUnit.SECONDS);
      assertThat(changes(first))
          .singleElement()
          .satisfies(change -> {
            assertThat(text(change, "op")).isEqualTo("upsert");
            assertThat(text(change, "cursor")).isEqualTo(text(first, "next_cursor"));
          });
      put(node, source, "b", 1);
      put(node, source, "c", 1);
      drop(node, source, "a");
      LiveNode.await("three changes", () -> table(node, id).keySet().equals(Set.of("b", "c")));
      Json.Obj page = poll(node, id, "?limit=2&cursor=" + cursor);
      assertThat(changes(page)).hasSize(2);
      assertThat(text(page, "has_more")).isEqualTo("true");
      Json.Obj rest = poll(node, id, "?limit=2&cursor=" + text(page, "next_cursor"));
      assertThat(changes(rest))
          .singleElement()
          .satisfies(change -> {
            assertThat(text(change, "op")).isEqualTo("delete");
            assertThat(text(change, "record_key")).isEqualTo("a");
          });
      assertThat(changes(poll(node, id, "?cursor=start"))).hasSize(2);
      assertThat(changes(poll(node, id, "?wait=1&cursor=" + text(rest, "next_cursor")))).isEmpty();
    }
  }

  @BothDatabases
  void requestsThatMakeNoSenseAreRefused(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = source(node);
      String id = collection(node, "things", source);
      String other = collection(node, "others", source);
      String foreign = text(poll(node, other, "?wait=0"), "next_cursor");
      put(node, source, "a", 1);
      LiveNode.await("a record", () -> table(node, id).size() == 1);
      Map<String, Integer> refused = new HashMap<>();
      refused.put(id + "/changes?cursor=nonsense", 400);
      refused.put(id + "/changes?cursor=%00", 400);
      refused.put(id + "/changes?cursor=" + foreign, 400);
      refused.put(id + "/changes?wait=61", 400);
      refused.put(id + "/changes?wait=-1", 400);
      refused.put(id + "/changes?limit=0", 400);
      refused.put("0".repeat(32) + "/changes", 404);
      refused.put("x/changes", 404);
      refused.forEach((path, status) ->
          assertThat(node.call("GET", "/v1/collections/" + path, new byte[0]).statusCode())
              .as(path)
              .isEqualTo(status));
      try (ChangeClient none = new ChangeClient(node, id, "?cursor=now");
          ChangeClient token = new ChangeClient(node, id, "?token=" + LiveNode.KEY);
          ChangeClient bad = ChangeClient.of(node, id, "nonsense")) {
        assertThat(none.status).startsWith("HTTP/1.1 401");
        assertThat(token.next().event()).isEqualTo("ready");
        assertThat(bad.status).startsWith("HTTP/1.1 400");
      }
    }
  }

  @BothDatabases
  void aDeletedCollectionEndsItsStreamsAndPolls(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = source(node);
      String id = collection(node, "things", source);
      try (ChangeClient client = ChangeClient.of(node, id, "now")) {
        assertThat(client.next().event()).isEqualTo("ready");
        CompletableFuture<Json.Obj> waiting =
            CompletableFuture.supplyAsync(() -> poll(node, id, "?wait=60"));
        assertThat(node.call("DELETE", "/v1/collections/" + id, new byte[0]).statusCode())
            .isEqualTo(200);
        assertThat(client.read()).isNull();
        // It may have come before the deletion or after it, and is over either way.
        assertThat(
                waiting
                    .handle((page, failure) -> failure != null || changes(page).isEmpty())
                    .get(30, TimeUnit.SECONDS))
            .isTrue();
        assertThat(node.call("GET", "/v1/collections/" + id + "/changes", new byte[0]).statusCode())
            .isEqualTo(404);
      }
    }
  }

  @BothDatabases
  void whoComesAndGoesEndsWithExactlyTheTable(BothDatabases.Store store) throws Exception {
    try (LiveNode first = new LiveNode(store)) {
      if (store.isPostgres()) {
        try (LiveNode second = new LiveNode(store)) {
          comeAndGo(first, second);
        }
      } else {
        comeAndGo(first, first);
      }
    }
  }

  private static void comeAndGo(LiveNode first, LiveNode second) throws Exception {
    String source = source(first);
    String id = collection(first, "things", source);
    SplittableRandom random = new SplittableRandom(11);
    int writes = 500;
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              SplittableRandom own = random.split();
              for (int i = 0; i < writes; i++) {
                String key = "k" + own.nextInt(40);
                LiveNode node = own.nextBoolean() ? first : second;
                if (own.nextInt(4) == 0) {
                  drop(node, source, key);
                } else {
                  put(node, source, key, i);
                }
              }
              put(first, source, "last", 1);
            });
    Map<String, String> seen = new TreeMap<>();
    String cursor = "start";
    SplittableRandom coming = random.split();
    while (!seen.containsKey("last")) {
      LiveNode node = coming.nextBoolean() ? first : second;
      if (coming.nextBoolean()) {
        Json.Obj page =
            poll(node, id, "?wait=5&limit=" + coming.nextInt(1, 30) + "&cursor=" + cursor);
        changes(page)
            .forEach(change ->
                ChangeClient.apply(
                    new ChangeClient.Message(text(change, "op"), (Json.Obj) change), seen));
        cursor = text(page, "next_cursor");
      } else {
        try (ChangeClient client = ChangeClient.of(node, id, cursor)) {
          assertThat(client.next().event()).isEqualTo("ready");
          int more = coming.nextInt(40);
          while (more-- > 0 && !seen.containsKey("last")) {
            client.applyTo(seen);
          }
          cursor = client.cursor;
        }
      }
    }
    writer.join();
    assertThat(seen).isEqualTo(table(first, id));
  }

  @BothDatabases
  void aSlowReaderHoldsUpNobodyAndFindsTheFinalStates(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = source(node);
      String id = collection(node, "things", source);
      String filler = "x".repeat(40_000);
      try (ChangeClient slow =
              new ChangeClient(node, 4_096, id, "?cursor=now", "X-API-Key: " + LiveNode.KEY);
          ChangeClient quick = ChangeClient.of(node, id, "now")) {
        assertThat(slow.next().event()).isEqualTo("ready");
        assertThat(quick.next().event()).isEqualTo("ready");
        Map<String, String> quickTable = new TreeMap<>();
        int writes = 400;
        for (int i = 0; i < writes; i++) {
          String body = "{\"id\":\"k" + i % 20 + "\",\"n\":" + i + ",\"f\":\"" + filler + "\"}";
          node.ingest(source, body.getBytes(UTF_8));
        }
        put(node, source, "last", 1);
        while (!quickTable.containsKey("last")) {
          quick.applyTo(quickTable);
        }
        assertThat(quickTable).isEqualTo(table(node, id));
        Map<String, String> slowTable = new TreeMap<>();
        Set<String> messages = new TreeSet<>();
        while (!slowTable.containsKey("last")) {
          slow.applyTo(slowTable);
          assertThat(messages.add(slow.cursor)).isTrue();
        }
        assertThat(slowTable).isEqualTo(quickTable);
        assertThat(messages.size()).as("states between are left out").isLessThan(writes);
      }
    }
  }

  @BothDatabases
  void aCursorFromBeforeAForgottenDeletionIsToldToStartAgain(BothDatabases.Store store)
      throws Exception {
    String id;
    String before;
    String after;
    try (LiveNode node = new LiveNode(store)) {
      String source = source(node);
      id = collection(node, "things", source);
      put(node, source, "kept", 1);
      put(node, source, "dropped", 1);
      LiveNode.await("both records", () -> table(node, id).size() == 2);
      before = text(poll(node, id, "?wait=0"), "next_cursor");
      drop(node, source, "dropped");
      Json.Obj deletion = poll(node, id, "?cursor=" + before);
      assertThat(changes(deletion)).hasSize(1);
      after = text(deletion, "next_cursor");
    }
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(2));
    Map<String, String> settings = Map.of("CATCHMENT_RETENTION_TOMBSTONE_DAYS", "1");
    try (LiveNode node = new LiveNode(store, settings, later)) {
      String path = "/v1/collections/" + id;
      LiveNode.await(
          "the tombstone is forgotten",
          () ->
              LiveNode.text(node.call("GET", path, new byte[0]).body(), "stats", "tombstone_count")
                  .equals("0"));
      HttpResponse<byte[]> expired =
          node.call("GET", path + "/changes?wait=0&cursor=" + before, new byte[0]);
      assertThat(expired.statusCode()).isEqualTo(410);
      assertThat(LiveNode.text(expired.body(), "error")).isEqualTo("Cursor expired");
      try (ChangeClient client =
          new ChangeClient(
              node,
              id,
              "?cursor=start",
              "X-API-Key: " + LiveNode.KEY,
              "Last-Event-ID: " + before)) {
        assertThat(client.status).startsWith("HTTP/1.1 410 ");
      }
      assertThat(changes(poll(node, id, "?wait=0&cursor=" + after)))
          .as("who was told of the deletion")
          .isEmpty();
      assertThat(changes(poll(node, id, "?wait=0&cursor=start")))
          .extracting(change -> text(change, "record_key"))
          .containsExactly("kept");
    }
  }

  @BothDatabases
  void aChangeReachesTheSubscriberWithinMilliseconds(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = source(node);
      String id = collection(node, "things", source);
      try (ChangeClient client = ChangeClient.of(node, id, "now")) {
        assertThat(client.next().event()).isEqualTo("ready");
        // Wide enough for a machine that is busy otherwise, and far from anybody's polling; the
        // bench
        // measures how short it is.
        List<Long> delays = delays(node, source, client);
        assertThat(delays.get(CHANGES_TIMED / 2)).as("median of %s", delays).isLessThan(100);
      }
    }
  }

  /** From the commit of each of some changes until it is read, in milliseconds, rising. */
  private static List<Long> delays(LiveNode node, String source, ChangeClient client)
      throws Exception {
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < CHANGES_TIMED; i++) {
      put(node, source, "k", i);
      ChangeClient.Message message = client.next();
      delays.add(
          Instant.now().toEpochMilli() - Times.parse(message.at("changed_at")).orElseThrow());
    }
    delays.sort(Long::compare);
    return delays;
  }
}
