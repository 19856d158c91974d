package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a whole node tells about the records of a collection. */
final class InsightTest {
  private static final Json.Obj PLAIN = Json.object().put("event_type_field", "type").build();

  @BothDatabases
  void theSchemaIsOfTheNewestRecords(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records("{\"id\":1,\"old\":true}");
      node.records(
          "{\"id\":2,\"a.b\":{\"$x\":1.5},\"items\":[{\"sku\":\"A\"},{\"sku\":7}],\"mail\":\"a@b.example\"}");

      assertThat(node.get("/schema?sample=1&formats=true"))
          .isEqualTo(
              "{\"fields\":["
                  + field("[\\\"a.b\\\"]", "object", "null", "null")
                  + ","
                  + field("[\\\"a.b\\\"].$x", "number", "1.5", "null")
                  + ","
                  + field("id", "integer", "2", "null")
                  + ","
                  + field("items", "array", "null", "null")
                  + ","
                  + field("items[]", "object", "null", "null")
                  + ","
                  + field("items[].sku", "integer\",\"string", "\"A\"", "null")
                  + ","
                  + field("mail", "string", "\"a@b.example\"", "\"email\"")
                  + "],\"sample_count\":1}");
      assertThat(node.get("/schema")).contains("\"sample_count\":2").doesNotContain("\"format\"");
      assertThat(node.get("/schema?sample=9999")).contains("\"sample_count\":2");
      assertThat(node.get("/schema?format=typescript"))
          .startsWith(
              "// Inferred from 2 records of the collection orders.\nexport type Orders = {")
          .contains("  \"a.b\"?: {\n    $x: number;\n  };\n");
      assertThat(node.get("/schema?format=json-schema"))
          .contains("\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"")
          .contains("\"required\":[\"id\"]");
      assertThat(node.error(400, "/schema?sample=0"))
          .isEqualTo("Invalid query: 'sample' must be an integer of at least 1");
      assertThat(node.error(400, "/schema?format=x")).startsWith("Invalid query: 'format' must be");
    }
  }

  private static String field(String path, String types, String example, String format) {
    return "{\"path\":\""
        + path
        + "\",\"types\":[\""
        + types
        + "\"],\"count\":1,\"presence\":1,\"nullable\":false,\"example\":"
        + example
        + ",\"format\":"
        + format
        + "}";
  }

  @BothDatabases
  void driftComparesTheNewestWithThoseBefore(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      assertThat(node.json("/schema/drift").get("appeared")).isEqualTo(Json.array());
      node.records("{\"id\":1,\"v\":1,\"old\":1}", "{\"id\":2,\"v\":2,\"old\":1}");
      node.records("{\"id\":3,\"v\":\"x\",\"young\":1}", "{\"id\":4,\"v\":null,\"young\":2}");
      Json.Obj drift = node.json("/schema/drift?sample=2");

      assertThat(String.valueOf(drift.get("appeared"))).contains("young");
      assertThat(node.get("/schema/drift?sample=2"))
          .contains(
              "\"appeared\":[{\"path\":\"young\",\"types\":[\"integer\"],\"count\":2,"
                  + "\"presence\":1,\"by_chance\":0}]")
          .contains("\"vanished\":[{\"path\":\"old\"")
          .contains(
              "\"changed\":[{\"path\":\"v\",\"types_before\":[\"integer\"],"
                  + "\"types_recent\":[\"null\",\"string\"],\"count_before\":2,\"count_recent\":2}]");
      assertThat(node.get("/schema/drift?since=2000-01-01"))
          .contains("\"recent\":{\"sample_count\":4")
          .contains("\"before\":{\"sample_count\":0");
      assertThat(node.get("/schema/drift?since=2099-01-01"))
          .contains("\"recent\":{\"sample_count\":0")
          .contains("\"before\":{\"sample_count\":4");
      assertThat(node.error(400, "/schema/drift?since=soon")).startsWith("Invalid query: 'since'");
    }
  }

  @BothDatabases
  void metricsAreExactInGroups(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records(
          "{\"id\":1,\"s\":\"paid\",\"a\":0.1,\"at\":\"2026-03-28T23:30:00Z\"}",
          "{\"id\":2,\"s\":\"paid\",\"a\":0.2,\"at\":1774827000}",
          "{\"id\":3,\"s\":\"open\",\"a\":12345678901234567890123456789.5,\"at\":\"nonsense\"}",
          "{\"id\":4,\"s\":null,\"a\":\"7\",\"at\":\"2026-03-30T01:00:00Z\"}",
          "{\"id\":5,\"a\":1e999999999,\"type\":\"x\"}",
          "{\"id\":6,\"s\":1,\"a\":1}",
          "{\"id\":7,\"s\":1.0,\"a\":2}");
      Map<String, String> cases = new LinkedHashMap<>();
      cases.put("", "{\"bucket\":null,\"group\":{},\"values\":{\"count\":7}}");
      cases.put(
          "?metrics=sum(a),avg(a),min(a),max(a),count(s),distinct(s)&where="
              + SeededNode.encoded("[{\"field\":\"s\",\"op\":\"eq\",\"value\":\"paid\"}]"),
          "{\"bucket\":null,\"group\":{},\"values\":{\"sum(a)\":0.3,\"avg(a)\":0.15,"
              + "\"min(a)\":0.1,\"max(a)\":0.2,\"count(s)\":2,\"distinct(s)\":1}}");
      cases.put(
          "?metrics=sum(a)&event_type=x",
          "{\"bucket\":null,\"group\":{},\"values\":{\"sum(a)\":null}}");
      cases.put(
          "?group_by=s&sort=-count,s&metrics=count,sum(a)",
          "{\"bucket\":null,\"group\":{\"s\":1.0},\"values\":{\"count\":2,\"sum(a)\":3}},"
              + "{\"bucket\":null,\"group\":{\"s\":\"paid\"},\"values\":{\"count\":2,\"sum(a)\":0.3}},"
              + "{\"bucket\":null,\"group\":{},\"values\":{\"count\":1,\"sum(a)\":null}},"
              + "{\"bucket\":null,\"group\":{\"s\":null},\"values\":{\"count\":1,\"sum(a)\":null}},"
              + "{\"bucket\":null,\"group\":{\"s\":\"open\"},\"values\":"
              + "{\"count\":1,\"sum(a)\":12345678901234567890123456789.5}}");
      cases.put(
          "?bucket=day(at)&timezone=Europe/Berlin",
          "{\"bucket\":null,\"group\":{},\"values\":{\"count\":4}},"
              + "{\"bucket\":\"2026-03-28T23:00:00.000Z\",\"group\":{},\"values\":{\"count\":1}},"
              + "{\"bucket\":\"2026-03-29T22:00:00.000Z\",\"group\":{},\"values\":{\"count\":2}}");
      cases.put(
          "?bucket=month(at)&sort=-bucket",
          "{\"bucket\":\"2026-03-01T00:00:00.000Z\",\"group\":{},\"values\":{\"count\":3}},"
              + "{\"bucket\":null,\"group\":{},\"values\":{\"count\":4}}");
      cases.forEach((query, groups) ->
          assertThat(node.get("/aggregate" + query))
              .as(query)
              .startsWith("{\"groups\":[" + groups + "],\"group_count\":"));
      assertThat(node.get("/aggregate?group_by=s&limit=1"))
          .endsWith(
              "\"group_count\":5,\"has_more\":true,\"scanned_count\":7,\"matched_count\":7,"
                  + "\"complete\":true,\"bounds_met\":[]}");
    }
  }

  @BothDatabases
  void aQuestionThatCannotBeAskedNamesItsParameter(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      Map<String, String> cases =
          Map.ofEntries(
              Map.entry("metrics=median(a)", "metrics"),
              Map.entry("metrics=sum", "metrics"),
              Map.entry("metrics=,", "metrics"),
              Map.entry("metrics=sum(a..b)", "metrics"),
              Map.entry("metrics=count,count", "metrics"),
              Map.entry("group_by=a,b,c,d,e,f", "group_by"),
              Map.entry("group_by=a]", "group_by"),
              Map.entry("bucket=year(at)", "bucket"),
              Map.entry("bucket=day", "bucket"),
              Map.entry("bucket=day(at)&timezone=Mars/Base", "timezone"),
              Map.entry("sort=x", "sort"),
              Map.entry("sort=bucket", "sort"),
              Map.entry("where=x", "where"),
              Map.entry("limit=0", "limit"));
      cases.forEach((query, parameter) ->
          assertThat(node.error(400, "/aggregate?" + query))
              .as(query)
              .startsWith("Invalid query: '" + parameter + "' must "));
      assertThat(node.get("/aggregate?group_by=" + SeededNode.encoded("[\"a,b\"]")))
          .startsWith("{\"groups\":[]");
    }
  }
}
