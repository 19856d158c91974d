package dev.catchment.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.json.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Paths into records, lists of them, and the fields they choose. */
final class RecordPathTest {
  private static final RecordView RECORD =
      new RecordView(
          new RecordView.Columns("k", null, 0, 1_000, 2_000),
          "{\"a\":{\"b\":[1,{\"c\":null}]},\"a,b\":5,\"x.y\":6}");

  @Test
  void pathsLeadIntoTheDataAndColumnsHaveNamesOfTheirOwn() {
    Map<String, String> cases =
        Map.ofEntries(
            Map.entry("a.b[0]", "1"),
            Map.entry("$.a.b.0", "1"),
            Map.entry("data.a.b[1].c", "null"),
            Map.entry("data", "{\"a\":{\"b\":[1,{\"c\":null}]},\"a,b\":5,\"x.y\":6}"),
            Map.entry("a.b[2]", "absent"),
            Map.entry("a.b.c", "absent"),
            Map.entry("[\"x.y\"]", "6"),
            Map.entry("record_key", "absent"),
            Map.entry("$record_key", "\"k\""),
            Map.entry("$event_type", "null"),
            Map.entry("$source_event_at", "\"1970-01-01T00:00:00.000Z\""),
            Map.entry("$created_at", "\"1970-01-01T00:00:01.000Z\""),
            Map.entry("$updated_at", "\"1970-01-01T00:00:02.000Z\""));
    cases.forEach((path, value) ->
        assertThat(RecordPath.parse(path).find(RECORD).map(Json::text).orElse("absent"))
            .as(path)
            .isEqualTo(value));
  }

  @Test
  void aMemberCalledDataIsFoundBeforeTheWordIsDropped() {
    RecordView record =
        new RecordView(new RecordView.Columns("k", null, 0, 0, 0), "{\"data\":{\"a\":1},\"a\":2}");
    assertThat(RecordPath.parse("data.a").find(record)).contains(Json.of(1));
    assertThat(RecordPath.parse("data.data.a").find(record)).isEmpty();
  }

  @Test
  void commasInsideOfQuotesDoNotEndAPath() {
    assertThat(RecordPath.list("[\"a,b\"], a.b ,[\"x\\\"],\"]", "fields", 3))
        .extracting(RecordPath::toString)
        .containsExactly("[\"a,b\"]", "a.b", "[\"x\\\"],\"]");
    assertThatThrownBy(() -> RecordPath.list("a,b", "fields", 1))
        .hasMessage("Invalid query: 'fields' must be at most 1 paths");
    assertThatThrownBy(() -> RecordPath.list("a,,b", "fields", 5))
        .hasMessage("Invalid query: 'fields' must be a path: it is empty");
  }

  @Test
  void fieldsStayInTheirPlaces() {
    Map<String, String> cases =
        Map.of(
            "a.b[1]", "{\"a\":{\"b\":[null,{\"c\":null}]}}",
            "a.b[0],[\"x.y\"]", "{\"a\":{\"b\":[1]},\"x.y\":6}",
            "[\"x.y\"],a", "{\"a\":{\"b\":[1,{\"c\":null}]},\"x.y\":6}",
            "a.b.c.d", "{}",
            "$record_key", "{}",
            "$", RECORD.data().text());
    cases.forEach((fields, data) ->
        assertThat(RecordFields.parse(fields, "fields").of(RECORD.data()).text())
            .as(fields)
            .isEqualTo(data));
    assertThat(RecordFields.parse("a", "fields").of(Json.read("5")).text()).isEqualTo("null");
    assertThat(RecordFields.parse("a", "fields").of(Json.read("[5]")).text()).isEqualTo("[]");
  }

  @Test
  void numbersOfAnySizeHaveTheirPlace() {
    List<String> rising =
        List.of(
            "-1e" + "9".repeat(400),
            "-1" + "0".repeat(400) + "1",
            "-1" + "0".repeat(401),
            "-9",
            "-1e-5",
            "0",
            "1e-" + "9".repeat(50),
            "0.10",
            "0.11",
            "9.99",
            "10",
            "1" + "0".repeat(401),
            "1" + "0".repeat(400) + "1",
            "1e" + "9".repeat(50));
    for (int i = 1; i < rising.size(); i++) {
      byte[] before = SortKey.of(new Json.Num(rising.get(i - 1)));
      byte[] after = SortKey.of(new Json.Num(rising.get(i)));
      assertThat(Arrays.compareUnsigned(before, after))
          .as(rising.get(i - 1) + " < " + rising.get(i))
          .isNegative();
    }
    assertThat(SortKey.of(new Json.Num("1.50"))).isEqualTo(SortKey.of(new Json.Num("15e-1")));
    assertThat(SortKey.of(new Json.Num("-0.0"))).isEqualTo(SortKey.of(new Json.Num("0")));
  }
}
