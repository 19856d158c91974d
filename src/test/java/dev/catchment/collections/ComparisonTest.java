package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.db.Plans;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a rebuild has made is compared with what is read, a few keys at a time. */
final class ComparisonTest {
  private static final int KEYS = 7_000;
  private static final int PIECE = 1_000;

  private static final String DELETES =
      "\"delete_when\":[{\"field\":\"gone\",\"op\":\"exists\",\"value\":true}]";

  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  /** What becomes of a key, by turns. */
  private enum Fate {
    SAME(Events.RECEIVED, "\"v\":1"),
    /** Its tombstone is removed from what is read, and made again from the stored event. */
    FORGOTTEN(Events.RECEIVED - 1, "\"gone\":1"),
    TOMBSTONE(Events.RECEIVED, "\"gone\":1"),
    LEFT_OUT(Events.RECEIVED, "\"no\":1");

    private final long receivedAt;
    private final String members;

    Fate(long receivedAt, String members) {
      this.receivedAt = receivedAt;
      this.members = members;
    }

    static Fate of(int key) {
      return values()[key % values().length];
    }
  }

  private static String key(int number) {
    return "k%05d".formatted(number);
  }

  private static List<String> keys(Predicate<Fate> wanted) {
    return IntStream.range(0, KEYS)
        .filter(number -> wanted.test(Fate.of(number)))
        .mapToObj(ComparisonTest::key)
        .toList();
  }

  /** A collection with a rebuild by other rules, of which nothing is done so far. */
  private static String begun(ProjectorNode node) {
    String id = node.create("c", Events.SOURCE, Events.spec("id", "{" + DELETES + "}")).id();
    List<CompletableFuture<?>> appended = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      String body = "{\"id\":\"" + key(i) + "\"," + Fate.of(i).members + "}";
      appended.add(
          node.log.append(
              Events.event(
                  node.ids.next(),
                  Events.SOURCE,
                  Fate.of(i).receivedAt,
                  "application/json",
                  "{}",
                  body)));
      if (appended.size() == PIECE) {
        appended.forEach(CompletableFuture::join);
        appended.clear();
      }
    }
    node.settle();
    int removed =
        node.database.<Integer>write(tx -> Records.deleteTombstones(tx, Events.RECEIVED, KEYS));
    assertThat(removed).isEqualTo(KEYS / Fate.values().length);
    node.update(
        id,
        Events.spec(
            "id",
            "{"
                + DELETES
                + ",\"include_when\":[{\"field\":\"no\",\"op\":\"exists\",\"value\":false}]}"));
    node.backfill(id, false, true);
    return id;
  }

  private static boolean isComparing(ProjectorNode node, String id) {
    Long building = node.get(id).table().building();
    return building != null
        && node.database
            .read(tx -> Rebuilds.find(tx, building))
            .filter(rebuild -> rebuild.phase() == Rebuild.Phase.COMPARE)
            .isPresent();
  }

  private static Map<String, Long> numbers(ProjectorNode node, String id) {
    long generation = node.generation(id);
    return node.database.read(tx -> Records.changedAfter(tx, generation, -1, 2 * KEYS)).stream()
        .collect(Collectors.toMap(Records.Changed::key, Records.Changed::number));
  }

  @BothDatabases
  void tombstonesOfRecordsThatNobodyKnewAreForgottenInEachSliceAndNoOthers(
      BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock, PIECE)) {
      String id = begun(node);
      Map<String, Long> before = numbers(node, id);
      long known = node.get(id).table().changeNumber();
      int slices = 0;
      while (!"completed".equals(node.get(id).backfill().status())) {
        slices += isComparing(node, id) ? 1 : 0;
        node.backfillStep();
      }
      assertThat(slices).isGreaterThan(2);
      Map<String, Long> after = numbers(node, id);
      assertThat(after).containsOnlyKeys(keys(fate -> true));
      assertThat(keys(fate -> fate == Fate.FORGOTTEN))
          .allSatisfy(key -> assertThat(after.get(key)).as(key).isZero());
      assertThat(keys(fate -> fate == Fate.SAME || fate == Fate.TOMBSTONE))
          .allSatisfy(key -> assertThat(after.get(key)).as(key).isEqualTo(before.get(key)));
      assertThat(keys(fate -> fate == Fate.LEFT_OUT))
          .allSatisfy(key -> assertThat(after.get(key)).as(key).isGreaterThan(known));
    }
  }

  @BothDatabases
  void eachStatementOfAComparisonLooksAtItsOwnKeysAlone(BothDatabases.Store store)
      throws Exception {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock, PIECE)) {
      String id = begun(node);
      for (int steps = 0; !isComparing(node, id); steps++) {
        assertThat(steps).isLessThan(100);
        node.backfillStep();
      }
      CollectionRow collection = node.get(id);
      long building = Objects.requireNonNull(collection.table().building());
      Rebuild rebuild = node.database.read(tx -> Rebuilds.get(tx, building));
      Plans.look(
          store,
          plans -> {
            for (String after : List.of("", key(KEYS / 2), key(KEYS - 10))) {
              looksAtKeysAlone(
                  plans.of(tx -> new Comparison(tx, collection, rebuild).slice(after)));
            }
            if (plans.areCounted() || !store.isPostgres()) {
              // Until it has counted it takes reading a generation for as cheap.
              List<String> some = keys(fate -> true).subList(0, 10);
              looksAtKeysAlone(plans.of(tx -> new Comparison(tx, collection, rebuild).keys(some)));
            }
          });
    }
  }

  private static void looksAtKeysAlone(List<Plans.Plan> plans) {
    List<Plans.Plan> ofRecords =
        plans.stream().filter(plan -> plan.sql().contains("records")).toList();
    assertThat(ofRecords).hasSizeGreaterThan(3);
    for (Plans.Plan plan : ofRecords) {
      List<String> entries =
          plan.steps().stream()
              .filter(step -> step.matches("SEARCH [no]\\b.*|SEARCH records\\b.*|Index Cond: .*"))
              .toList();
      assertThat(entries).as(plan.sql()).isNotEmpty().allMatch(step -> step.contains("record_key"));
      assertThat(plan.steps())
          .as(plan.sql())
          .noneMatch(step -> step.matches("SCAN (n|o|records)\\b.*|.*Seq Scan on records.*"));
    }
  }
}
