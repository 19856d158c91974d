package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jerolba.carpet.CarpetReader;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Exports of a whole node, read back by those who did not write them. */
final class ExportTest {
  private static final Json.Obj PLAIN = Json.object().put("event_type_field", "type").build();

  private static final String[] HOSTILE = {
    "{\"id\":\"b\",\"type\":\"paid\",\"amount\":12345678901234567890.10,\"n\":1e400}",
    "{\"id\":\"=1+1\",\"t\":\"x,\\\"y\\\"\\r\\n\\u001f é 😀\",\"o\":{\"a\":[1,{}]},\"e\":\"\"}",
    "{\"id\":\"c,\\\"\\n\",\"lone\":\"\\ud800\",\"amount\":-5,\"t\":\"-5\",\"e\":null}",
    "{\"id\":7,\"deep\":" + "[".repeat(400) + "]".repeat(400) + "}"
  };

  @BothDatabases
  void linesOfJsonHoldTheDataAsTheyAreStored(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records(HOSTILE);
      List<String> lines = node.get("/export?format=ndjson").lines().toList();

      assertThat(lines).hasSize(4);
      assertThat(lines).extracting(ExportTest::key).containsExactly("7", "=1+1", "b", "c,\"\n");
      assertThat(lines.get(2))
          .startsWith(
              "{\"record_key\":\"b\",\"event_type\":\"paid\",\"data\":"
                  + HOSTILE[0]
                  + ",\"source_event_id\":\"")
          .endsWith("Z\"}");
      assertThat(lines.get(0)).contains("[".repeat(400) + "]".repeat(400));
      assertThat(((Json.Obj) Json.read(lines.get(0))).members().keySet())
          .containsExactly(
              "record_key",
              "event_type",
              "data",
              "source_event_id",
              "source_event_at",
              "created_at",
              "updated_at");
      assertThat(node.get("/export?format=ndjson&columns=o.a[0],amount").lines().toList())
          .extracting(line -> ((Json.Obj) Json.read(line)).get("data"))
          .extracting(data -> data == null ? "" : data.text())
          .containsExactly(
              "{}",
              "{\"o\":{\"a\":[1]}}",
              "{\"amount\":12345678901234567890.10}",
              "{\"amount\":-5}");
    }
  }

  private static String key(String line) {
    return LiveNode.text(Json.read(line).bytes(), "record_key");
  }

  @BothDatabases
  void csvIsReadBackByALibrary(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records(HOSTILE);
      List<NamedCsvRecord> whole = csv(node.get("/export?format=csv"));
      List<NamedCsvRecord> columns =
          csv(
              node.get(
                  "/export?format=csv&columns="
                      + SeededNode.encoded("amount,t,o,lone,e,$record_key")));

      assertThat(whole).hasSize(4);
      assertThat(whole.get(2).getHeader())
          .containsExactly(
              "record_key",
              "event_type",
              "source_event_id",
              "source_event_at",
              "created_at",
              "updated_at",
              "data");
      assertThat(whole.get(2).getField("data")).isEqualTo(HOSTILE[0]);
      assertThat(whole.get(3).getField("record_key")).isEqualTo("c,\"\n");
      assertThat(columns)
          .extracting(row -> row.getField("amount"))
          .containsExactly("", "", "12345678901234567890.10", "-5");
      assertThat(columns.get(1).getField("t")).isEqualTo("x,\"y\"\r\n\u001f é 😀");
      assertThat(columns.get(1).getField("o")).isEqualTo("{\"a\":[1,{}]}");
      assertThat(columns.get(3).getField("lone")).isEqualTo("\uFFFD");
      assertThat(columns.get(1).getField("$record_key")).isEqualTo("=1+1");
      assertThat(node.get("/export?format=csv&columns=e")).contains(",\"\"\r\n");
    }
  }

  @BothDatabases
  void onlyTextThatLooksLikeAFormulaIsMarkedForSpreadsheets(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records(HOSTILE);
      List<NamedCsvRecord> rows =
          csv(node.get("/export?format=csv&spreadsheet=true&columns=amount,t"));

      assertThat(rows)
          .extracting(row -> row.getField("record_key"))
          .containsExactly("7", "'=1+1", "b", "c,\"\n");
      assertThat(rows.get(3).getField("amount")).as("a number").isEqualTo("-5");
      assertThat(rows.get(3).getField("t")).as("a text").isEqualTo("'-5");
    }
  }

  private static List<NamedCsvRecord> csv(String text) {
    return CsvReader.builder().ofNamedCsvRecord(text).stream().toList();
  }

  @BothDatabases
  void parquetIsReadBackByALibrary(BothDatabases.Store store) throws IOException {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records(HOSTILE);
      List<Map<String, Object>> whole = parquet(node, store, "");
      List<Map<String, Object>> columns = parquet(node, store, "&columns=amount,o,event_type");

      assertThat(whole)
          .extracting(row -> row.get("record_key"))
          .containsExactly("7", "=1+1", "b", "c,\"\n");
      assertThat(whole.get(2))
          .containsEntry("data", HOSTILE[0])
          .containsEntry("event_type", "paid");
      assertThat(whole.get(0).get("event_type")).isNull();
      assertThat(String.valueOf(whole.get(2).get("created_at"))).startsWith("20");
      assertThat(columns.get(2)).containsEntry("amount", "12345678901234567890.10");
      assertThat(columns.get(1)).containsEntry("o", "{\"a\":[1,{}]}");
      assertThat(columns.get(1)).as("a name that is taken").containsKey("data.event_type");
      assertThat(columns.get(1)).doesNotContainKey("data");
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> parquet(
      SeededNode node, BothDatabases.Store store, String more) throws IOException {
    HttpResponse<byte[]> answer = node.call("GET", "/export?format=parquet" + more, new byte[0]);
    assertThat(answer.statusCode()).isEqualTo(200);
    Path file = store.dataDir().resolve("export.parquet");
    Files.write(file, answer.body());
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Map<?, ?> row : new CarpetReader<>(file.toFile(), Map.class)) {
      rows.add((Map<String, Object>) row);
    }
    return rows;
  }

  @BothDatabases
  void whatIsWantedIsChosenAndSorted(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records(
          "{\"id\":1,\"n\":3,\"type\":\"x\",\"t\":\"Needle\"}",
          "{\"id\":2,\"n\":1,\"type\":\"y\"}",
          "{\"id\":3,\"n\":2,\"type\":\"x\"}");
      String where = SeededNode.encoded("[{\"field\":\"n\",\"op\":\"gte\",\"value\":2}]");
      Map<String, List<String>> cases =
          Map.of(
              "",
              List.of("1", "2", "3"),
              "&sort=n",
              List.of("2", "3", "1"),
              "&sort=-n",
              List.of("1", "3", "2"),
              "&sort=-$record_key",
              List.of("3", "2", "1"),
              "&where=" + where,
              List.of("1", "3"),
              "&event_type=y",
              List.of("2"),
              "&search=needle",
              List.of("1"),
              "&after_key=1",
              List.of("2", "3"),
              "&after_key=3",
              List.of());
      cases.forEach((query, keys) ->
          assertThat(node.get("/export?format=ndjson" + query).lines().toList())
              .as(query)
              .extracting(ExportTest::key)
              .containsExactlyElementsOf(keys));
      assertThat(node.get("/export?format=csv&header=false&after_key=2").lines()).hasSize(1);
      HttpResponse<byte[]> answer = node.call("GET", "/export?format=csv", new byte[0]);
      assertThat(answer.headers().firstValue("Content-Disposition"))
          .contains("attachment; filename=\"orders.csv\"");
      assertThat(node.call("HEAD", "/export?format=csv", new byte[0]).statusCode()).isEqualTo(200);
    }
  }

  @BothDatabases
  void whatCannotBeIsSaidBeforeAFileBegins(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      assertThat(node.error(400, "/export")).startsWith("Invalid query: 'format' must be");
      assertThat(node.error(400, "/export?format=xlsx")).startsWith("Invalid query: 'format'");
      assertThat(node.error(400, "/export?format=csv&columns=a..b"))
          .startsWith("Invalid query: 'columns' must be a path");
      assertThat(node.error(400, "/export?format=csv&where=1"))
          .startsWith("Invalid query: 'where'");
      assertThat(node.error(400, "/export?format=csv&sort=-")).startsWith("Invalid query: 'sort'");
      assertThat(node.error(400, "/export?format=parquet&after_key=1"))
          .startsWith("Invalid query: 'after_key'");
      assertThat(node.error(400, "/export?format=csv&sort=n&after_key=1"))
          .startsWith("Invalid query: 'after_key'");
      assertThat(node.get("/export?format=ndjson")).isEmpty();
      assertThat(node.get("/export?format=csv").lines()).hasSize(1);
    }
  }

  @BothDatabases
  void anExportIsOneSnapshotThoughRecordsChangeMeanwhile(BothDatabases.Store store)
      throws Exception {
    try (SeededNode node = new SeededNode(store, PLAIN);
        HttpClient client = HttpClient.newHttpClient()) {
      // More than lies between a server and a client that does not read on.
      int records = 4_000;
      node.records(
          IntStream.range(0, records)
              .mapToObj(i -> numbered(10_000 + i, 1, 8_000))
              .toArray(String[]::new));
      String path = "/v1/collections/" + node.collectionId;
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:" + node.node.port() + path + "/export?format=ndjson"))
              .header("X-API-Key", LiveNode.KEY)
              .build();
      try (InputStream body =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body()) {
        byte[] begin = body.readNBytes(100);
        int last = 10_000 + records - 1;
        node.node.ingest(node.sourceId, numbered(last, 2, 0).getBytes(UTF_8));
        node.node.ingest(node.sourceId, numbered(last + 1, 2, 0).getBytes(UTF_8));
        node.awaitCount(records + 1);
        String whole = new String(begin, UTF_8) + new String(body.readAllBytes(), UTF_8);
        assertThat(whole.lines().count()).isEqualTo(records);
        assertThat(whole).doesNotContain("\"v\":2");
      }
      assertThat(node.get("/export?format=ndjson&after_key=13998").lines())
          .hasSize(2)
          .allMatch(line -> line.contains("\"v\":2"));
    }
  }

  private static String numbered(int id, int version, int pad) {
    return "{\"id\":" + id + ",\"v\":" + version + ",\"pad\":\"" + "x".repeat(pad) + "\"}";
  }

  @BothDatabases
  void anUnchangedExportIsNotSentAgain(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records("{\"id\":1}");
      String path = "/v1/collections/" + node.collectionId + "/export";
      for (String query : List.of("?format=ndjson", "?format=csv", "?format=parquet")) {
        HttpResponse<byte[]> file = node.node.call("GET", path + query, new byte[0]);
        String tag = file.headers().firstValue("ETag").orElseThrow();
        HttpResponse<byte[]> same =
            node.node.call("GET", path + query, new byte[0], "If-None-Match", tag);
        assertThat(same.statusCode()).as(query).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(same.headers().firstValue("ETag")).contains(tag);
        HttpResponse<byte[]> other =
            node.node.call("GET", path + query + "&columns=id", new byte[0], "If-None-Match", tag);
        assertThat(other.statusCode()).as("another file").isEqualTo(200);
        node.records("{\"id\":\"" + query + "\"}");
        HttpResponse<byte[]> changed =
            node.node.call("GET", path + query, new byte[0], "If-None-Match", tag);
        assertThat(changed.statusCode()).as(query).isEqualTo(200);
        assertThat(changed.body()).isNotEqualTo(file.body());
      }
    }
  }

  @BothDatabases
  void aDownloadThatBrokeIsGoneOnWithBehindItsLastRecord(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      String[] first =
          IntStream.range(0, 3_000)
              .mapToObj(
                  i -> "{\"id\":" + (10_000 + i) + ",\"v\":1,\"pad\":\"" + "x".repeat(500) + "\"}")
              .toArray(String[]::new);
      node.records(first);
      List<String> lines = node.get("/export?format=ndjson").lines().toList();

      assertThat(lines).hasSize(3_000);
      assertThat(lines).extracting(ExportTest::key).doesNotHaveDuplicates().isSorted();
      String half = key(lines.get(1_499));
      List<String> rest = node.get("/export?format=ndjson&after_key=" + half).lines().toList();
      assertThat(rest)
          .as("the rest of a download that broke")
          .isEqualTo(lines.subList(1_500, 3_000));
    }
  }
}
