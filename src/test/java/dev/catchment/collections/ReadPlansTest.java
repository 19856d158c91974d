package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.db.Plans;
import dev.catchment.db.Tx;
import dev.catchment.log.SourceEvents;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The reads that people wait for follow an index, however many records there are. */
final class ReadPlansTest {
  private static final int RECORDS = 8_000;
  private static final int APPENDED_AT_ONCE = 1_000;
  private static final int COPIES = 3;
  private static final int LIMIT = 50;

  /** Without statistics a planner guesses from the pages of a table how many rows it has. */
  private static final String TEXT = "x".repeat(1_000);

  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  private static RecordQuery query(@Nullable String where, @Nullable String sort) {
    return RecordQuery.parse(new RecordQuery.Given(null, List.of(), where, sort));
  }

  /** Two collections of one source, one of which has a declared index. */
  private String filled(ProjectorNode node) {
    node.create("other", Events.SOURCE, Events.spec("id", "{}"));
    String id =
        node.create("c", Events.SOURCE, Events.spec("id", "{\"indexes\":[\"amount\"]}")).id();
    List<CompletableFuture<?>> appended = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      String body = "{\"id\":" + i + ",\"amount\":" + i * 7 % 1_000 + ",\"text\":\"" + TEXT + "\"}";
      appended.add(
          node.log.append(
              Events.event(
                  node.ids.next(),
                  Events.SOURCE,
                  Events.RECEIVED + i / 3,
                  "application/json",
                  "{}",
                  body)));
      if (appended.size() == APPENDED_AT_ONCE) {
        appended.forEach(CompletableFuture::join);
        appended.clear();
      }
    }
    appended.forEach(CompletableFuture::join);
    node.settle();
    IndexBuilder builder =
        new IndexBuilder(node.database, new IndexBuilder.Slices(1_000, 1_000, 1_000, 1_000));
    for (int steps = 0; !(builder.step() instanceof Step.Next.WhenWoken); steps++) {
      assertThat(steps).isLessThan(100);
    }
    copied(node);
    return id;
  }

  /** So many that a planner without statistics takes all it can enter by for much alike. */
  private static void copied(ProjectorNode node) {
    for (int copy = 1; copy <= COPIES; copy++) {
      int generation = copy * 1_000;
      node.database.write(tx ->
          tx.update(
              """
              INSERT INTO records (generation, record_key, id, data, event_type, source_event_id,
                source_event_at, position, deleted, created_at, updated_at, change_number, changed_at)
              SELECT generation + ?, record_key, id, data, event_type, source_event_id,
                source_event_at, position, deleted, created_at, updated_at, change_number, changed_at
               FROM records WHERE generation < 1000
              """,
              generation));
    }
  }

  /** Whether a step looks at all records or all values there are. */
  private static boolean looksAtAll(String step) {
    return step.matches("SCAN (records|record_values|events|r|v|e)( .*)?")
        || step.contains("Seq Scan on ");
  }

  /** Whether a step sorts all that was found, and not only those alike in what the index orders. */
  private static boolean sortsAll(String step) {
    return step.equals("USE TEMP B-TREE FOR ORDER BY") || step.matches("(->\\s+)?Sort  \\(.*");
  }

  private static void followsAnIndex(Plans plans, String by, Consumer<Tx> reads) {
    assertThat(entersByAnIndex(plans, by, reads))
        .allSatisfy(plan -> assertThat(plan.steps()).noneMatch(ReadPlansTest::sortsAll));
  }

  /**
   * The plans of what is read of records, of which each looks at no more than it must.
   *
   * @param by the column by which an index is entered
   */
  private static List<Plans.Plan> entersByAnIndex(Plans plans, String by, Consumer<Tx> reads) {
    List<Plans.Plan> ofRecords =
        plans.of(reads).stream()
            .filter(plan -> plan.sql().matches("(?s).*\\b(records|record_values|events)\\b.*"))
            .toList();
    assertThat(ofRecords).isNotEmpty();
    for (Plans.Plan plan : ofRecords) {
      assertThat(plan.steps())
          .as(plan.sql())
          .noneMatch(ReadPlansTest::looksAtAll)
          .anyMatch(ReadPlansTest::enters);
    }
    assertThat(ofRecords)
        .anyMatch(plan ->
            plan.steps().stream().anyMatch(step -> enters(step) && inOneForm(step).contains(by)));
    return ofRecords;
  }

  /** Both stores name columns that are compared together, but not alike. */
  private static String inOneForm(String step) {
    return step.replace(", ", ",").replace(") > ROW(", ")>");
  }

  private static boolean enters(String step) {
    return step.startsWith("SEARCH ") || step.startsWith("Index Cond: ");
  }

  private static RecordPlace deep(ProjectorNode node, String id, RecordQuery query) {
    RecordPlace place = null;
    for (int page = 0; page < 10; page++) {
      RecordPage rows = node.page(id, query, place, LIMIT);
      assertThat(rows.hasMore()).isTrue();
      place = rows.next();
    }
    assertThat(place).isNotNull();
    return place;
  }

  @BothDatabases
  void hotReadsFollowAnIndexAndNeverLookAtAll(BothDatabases.Store store) throws Exception {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = filled(node);
      CollectionRow collection = node.get(id);
      long generation = collection.table().generation();
      RecordQuery newest = query(null, null);
      RecordQuery byAmount =
          query("[{\"field\":\"amount\",\"op\":\"gte\",\"value\":200}]", "amount");
      RecordQuery cheap =
          query("[{\"field\":\"amount\",\"op\":\"lt\",\"value\":9}]", "-$updated_at");
      RecordPlace deepNewest = deep(node, id, newest);
      RecordPlace deepAmount = deep(node, id, byAmount);
      Plans.look(
          store,
          plans -> {
            followsAnIndex(
                plans,
                "record_key",
                tx -> assertThat(Records.find(tx, generation, "17")).isPresent());
            followsAnIndex(
                plans,
                "record_key",
                tx -> assertThat(Records.findChange(tx, generation, "17")).isPresent());
            followsAnIndex(plans, "generation", page(node, collection, newest, null));
            followsAnIndex(plans, "updated_at", page(node, collection, newest, deepNewest));
            followsAnIndex(plans, "sort_key", page(node, collection, byAmount, null));
            // Entered at the place itself, and not where the range begins.
            followsAnIndex(plans, "sort_key,id)>", page(node, collection, byAmount, deepAmount));
            entersByAnIndex(plans, "sort_key", page(node, collection, cheap, null));
            followsAnIndex(
                plans,
                "change_number",
                tx ->
                    assertThat(RecordChanges.after(tx, generation, RECORDS / 2, LIMIT).changes())
                        .hasSize(LIMIT));
          });
    }
  }

  @BothDatabases
  void aPieceOfTheListOfCollectionsFollowsAnIndex(BothDatabases.Store store) throws Exception {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      CollectionRow collection = node.create("c", Events.SOURCE, Events.spec("id", "{}"));
      Collections.Wanted deep = new Collections.Wanted(null, null, "f".repeat(32), LIMIT);
      Plans.look(
          store,
          plans -> {
            List<Plans.Plan> found =
                plans.of(tx ->
                    assertThat(Collections.list(tx, collection.identity().scope(), deep))
                        .isNotEmpty());

            assertThat(found)
                .singleElement()
                .satisfies(plan ->
                    assertThat(plan.steps())
                        .noneMatch(ReadPlansTest::sortsAll)
                        .anyMatch(step -> step.contains("collections_newest")));
          });
    }
  }

  @BothDatabases
  void whatReadsTheLogAndWritesRecordsFollowsAnIndexToo(BothDatabases.Store store)
      throws Exception {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = filled(node);
      long generation = node.get(id).table().generation();
      SourceEvents.Bounds bounds = new SourceEvents.Bounds(LIMIT, 1 << 20);
      List<String> keys = IntStream.range(0, 256).mapToObj(Integer::toString).toList();
      Plans.look(
          store,
          plans -> {
            entersByAnIndex(
                plans,
                "record_key",
                tx -> assertThat(Records.held(tx, generation, keys).rows()).hasSize(256));
            Consumer<Tx> byPosition =
                tx ->
                    assertThat(
                            SourceEvents.byPosition(
                                tx, Events.SOURCE, RECORDS / 2, RECORDS, bounds))
                        .hasSize(LIMIT);
            if (plans.areCounted() || !store.isPostgres()) {
              followsAnIndex(plans, store.isPostgres() ? "position" : "rowid", byPosition);
            } else {
              // May read the whole range, which its callers keep short.
              entersByAnIndex(plans, "position", byPosition);
            }
            String last = node.database.read(tx -> SourceEvents.last(tx, Events.SOURCE));
            entersByAnIndex(
                plans,
                "source_id",
                tx -> assertThat(SourceEvents.last(tx, Events.SOURCE)).isEqualTo(last));
            followsAnIndex(
                plans,
                "source_id",
                tx ->
                    assertThat(SourceEvents.byId(tx, Events.SOURCE, "", last, bounds))
                        .hasSize(LIMIT));
            followsAnIndex(
                plans,
                "generation",
                tx ->
                    assertThat(Records.changedAfter(tx, generation, RECORDS / 2, LIMIT))
                        .hasSize(LIMIT));
          });
    }
  }

  private static Consumer<Tx> page(
      ProjectorNode node,
      CollectionRow collection,
      RecordQuery query,
      @Nullable RecordPlace after) {
    return tx ->
        assertThat(node.scan.page(tx, collection, query, after, LIMIT).rows()).isNotEmpty();
  }
}
