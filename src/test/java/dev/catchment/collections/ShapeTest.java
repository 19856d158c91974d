package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Keys of several parts, deep merging, and data made by an expression. */
final class ShapeTest {
  private static final String DEEP =
      """
      {"merge":"deep","event_time_path":"at","data_path":"v",
       "delete_when":[{"field":"gone","op":"exists","value":true}]}
      """;

  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  @Test
  void differentPartsNeverMakeTheSameKey() {
    assertThat(FoldShape.joined(List.of("acme", "42"))).isEqualTo("acme:42");
    List<List<String>> all = new ArrayList<>();
    List<String> parts = List.of("a", "b", ":", "\\", "a:", ":a", "a\\", "\\a", "\\:", "a:b");
    parts.forEach(one -> parts.forEach(other -> all.add(List.of(one, other))));
    assertThat(all.stream().map(FoldShape::joined).distinct()).hasSize(all.size());
  }

  @Test
  void aKeyOfSeveralPartsNeedsAllOfThem() {
    String[][] cases = {
      {"{\"a\":\"x\",\"b\":{\"c\":1.0}}", "x:1"},
      {"{\"a\":true,\"b\":{\"c\":\"1\"}}", "true:1"},
      {"{\"a\":\"x\",\"b\":{}}", "key_missing"},
      {"{\"a\":\"x\",\"b\":{\"c\":null}}", "key_missing"},
      {"{\"a\":[],\"b\":{\"c\":1}}", "key_type"},
      {"{\"a\":\"\",\"b\":{\"c\":1}}", "key_empty"},
      {
        "{\"a\":\"" + "x".repeat(600) + "\",\"b\":{\"c\":\"" + "y".repeat(600) + "\"}}",
        "key_too_long"
      },
      {"no json", "body_not_parsed"},
    };
    CollectionRow.FoldSpec spec = Events.spec("id", "{\"key_paths\":[\"a\",\"b.c\"]}");
    for (String[] one : cases) {
      String got =
          switch (Events.fold(spec, Events.json(1, one[0]))) {
            case Fold.Outcome.Change change -> change.key();
            case Fold.Outcome.Skipped skipped -> skipped.reason();
            case Fold.Outcome.PassedOver passedOver -> "passed over";
          };
      assertThat(got).as(one[0]).isEqualTo(one[1]);
    }
  }

  @Test
  void patchesFollowTheExamplesOfTheirStandard() {
    // RFC 7386, appendix A: original, patch, result.
    String[][] cases = {
      {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
      {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
      {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
      {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
      {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
      {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
      {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
      {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
      {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
      {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
      {"{\"a\":\"foo\"}", "null", "null"},
      {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
      {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
      {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
      {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    for (String[] one : cases) {
      assertThat(MergePatch.apply(Json.read(one[0]), Json.read(one[1])).text())
          .as(one[1])
          .isEqualTo(one[2]);
    }
  }

  @BothDatabases
  void aMergedRecordDoesNotDependOnTheOrderOfArrival(BothDatabases.Store store) {
    List<String> bodies = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String member = "m" + i % 4;
      String value = i % 5 == 4 ? "null" : Integer.toString(i);
      bodies.add(
          i == 3
              ? "{\"id\":\"k\",\"at\":1003,\"gone\":1}"
              : "{\"id\":\"k\",\"at\":"
                  + (1_000 + i)
                  + ",\"v\":{\""
                  + member
                  + "\":"
                  + value
                  + ",\"deep\":{\""
                  + member
                  + "\":"
                  + value
                  + "}}}");
    }
    try (ProjectorNode node = new ProjectorNode(store, "a", clock, 5)) {
      Map<String, Json> seen = new TreeMap<>();
      Random random = new Random(7);
      for (int round = 0; round < 6; round++) {
        String source = Integer.toString(round).repeat(32);
        String id = node.create("c" + round, source, Events.spec("id", DEEP)).id();
        for (String body : bodies) {
          node.append(source, clock.millis(), body);
          if (random.nextInt(3) == 0) {
            node.settle();
          }
        }
        node.settle();
        seen.put("live " + round, Json.read(node.records(id, 10).getFirst().data()));
        node.backfill(id, true, round % 2 == 0);
        node.settleBackfills();
        seen.put("again " + round, Json.read(node.records(id, 10).getFirst().data()));
        assertThat(node.get(id).progress().appliedCount() + node.get(id).progress().staleCount())
            .isEqualTo(bodies.size());
        Collections.shuffle(bodies, random);
      }
      Json expected =
          Json.read("{\"m0\":8,\"deep\":{\"m0\":8,\"m2\":10,\"m3\":11},\"m2\":10,\"m3\":11}");
      assertThat(seen.values()).allSatisfy(data -> assertThat(data).isEqualTo(expected));
    }
  }

  @BothDatabases
  void aLateEventWhosePastIsGoneAddsWhatTheRecordHasNot(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", DEEP)).id();
      node.append("{\"id\":\"k\",\"at\":10,\"v\":{\"a\":1,\"in\":{\"x\":1}}}");
      node.append("{\"id\":\"k\",\"at\":30,\"v\":{\"b\":3}}");
      node.settle();
      node.database.write(tx -> {
        tx.update("DELETE FROM record_events WHERE position = 1");
        return tx.update("DELETE FROM events WHERE position = 1");
      });
      clock.set(clock.millis() + 1_000);
      node.append("{\"id\":\"k\",\"at\":20,\"v\":{\"a\":2,\"b\":2,\"c\":2,\"in\":{\"y\":2}}}");
      node.settle();
      assertThat(Json.read(node.records(id, 10).getFirst().data()))
          .isEqualTo(Json.read("{\"a\":1,\"in\":{\"x\":1,\"y\":2},\"b\":3,\"c\":2}"));
    }
  }

  @BothDatabases
  void anExpressionMakesTheDataAndSkipsWhatItCannot(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id =
          node.create(
                  "c",
                  Events.SOURCE,
                  Events.spec(
                      "id",
                      """
                      {"data_path":"v","delete_when":[{"field":"gone","op":"exists","value":true}],
                       "data_expression":"{'sum': $sum(items.n), 'by': $event.method}"}
                      """))
              .id();
      node.append("{\"id\":\"a\",\"v\":{\"items\":[{\"n\":1},{\"n\":2}]}}");
      node.append("{\"id\":\"b\",\"v\":{\"items\":[{\"n\":\"x\"}]}}");
      node.append("{\"id\":\"c\",\"gone\":1}");
      node.settle();
      assertThat(node.records(id, 10)).extracting(RecordRow::key).containsExactly("a");
      assertThat(node.records(id, 10).getFirst().data()).isEqualTo("{\"sum\":3,\"by\":\"POST\"}");
      CollectionRow.Progress progress = node.get(id).progress();
      assertThat(progress.skippedReasons().text()).isEqualTo("{\"expression_failed\":1}");
      assertThat(progress.tombstoneCount()).isEqualTo(1);
    }
  }
}
