package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reading collections and their records. */
final class RecordsTest {
  private static final Scope ELSEWHERE = new Scope("0".repeat(32), "9".repeat(32));
  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  @BothDatabases
  void searchFindsAnyPartOfKeyOrDataLiterally(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{\"data_path\":\"v\"}")).id();
      Map.of("Alpha", "100%", "beta_1", "a!b", "betaX1", "É", "delta\\\\d", "0", "gone", "alpha")
          .forEach((key, value) -> node.append("{\"id\":\"" + key + "\",\"v\":\"" + value + "\"}"));
      node.update(
          id,
          Events.spec(
              "id",
              "{\"data_path\":\"v\",\"delete_when\":"
                  + "[{\"field\":\"x\",\"op\":\"eq\",\"value\":1}]}"));
      node.append("{\"id\":\"gone\",\"x\":1}");
      node.settle();
      Map<String, List<String>> cases =
          Map.ofEntries(
              Map.entry("alpha", List.of("Alpha")),
              Map.entry("LPH", List.of("Alpha")),
              Map.entry("%", List.of("Alpha")),
              Map.entry("0%", List.of("Alpha")),
              Map.entry("1%0", List.of()),
              Map.entry("_", List.of("beta_1")),
              Map.entry("BETA_", List.of("beta_1")),
              Map.entry("a!b", List.of("beta_1")),
              Map.entry("!", List.of("beta_1")),
              Map.entry("É", List.of("betaX1")),
              Map.entry("\\", List.of("delta\\d")),
              Map.entry("beta", List.of("beta_1", "betaX1")),
              Map.entry("' OR 1=1 --", List.of()),
              Map.entry("a\0", List.of()));
      cases.forEach((search, keys) ->
          assertThat(list(node, id, query(search)))
              .as(search)
              .extracting(RecordRow::key)
              .containsExactlyInAnyOrderElementsOf(keys));
    }
  }

  @BothDatabases
  void recordsAreFilteredByType(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      for (String type : new String[] {"\"a\"", "\"b\"", "\"A\"", "\"a\"", "null", "1"}) {
        node.append("{\"id\":" + clock.millis() + ",\"type\":" + type + "}");
        clock.set(clock.millis() + 1);
      }
      node.settle();
      assertThat(list(node, id, types("a"))).hasSize(2);
      assertThat(list(node, id, types("a", "b", "1"))).hasSize(4);
      assertThat(list(node, id, types("a,b"))).isEmpty();
      assertThat(list(node, id, types())).hasSize(6);
    }
  }

  @BothDatabases
  void pagingMeetsEveryRecordOnceThoughOthersChangeMeanwhile(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      for (int i = 0; i < 23; i++) {
        // Several share a millisecond.
        clock.set(Events.RECEIVED + i / 4);
        node.append("{\"id\":" + i + "}");
      }
      node.settle();
      List<RecordRow> seen = new ArrayList<>();
      RecordPlace after = null;
      for (int page = 0; page < 20; page++) {
        RecordPage rows = node.page(id, types(), after, 5);
        seen.addAll(rows.rows());
        if (!rows.hasMore()) {
          break;
        }
        after = rows.next();
        // Records that were already shown, and new ones, move to the front and stay out of the way.
        clock.set(Events.RECEIVED + 1_000 + page);
        node.append("{\"id\":" + seen.getFirst().key() + ",\"again\":true}");
        node.append("{\"id\":\"new" + page + "\"}");
        node.settle();
      }
      assertThat(seen).extracting(RecordRow::key).hasSize(23).doesNotHaveDuplicates();
      assertThat(seen)
          .isSortedAccordingTo((a, b) ->
              a.updatedAt() != b.updatedAt()
                  ? Long.compare(b.updatedAt(), a.updatedAt())
                  : b.id().compareTo(a.id()));
    }
  }

  @BothDatabases
  void collectionsAreListedFilteredAndKeptToTheirScope(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String other = "3".repeat(32);
      String a = node.create("a", Events.SOURCE, Events.spec("id", "{}")).id();
      String b = node.create("b", other, Events.spec("id", "{}")).id();
      String c = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      node.update(c, CollectionRow.Status.PAUSED);
      assertThat(ids(node, Events.SCOPE, null, null, null, null)).containsExactly(c, b, a);
      assertThat(ids(node, Events.SCOPE, other, null, null, null)).containsExactly(b);
      assertThat(ids(node, Events.SCOPE, null, "paused", null, null)).containsExactly(c);
      assertThat(ids(node, Events.SCOPE, Events.SOURCE, "active", null, null)).containsExactly(a);
      assertThat(ids(node, Events.SCOPE, null, null, null, 1)).as("one more").containsExactly(c, b);
      assertThat(ids(node, Events.SCOPE, null, null, b, 1)).containsExactly(a);
      assertThat(ids(node, ELSEWHERE, null, null, null, null)).isEmpty();
      assertThat(node.database.<Boolean>read(tx -> Collections.find(tx, ELSEWHERE, a).isPresent()))
          .isFalse();
      assertThatThrownBy(() -> node.create("a", other, Events.spec("id", "{}")))
          .isInstanceOf(Failure.class)
          .hasMessage("Slug already exists");
      assertThatThrownBy(() ->
              node.database.write(tx -> {
                Collections.delete(tx, ELSEWHERE, a);
                return true;
              }))
          .hasMessage("Collection not found");
      assertThat(ids(node, Events.SCOPE, null, null, null, null)).hasSize(3);
    }
  }

  @BothDatabases
  void lagCountsTheEventsOfTheSourceNotYetLookedAt(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      node.append("{\"id\":0}");
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      assertThat(node.lag(id)).as("what was before it is not its own").isZero();
      node.append("{\"id\":1}");
      node.append("no json");
      node.append("3".repeat(32), clock.millis(), "{\"id\":2}");
      assertThat(node.lag(id)).isEqualTo(2);
      node.settle();
      assertThat(node.lag(id)).isZero();
      assertThat(node.get(id).progress().recordCount()).isEqualTo(1);
    }
  }

  private static RecordQuery query(String search) {
    return RecordQuery.parse(new RecordQuery.Given(search, List.of(), null, null));
  }

  private static RecordQuery types(String... types) {
    return RecordQuery.parse(new RecordQuery.Given(null, List.of(types), null, null));
  }

  private static List<RecordRow> list(ProjectorNode node, String id, RecordQuery query) {
    return node.page(id, query, null, 50).rows();
  }

  private static List<String> ids(
      ProjectorNode node,
      Scope scope,
      @Nullable String source,
      @Nullable String status,
      @Nullable String before,
      @Nullable Integer limit) {
    return node
        .database
        .read(tx ->
            Collections.list(tx, scope, new Collections.Wanted(source, status, before, limit)))
        .stream()
        .map(CollectionSummary::id)
        .toList();
  }
}
