package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Times;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Queries over records, with and without indexes. */
final class RecordQueryTest {
  /** In their order. */
  private static final List<String> VALUES =
      List.of(
          "",
          "null",
          "false",
          "true",
          "-1e999999999",
          "-12345678901234567890.5",
          "-12345678901234567890",
          "-2.5",
          "-2.05",
          "-1e-400",
          "0",
          "1e-999999999",
          "0.001",
          "0.1",
          "1",
          "1.5",
          "9",
          "10",
          "11",
          "100",
          "123456789012345678901234567890",
          "123456789012345678901234567891",
          "1e400",
          "1e999999999",
          "\"\"",
          "\"1\"",
          "\"A\"",
          "\"a\"",
          "\"aa\"",
          "\"é\"",
          "\"\uFFEE\"",
          "\"\uD83D\uDE00\"",
          "{\"a\":1}");

  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  private static RecordQuery query(@Nullable String where, @Nullable String sort) {
    return RecordQuery.parse(new RecordQuery.Given(null, List.of(), where, sort));
  }

  private static List<RecordRow> all(
      ProjectorNode node, String id, RecordQuery query, int pageSize) {
    List<RecordRow> rows = new ArrayList<>();
    RecordPlace after = null;
    for (int pages = 0; pages < 1_000; pages++) {
      RecordPage page = node.page(id, query, after, pageSize);
      rows.addAll(page.rows());
      if (!page.hasMore()) {
        return rows;
      }
      RecordPlace next = page.next();
      assertThat(next).isNotNull();
      after = RecordPlace.parse(next.text(query.order()), query.order());
    }
    throw new AssertionError("The list never ends");
  }

  /** Small slices, so that there are many between which something changes. */
  private static IndexBuilder builder(ProjectorNode node) {
    return new IndexBuilder(node.database, new IndexBuilder.Slices(7, 5, 5, 9));
  }

  private static void build(ProjectorNode node) {
    IndexBuilder builder = builder(node);
    for (int steps = 0; !(builder.step() instanceof Step.Next.WhenWoken); steps++) {
      if (steps > 1_000) {
        throw new AssertionError("The indexes are never built");
      }
    }
  }

  @BothDatabases
  void everyKindOfValueHasItsPlaceWithAnIndexAndWithout(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String plain = node.create("plain", Events.SOURCE, Events.spec("id", "{}")).id();
      String indexed =
          node.create("indexed", Events.SOURCE, Events.spec("id", "{\"indexes\":[\"v\"]}")).id();
      List<Integer> numbers = new ArrayList<>();
      for (int i = 0; i < VALUES.size(); i++) {
        numbers.add(i);
      }
      java.util.Collections.shuffle(numbers, new java.util.Random(7));
      for (int i : numbers) {
        String value = VALUES.get(i).isEmpty() ? "" : ",\"v\":" + VALUES.get(i);
        node.append("{\"id\":" + i + value + "}");
      }
      node.settle();
      build(node);
      List<String> rising = numbers.stream().sorted().map(i -> Integer.toString(i)).toList();
      for (String id : List.of(plain, indexed)) {
        assertThat(all(node, id, query(null, "v"), 4))
            .extracting(RecordRow::key)
            .containsExactlyElementsOf(rising);
        assertThat(all(node, id, query(null, "-data.v"), 5))
            .extracting(RecordRow::key)
            .containsExactlyElementsOf(rising.reversed());
      }
    }
  }

  @BothDatabases
  void indexesAndScansGiveTheSame(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String options = "\"delete_when\":[{\"field\":\"gone\",\"op\":\"eq\",\"value\":true}]";
      String plain =
          node.create(
                  "plain",
                  Events.SOURCE,
                  Events.spec("id", "{" + options + ",\"search_index\":false}"))
              .id();
      String late = node.create("late", Events.SOURCE, Events.spec("id", "{" + options + "}")).id();
      String early =
          node.create(
                  "early",
                  Events.SOURCE,
                  Events.spec(
                      "id",
                      "{"
                          + options
                          + ",\"indexes\":[\"v\",\"o.n\",\"$event_type\",\"$created_at\"],"
                          + "\"search_index\":true}"))
              .id();
      SplittableRandom random = new SplittableRandom(11);
      events(node, random, 300);
      node.update(
          late,
          Events.spec("id", "{" + options + ",\"indexes\":[\"o.n\",\"v\"],\"search_index\":true}"));
      IndexBuilder builder = builder(node);
      for (int i = 0; i < 100; i++) {
        builder.step();
        events(node, random, 2);
      }
      List<String> wheres =
          List.of(
              "[{\"field\":\"v\",\"op\":\"eq\",\"value\":3}]",
              "[{\"field\":\"v\",\"op\":\"eq\",\"value\":\"a\"}]",
              "[{\"field\":\"v\",\"op\":\"in\",\"value\":[null,true,5.0]}]",
              "[{\"field\":\"v\",\"op\":\"gt\",\"value\":4},{\"field\":\"v\",\"op\":\"lte\",\"value\":7}]",
              "[{\"field\":\"v\",\"op\":\"exists\",\"value\":false}]",
              "[{\"field\":\"v\",\"op\":\"neq\",\"value\":3}]",
              "[{\"field\":\"o.n\",\"op\":\"lt\",\"value\":20},{\"field\":\"v\",\"op\":\"eq\",\"value\":2}]",
              "[{\"any\":[{\"field\":\"v\",\"op\":\"eq\",\"value\":1},{\"field\":\"o.n\",\"op\":\"eq\",\"value\":4}]}]",
              "[{\"field\":\"$event_type\",\"op\":\"eq\",\"value\":\"t1\"}]",
              "[{\"field\":\"$created_at\",\"op\":\"gte\",\"value\":\"2026-01-01\"}]",
              "[{\"field\":\"$record_key\",\"op\":\"in\",\"value\":[\"1\",\"7\",\"x\",5]}]",
              "[{\"field\":\"$updated_at\",\"op\":\"lt\",\"value\":\"2199-01-01T00:00:00+01:00\"}]");
      List<String> sorts =
          List.of(
              "-$updated_at", "$updated_at", "v", "-o.n", "o.n,-v", "$record_key", "$created_at");
      List<String> searches = List.of("", "needle", "NEEDLE 1", "dle", "\"t1\"", "zz", "É");
      build(node);
      assertThat(ready(node, early)).isEqualTo(4);
      assertThat(ready(node, late)).isEqualTo(2);
      // These are in the indexes of values, and not yet in those of texts.
      events(node, random, 5);
      for (String where : wheres) {
        for (String sort : sorts) {
          same(
              node,
              List.of(plain, late, early),
              new RecordQuery.Given(null, List.of(), where, sort));
        }
      }
      for (String search : searches) {
        for (String sort : sorts) {
          same(
              node,
              List.of(plain, late, early),
              new RecordQuery.Given(search, List.of("t1", "t2"), wheres.get(5), sort));
          same(
              node,
              List.of(plain, late, early),
              new RecordQuery.Given(search, List.of(), null, sort));
        }
      }
    }
  }

  private void same(ProjectorNode node, List<String> collections, RecordQuery.Given given) {
    RecordQuery query = RecordQuery.parse(given);
    List<String> expected = null;
    for (String id : collections) {
      // Ids differ between the collections, and with them the order of what is alike.
      List<String> found = all(node, id, query, 7).stream().map(RecordRow::key).sorted().toList();
      assertThat(found).as(given.toString()).doesNotHaveDuplicates();
      List<RecordRow> wanted = node.records(id, 10_000).stream().filter(query::wants).toList();
      assertThat(found)
          .as(given.toString())
          .containsExactlyElementsOf(wanted.stream().map(RecordRow::key).sorted().toList());
      List<RecordRow> rows = all(node, id, query, 7);
      for (int i = 1; i < rows.size(); i++) {
        RecordPlace before = query.place(rows.get(i - 1));
        RecordPlace place = query.place(rows.get(i));
        assertThat(query.order().compare(before.keys(), before.id(), place.keys(), place.id()))
            .as(given.toString())
            .isNegative();
      }
      assertThat(expected == null ? found : expected).as(given.toString()).isEqualTo(found);
      expected = found;
    }
  }

  private void events(ProjectorNode node, SplittableRandom random, int count) {
    List<String> values =
        List.of("1", "2", "3", "3.0", "4", "5", "6", "7", "\"a\"", "\"b\"", "null", "true", "[1]");
    for (int i = 0; i < count; i++) {
      clock.set(clock.millis() + random.nextInt(3));
      String value =
          random.nextInt(10) == 0 ? "" : ",\"v\":" + values.get(random.nextInt(values.size()));
      node.append(
          "{\"id\":"
              + random.nextInt(150)
              + value
              + ",\"o\":{\"n\":"
              + random.nextInt(40)
              + "},\"type\":\"t"
              + random.nextInt(4)
              + "\",\"text\":\"Needle "
              + random.nextInt(30)
              + " é\",\"gone\":"
              + (random.nextInt(8) == 0)
              + "}");
    }
    node.settle();
  }

  @BothDatabases
  void scansStopAtTheirBoundAndGoOnFromThere(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      for (int i = 0; i < 100; i++) {
        clock.set(clock.millis() + 1);
        node.append("{\"id\":" + i + ",\"v\":" + (i % 25) + "}");
      }
      node.settle();
      node.scan = new RecordScan(ScanBounds.of(30));
      RecordQuery query = query("[{\"field\":\"v\",\"op\":\"eq\",\"value\":3}]", null);
      RecordPage page = node.page(id, query, null, 5);
      assertThat(page.bound()).isEqualTo(new RecordPage.Bound.Stopped(30));
      assertThat(page.rows()).extracting(RecordRow::key).containsExactly("78");
      assertThat(page.hasMore()).isTrue();
      assertThat(all(node, id, query, 5))
          .extracting(RecordRow::key)
          .containsExactly("78", "53", "28", "3");
      RecordPage sorted = node.page(id, query(null, "v,$record_key"), null, 5);
      assertThat(sorted.bound()).isEqualTo(new RecordPage.Bound.Newest(30));
      assertThat(sorted.rows())
          .extracting(RecordRow::key)
          .containsExactly("75", "76", "77", "78", "79");
      RecordPage first = node.page(id, query(null, null), null, 5);
      assertThat(first.bound()).as("an index has the order").isEqualTo(new RecordPage.Bound.None());
    }
  }

  @BothDatabases
  void undeclaredIndexesGoWithTheirValues(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id =
          node.create("c", Events.SOURCE, Events.spec("id", "{\"indexes\":[\"v\",\"w\"]}")).id();
      for (int i = 0; i < 20; i++) {
        node.append("{\"id\":" + i + ",\"v\":" + i + "}");
      }
      node.settle();
      assertThat(values(node)).isEqualTo(40);
      node.update(id, Events.spec("id", "{\"indexes\":[\"v\"]}"));
      build(node);
      assertThat(values(node)).isEqualTo(20);
      node.update(id, Events.spec("id", "{}"));
      node.update(id, Events.spec("id", "{\"indexes\":[\"v\"],\"search_index\":true}"));
      build(node);
      assertThat(values(node)).isEqualTo(20);
      assertThat(node.page(id, query(null, "-v"), null, 1).rows())
          .extracting(RecordRow::key)
          .containsExactly("19");
      node.database.write(tx -> {
        Collections.delete(tx, Events.SCOPE, id);
        return true;
      });
      build(node);
      assertThat(values(node)).isZero();
      assertThat(count(node, "record_indexes")).isZero();
      assertThat(count(node, "search_indexes")).isZero();
      assertThat(count(node, "record_texts")).isZero();
    }
  }

  private static int ready(ProjectorNode node, String id) {
    return node.database
        .read(tx -> RecordIndexes.ready(tx, Collections.get(tx, Events.SCOPE, id)))
        .numbers()
        .size();
  }

  @BothDatabases
  void aRebuildBringsItsIndexesAlong(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id =
          node.create(
                  "c",
                  Events.SOURCE,
                  Events.spec("id", "{\"indexes\":[\"v\"],\"search_index\":true}"))
              .id();
      for (int i = 0; i < 30; i++) {
        node.append("{\"id\":" + i + ",\"v\":" + (i % 3) + ",\"text\":\"needle " + i + "\"}");
      }
      node.settle();
      build(node);
      long before = node.generation(id);
      node.backfill(id, false, true);
      node.settleBackfills();
      assertThat(node.generation(id)).isNotEqualTo(before);
      build(node);
      assertThat(ready(node, id)).isEqualTo(1);
      assertThat(count(node, "search_indexes")).isEqualTo(1);
      assertThat(count(node, "record_texts")).isEqualTo(30);
      assertThat(values(node)).as("those of the old generation are gone").isEqualTo(30);
      RecordQuery some = query("[{\"field\":\"v\",\"op\":\"eq\",\"value\":1}]", "v");
      assertThat(all(node, id, some, 4)).hasSize(10);
      RecordQuery search =
          RecordQuery.parse(new RecordQuery.Given("NEEDLE 2", List.of(), null, "$created_at"));
      assertThat(all(node, id, search, 4))
          .extracting(RecordRow::key)
          .containsExactlyInAnyOrder(
              "2", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29");
    }
  }

  private static long values(ProjectorNode node) {
    return count(node, "record_values");
  }

  private static long count(ProjectorNode node, String table) {
    return node.database.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM " + table));
  }

  @Test
  void queriesThatCannotBeAreRefusedByTheirParameter() {
    Map<RecordQuery.Given, String> cases = new LinkedHashMap<>();
    cases.put(given("[", null), "Invalid query: 'where' must be an array of up to 20 rules");
    cases.put(given("{}", null), "Invalid query: 'where' must be an array of up to 20 rules");
    cases.put(
        given("[{\"field\":\"$updated_at\",\"op\":\"gt\",\"value\":5}]", null),
        "Invalid query: 'where' must hold valid rules: rule 1 needs a 'value' that is an ISO 8601 time"
            + " with an offset");
    cases.put(
        given("[{\"field\":\"x\",\"op\":\"gt\",\"value\":\"2026-01-01\"}]", null),
        "Invalid query: 'where' must hold valid rules: rule 1 needs a 'value' that is a number");
    cases.put(given(null, "a,b,c,d"), "Invalid query: 'sort' must be up to 3 paths");
    cases.put(given(null, "a,"), "Invalid query: 'sort' must be a path: it is empty");
    cases.put(given(null, "-"), "Invalid query: 'sort' must be a path: it is empty");
    cases.forEach((given, sentence) ->
        assertThatThrownBy(() -> RecordQuery.parse(given))
            .as(given.toString())
            .hasMessage(sentence));
  }

  private static RecordQuery.Given given(@Nullable String where, @Nullable String sort) {
    return new RecordQuery.Given(null, List.of(), where, sort);
  }

  @Test
  void aCursorBelongsToItsSort() {
    RecordQuery query = query(null, "a,-b");
    RecordPlace place = new RecordPlace(List.of(new byte[] {1}, new byte[] {2, 3}), "1".repeat(32));
    String text = place.text(query.order());
    RecordPlace back = RecordPlace.parse(text, query.order());
    assertThat(back.id()).isEqualTo(place.id());
    assertThat(back.keys()).containsExactly(new byte[] {1}, new byte[] {2, 3});
    for (String bad : List.of("", "x", "%", text + "AA", text.substring(1), "é")) {
      assertThatThrownBy(() -> RecordPlace.parse(bad, query.order()))
          .as(bad)
          .hasMessage("Invalid cursor");
    }
    assertThatThrownBy(() -> RecordPlace.parse(text, query(null, "a,b").order()))
        .hasMessage("Invalid cursor");
  }

  @BothDatabases
  void aCursorMayStandBeforeWithinOrBehindWhatIsAskedFor(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String plain = node.create("plain", Events.SOURCE, Events.spec("id", "{}")).id();
      String indexed =
          node.create("indexed", Events.SOURCE, Events.spec("id", "{\"indexes\":[\"v\"]}")).id();
      for (int i = 0; i < 10; i++) {
        clock.set(Events.RECEIVED + i);
        node.append("{\"id\":" + i + ",\"v\":" + i + "}");
      }
      node.settle();
      build(node);
      for (String id : List.of(plain, indexed)) {
        for (String path : List.of("v", "$updated_at")) {
          assertThat(behind(node, id, 2, path, from(path, 5))).containsExactly("5", "6", "7");
          assertThat(behind(node, id, 7, path, from(path, 5))).containsExactly("7", "8", "9");
          assertThat(behind(node, id, 7, path, to(path, 5))).isEmpty();
          assertThat(behind(node, id, 2, "-" + path, to(path, 5))).containsExactly("5", "4", "3");
          assertThat(behind(node, id, 7, "-" + path, to(path, 5))).containsExactly("2", "1", "0");
          assertThat(behind(node, id, 7, "-" + path, from(path, 5))).isEmpty();
        }
      }
    }
  }

  private static String from(String path, int i) {
    return "[{\"field\":\"" + path + "\",\"op\":\"gte\",\"value\":" + value(path, i) + "}]";
  }

  private static String to(String path, int i) {
    return "[{\"field\":\"" + path + "\",\"op\":\"lte\",\"value\":" + value(path, i) + "}]";
  }

  private static String value(String path, int i) {
    return path.equals("v") ? Integer.toString(i) : "\"" + Times.format(Events.RECEIVED + i) + "\"";
  }

  /** Up to three keys of what is asked for behind so many of all records. */
  private static List<String> behind(
      ProjectorNode node, String id, int passed, String sort, String where) {
    RecordPlace place = node.page(id, query(null, sort), null, passed).next();
    assertThat(place).isNotNull();
    return node.page(id, query(where, sort), place, 3).rows().stream().map(RecordRow::key).toList();
  }
}
