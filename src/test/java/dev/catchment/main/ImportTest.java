package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Receiver;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Imports into collections of a whole node. */
final class ImportTest {
  private static final String DATA =
      "{\"id\":\"k1\",\"type\":\"t1\",\"at\":\"2026-01-02T03:04:05.678Z\",\"n\":1.00,"
          + "\"payload\":1,\"body\":{\"x\":\"\\uD800\"}}";

  private static Json.Obj rules(String json) {
    return (Json.Obj) Json.read(json);
  }

  @BothDatabases
  void anExportedLineIsTakenByACollectionOfAnyShape(BothDatabases.Store store) {
    List<String> shapes =
        List.of(
            "{\"event_type_field\":\"type\",\"options\":{\"event_time_path\":\"at\"}}",
            "{\"primary_key_path\":\"k.id\",\"event_type_field\":\"t\","
                + "\"options\":{\"data_path\":\"data.object\",\"event_time_path\":\"created\"}}",
            "{\"primary_key_path\":\"headers.x-key\",\"event_type_field\":\"headers.X-Topic\","
                + "\"options\":{\"data_path\":\"payload.after\",\"event_time_path\":\"body.ts\"}}",
            "{\"primary_key_path\":\"[\\\"a.b\\\"].items[1]\",\"event_type_field\":\"type\","
                + "\"options\":{\"data_path\":\"list[2]\",\"event_time_path\":\"at\"}}",
            "{\"primary_key_path\":\"key\",\"event_type_field\":\"type\","
                + "\"options\":{\"data_path\":\"payload\",\"event_time_path\":\"at\"}}");
    String line =
        "{\"record_key\":\"k1\",\"data\":"
            + DATA
            + ",\"event_type\":\"t1\",\"source_event_id\":\"x\","
            + "\"source_event_at\":\"2026-01-02T03:04:05.678Z\"}";
    try (SeededNode node = new SeededNode(store, Json.object().build())) {
      for (int i = 0; i < shapes.size(); i++) {
        SeededNode shaped = node.over(node.make("shape-" + i, rules(shapes.get(i))));
        assertThat(shaped.fill("", List.of(line)).text())
            .as(shapes.get(i))
            .isEqualTo("{\"imported\":1,\"skipped\":0,\"errors\":[]}");
        shaped.awaitCount(1);
        Json.Obj out = (Json.Obj) Json.read(shaped.get("/export?format=ndjson").strip());
        assertThat(LiveNode.text(out.bytes(), "record_key")).isEqualTo("k1");
        assertThat(out.get("data")).as(shapes.get(i)).isEqualTo(Json.read(DATA));
        assertThat(LiveNode.text(out.bytes(), "event_type")).isEqualTo("t1");
        assertThat(LiveNode.text(out.bytes(), "source_event_at"))
            .isEqualTo("2026-01-02T03:04:05.678Z");
      }
    }
  }

  @BothDatabases
  void aLineThatWouldBecomeAnotherRecordIsSkippedWithItsReason(BothDatabases.Store store) {
    Json.Obj rules =
        rules(
            "{\"event_type_field\":\"type\",\"options\":{"
                + "\"include_when\":[{\"field\":\"no\",\"op\":\"exists\",\"value\":false}],"
                + "\"delete_when\":[{\"field\":\"gone\",\"op\":\"eq\",\"value\":true}]}}");
    Map<String, String> cases = new LinkedHashMap<>();
    cases.put("{\"id\":1", "is not JSON in UTF-8, or nested too deeply");
    cases.put("[1]", "is not a JSON object");
    cases.put("{\"x\":1}", "gives no record: key_missing");
    cases.put("{\"id\":{}}", "gives no record: key_type");
    cases.put("{\"id\":1,\"no\":1}", "include_when does not let it through");
    cases.put("{\"id\":1,\"gone\":true}", "delete_when would delete it");
    cases.put(
        "{\"record_key\":\"2\",\"data\":{\"id\":1}}",
        "has another key at primary_key_path than its record_key");
    cases.put(
        "{\"record_key\":\"2\",\"data\":{\"x\":1}}",
        "has no place for what its data do not hold, since the data are the whole body");
    cases.put(
        "{\"data\":{\"id\":1,\"type\":\"a\"},\"event_type\":\"b\"}",
        "has an event_type that event_type_field cannot give; leave it out or ignore it");
    cases.put(
        "{\"data\":{\"id\":1},\"source_event_at\":\"2026-01-01T00:00:00Z\"}",
        "has a source_event_at that event_time_path cannot give; leave it out or ignore it");
    cases.put(
        "{\"data\":{\"id\":1},\"source_event_at\":1}",
        "has a source_event_at that is not a string");
    cases.put(
        "{\"data\":{\"id\":1},\"source_event_at\":\"soon\"}",
        "has a source_event_at that is not an ISO 8601 time");
    cases.put("[".repeat(600) + "]".repeat(600), "is not JSON in UTF-8, or nested too deeply");
    cases.put("{\"id\":\"" + "k".repeat(2_000) + "\"}", "gives no record: key_too_long");
    try (SeededNode node = new SeededNode(store, rules)) {
      List<String> lines = new ArrayList<>(cases.keySet());
      lines.add(3, "");
      lines.add("{\"id\":\"good\"}");
      Json.Obj outcome = node.fill("", lines);

      assertThat(SeededNode.number(outcome, "imported")).isEqualTo(1);
      assertThat(SeededNode.number(outcome, "skipped")).isEqualTo(cases.size());
      List<String> expected = new ArrayList<>();
      int number = 0;
      for (String reason : cases.values()) {
        number += number == 3 ? 2 : 1;
        expected.add("{\"line\":" + number + ",\"reason\":\"" + reason + "\"}");
      }
      assertThat(((Json.Arr) Objects.requireNonNull(outcome.get("errors"))).items())
          .extracting(Json::text)
          .containsExactlyElementsOf(expected);
      assertThat(
              SeededNode.number(
                  node.fill(
                      "?ignore=event_type,source_event_at",
                      List.of(
                          "{\"data\":{\"id\":9,\"type\":\"a\"},\"event_type\":\"b\","
                              + "\"source_event_at\":\"2026-01-01T00:00:00Z\"}")),
                  "imported"))
          .isEqualTo(1);
      node.awaitCount(2);
    }
  }

  @BothDatabases
  void bodiesAreTakenAsSendersSendThem(BothDatabases.Store store) {
    Json.Obj rules =
        rules("{\"primary_key_path\":\"data.id\",\"options\":{\"data_path\":\"data\"}}");
    try (SeededNode node = new SeededNode(store, rules)) {
      String body = "{\"type\":\"x\",\"data\":{\"id\":5,\"v\":1}}";
      assertThat(SeededNode.number(node.fill("?lines=bodies", List.of(body)), "imported"))
          .isEqualTo(1);
      node.awaitCount(1);
      assertThat(node.get("/export?format=ndjson")).contains("\"data\":{\"id\":5,\"v\":1}");
    }
  }

  @BothDatabases
  void seedsAreDeliveredToNobodyAndAreThereForABackfill(BothDatabases.Store store)
      throws Exception {
    try (SeededNode node = new SeededNode(store, Json.object().build());
        Receiver receiver = Receiver.start()) {
      node.node.connect(node.sourceId, node.node.destination("d", receiver.url("/x")));
      node.records("{\"id\":1}", "{\"id\":2}");
      // What is sent behind them arrives, so they were passed over and not merely slow.
      node.node.ingest(node.sourceId, "{\"id\":3}".getBytes(UTF_8));
      receiver.awaitCount(1, Duration.ofSeconds(30));
      node.awaitCount(3);

      assertThat(receiver.requests()).hasSize(1);
      assertThat(node.node.events(node.sourceId)).isEqualTo(3);
      SeededNode later = node.over(node.make("later", Json.object().build()));
      HttpResponse<byte[]> begun =
          node.node.call(
              "POST", "/v1/collections/" + later.collectionId + "/backfill", new byte[0]);
      assertThat(begun.statusCode()).isEqualTo(202);
      later.awaitCount(3);
    }
  }

  @BothDatabases
  void whoMayNotIsToldBeforeTheBodyIsRead(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, Json.object().build())) {
      byte[] large = "{\"id\":1}\n".repeat(400_000).getBytes(UTF_8);
      HttpResponse<byte[]> nobody =
          node.node.call("POST", "/v1/collections/" + "0".repeat(32) + "/import", large);
      assertThat(nobody.statusCode()).isEqualTo(404);
      node.node.call(
          "PATCH",
          "/v1/collections/" + node.collectionId,
          "{\"status\":\"disabled\"}".getBytes(UTF_8));
      HttpResponse<byte[]> disabled = node.call("POST", "/import", "{\"id\":1}".getBytes(UTF_8));
      assertThat(disabled.statusCode()).isEqualTo(409);
      assertThat(LiveNode.text(disabled.body(), "error")).isEqualTo("Collection is disabled");
      assertThat(node.node.events(node.sourceId)).isZero();
    }
  }

  @BothDatabases
  void theQuotaOfEventsHoldsForImportsToo(BothDatabases.Store store) {
    Map<String, String> quota = Map.of("CATCHMENT_QUOTAS_EVENTS_PER_MONTH", "600");
    try (SeededNode node = new SeededNode(store, Json.object().build(), quota)) {
      HttpResponse<byte[]> many = imported(node, 0, 700);
      assertThat(many.statusCode()).isEqualTo(429);
      assertThat(LiveNode.text(many.body(), "error"))
          .as("as many as there is room for")
          .isEqualTo("Event quota exceeded: all lines before line 601 were imported");
      assertThat(many.headers().firstValue("Retry-After"))
          .hasValueSatisfying(seconds -> assertThat(Long.parseLong(seconds)).isPositive());
      node.awaitCount(600);
      HttpResponse<byte[]> more = imported(node, 600, 601);
      assertThat(more.statusCode()).isEqualTo(429);
      assertThat(LiveNode.text(more.body(), "error")).isEqualTo("Event quota exceeded");
      HttpResponse<byte[]> sent =
          node.node.call("POST", "/v1/ingest/" + node.sourceId, "{\"id\":-1}".getBytes(UTF_8));
      assertThat(sent.statusCode()).as("seeds count like events that are sent").isEqualTo(429);
      assertThat(node.count()).isEqualTo(600);
    }
  }

  @BothDatabases
  void aBatchThatFitsThePlanInPartIsTakenInPart(BothDatabases.Store store) {
    Map<String, String> quota = Map.of("CATCHMENT_QUOTAS_EVENTS_PER_MONTH", "310");
    try (SeededNode node = new SeededNode(store, Json.object().build(), quota)) {
      assertThat(imported(node, 0, 300).statusCode()).isEqualTo(200);
      String lines =
          "{\"no\":\"key\"}\n\n"
              + IntStream.range(300, 320)
                  .mapToObj(i -> "{\"id\":" + i + "}\n")
                  .collect(Collectors.joining());
      HttpResponse<byte[]> part = node.call("POST", "/import", lines.getBytes(UTF_8));
      assertThat(part.statusCode()).isEqualTo(429);
      assertThat(LiveNode.text(part.body(), "error"))
          .as("lines that are blank or skipped are lines")
          .isEqualTo("Event quota exceeded: all lines before line 13 were imported");
      node.awaitCount(310);
      assertThat(node.node.call("GET", records(node, "309"), new byte[0]).statusCode())
          .isEqualTo(200);
      assertThat(node.node.call("GET", records(node, "310"), new byte[0]).statusCode())
          .isEqualTo(404);
      assertThat(imported(node, 0, 0).statusCode()).as("nothing to import").isEqualTo(200);
    }
  }

  private static String records(SeededNode node, String key) {
    return "/v1/collections/" + node.collectionId + "/records/" + key;
  }

  @BothDatabases
  void anImportWhoseCollectionIsGoneMidwayNamesTheLine(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, Json.object().build())) {
      String path = "/v1/collections/" + node.collectionId;
      HttpResponse<byte[]> disabled =
          importedWith(
              node,
              () -> node.node.call("PATCH", path, "{\"status\":\"disabled\"}".getBytes(UTF_8)));
      assertThat(disabled.statusCode()).isEqualTo(409);
      assertThat(LiveNode.text(disabled.body(), "error"))
          .isEqualTo("Collection is disabled: all lines before line 501 were imported");

      node.node.call("PATCH", path, "{\"status\":\"active\"}".getBytes(UTF_8));
      HttpResponse<byte[]> deleted =
          importedWith(node, () -> node.node.call("DELETE", path, new byte[0]));
      assertThat(deleted.statusCode()).isEqualTo(404);
      assertThat(LiveNode.text(deleted.body(), "error"))
          .isEqualTo("Collection not found: all lines before line 501 were imported");
      assertThat(node.node.events(node.sourceId)).isEqualTo(1_000);
    }
  }

  /** Imports 1,800 lines, and does something once the first batch of them has been taken. */
  private static HttpResponse<byte[]> importedWith(SeededNode node, Runnable midway) {
    int before = node.node.events(node.sourceId);
    byte[] half = ("{\"id\":1,\"pad\":\"" + "x".repeat(200) + "\"}\n").repeat(900).getBytes(UTF_8);
    InputStream later =
        new FilterInputStream(new ByteArrayInputStream(half)) {
          private boolean done;

          private void act() {
            if (!done) {
              done = true;
              LiveNode.await("a batch", () -> node.node.events(node.sourceId) == before + 500);
              midway.run();
            }
          }

          @Override
          public int read() throws IOException {
            act();
            return super.read();
          }

          @Override
          public int read(byte[] bytes, int from, int length) throws IOException {
            act();
            return super.read(bytes, from, length);
          }
        };
    return node.node.call(
        "POST",
        "/v1/collections/" + node.collectionId + "/import",
        HttpRequest.BodyPublishers.ofInputStream(
            () -> new SequenceInputStream(new ByteArrayInputStream(half), later)));
  }

  /** Imports records with the numbers from the first to before the last. */
  private static HttpResponse<byte[]> imported(SeededNode node, int first, int last) {
    String lines =
        IntStream.range(first, last)
            .mapToObj(i -> "{\"id\":" + i + "}")
            .collect(Collectors.joining("\n"));
    return node.call("POST", "/import", lines.getBytes(UTF_8));
  }

  @BothDatabases
  void manyLinesAreTakenInOneRequest(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, Json.object().build())) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        lines.add("{\"id\":" + i + ",\"pad\":\"" + "x".repeat(i % 700) + "\"}");
      }
      assertThat(SeededNode.number(node.fill("", lines), "imported")).isEqualTo(5_000);
      node.awaitCount(5_000);
      assertThat(node.get("/export?format=ndjson").lines().count()).isEqualTo(5_000);
    }
  }
}
