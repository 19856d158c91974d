package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.util.List;
import java.util.Map;

/** Stored events are read again, beside the live ones. */
final class BackfillTest {
  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  private static String object(int key, int at, String value) {
    return "{\"id\":\"k" + key + "\",\"at\":" + at + ",\"v\":\"" + value + "\"}";
  }

  private static final CollectionRow.FoldSpec SPEC =
      Events.spec("id", "{\"event_time_path\":\"at\",\"data_path\":\"v\"}");

  private static void append(ProjectorNode node, int count) {
    for (int i = 0; i < count; i++) {
      node.append(object(i % 7, 1_700_000_000 + i, "v" + i));
    }
  }

  private static List<String> data(ProjectorNode node, String id) {
    return node.records(id, 100).stream().map(row -> row.key() + row.data()).sorted().toList();
  }

  @BothDatabases
  void aBackfillBringsTheEventsFromBeforeTheCollection(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      append(node, 45);
      String id = node.create("c", Events.SOURCE, SPEC).id();
      assertThat(node.get(id).backfill().status()).isNull();
      Backfills.Answer answer = node.backfill(id, false, false);
      assertThat(answer.message()).isEqualTo("Backfill started");
      assertThat(answer.collection().backfill().status()).isEqualTo("pending");
      assertThat(node.backfillStep()).isEqualTo(Step.again());
      assertThat(node.get(id).backfill().status()).isEqualTo("running");
      assertThat(node.backfill(id, true, true).message()).isEqualTo("Backfill already running");
      node.backfillStep();
      assertThat(node.get(id).backfill().total()).isEqualTo(45);
      node.backfillStep();
      assertThat(node.get(id).backfill().progress()).isEqualTo(10);
      node.settleBackfills();
      CollectionRow row = node.get(id);
      assertThat(row.backfill().status()).isEqualTo("completed");
      assertThat(row.backfill().progress()).isEqualTo(45);
      assertThat(row.backfill().total()).isEqualTo(45);
      assertThat(row.backfill().completedAt()).isNotNull();
      assertThat(row.progress().recordCount()).isEqualTo(7);
      assertThat(row.progress().appliedCount()).isEqualTo(45);
      assertThat(data(node, id)).startsWith("k0\"v42\"", "k1\"v43\"", "k2\"v44\"", "k3\"v38\"");
      assertThat(node.backfillStep()).as("idle").isEqualTo(Step.whenWoken());
    }
  }

  @BothDatabases
  void aBackfilledEventOlderThanALiveChangeChangesNothing(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      append(node, 14);
      String id = node.create("c", Events.SOURCE, SPEC).id();
      node.append(object(1, 1_800_000_000, "live"));
      node.settle();
      node.backfill(id, false, false);
      node.settleBackfills();
      assertThat(data(node, id)).contains("k1\"live\"", "k0\"v7\"");
      assertThat(node.get(id).progress().staleCount()).isEqualTo(2);
    }
  }

  @BothDatabases
  void whatWasLookedAtBeforeIsNotCountedAgain(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, SPEC).id();
      append(node, 20);
      node.append("{}");
      node.settle();
      CollectionRow before = node.get(id);
      List<RecordRow> records = node.records(id, 100);
      node.backfill(id, true, false);
      node.settleBackfills();
      CollectionRow after = node.get(id);
      assertThat(after.progress()).isEqualTo(before.progress());
      assertThat(after.table()).isEqualTo(before.table());
      assertThat(node.records(id, 100)).isEqualTo(records);
      assertThat(after.backfill().progress()).isEqualTo(21);
    }
  }

  @BothDatabases
  void aCancelledBackfillResumesWhereItWas(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      append(node, 45);
      String id = node.create("c", Events.SOURCE, SPEC).id();
      node.cancelBackfill(id);
      assertThat(node.get(id).backfill().status()).as("none to cancel").isNull();
      node.backfill(id, false, false);
      for (int i = 0; i < 4; i++) {
        node.backfillStep();
      }
      node.cancelBackfill(id);
      CollectionRow.Backfill cancelled = node.get(id).backfill();
      assertThat(cancelled.status()).isEqualTo("cancelled");
      assertThat(cancelled.progress()).isEqualTo(20);
      assertThat(cancelled.completedAt()).isNotNull();
      assertThat(node.backfillStep()).isEqualTo(Step.whenWoken());
      assertThat(node.get(id).backfill().cursor()).as("stays").isEqualTo(cancelled.cursor());
      assertThat(node.backfill(id, false, false).message()).isEqualTo("Backfill resumed");
      node.settleBackfills();
      assertThat(node.get(id).backfill().progress()).isEqualTo(45);
      assertThat(node.get(id).backfill().total()).isEqualTo(45);
      assertThat(node.get(id).progress().appliedCount()).isEqualTo(45);
      node.backfill(id, false, false);
      assertThat(node.get(id).backfill().progress()).as("from the first again").isZero();
    }
  }

  @BothDatabases
  void killedDuringABackfillAnotherNodeGoesOn(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock);
        ProjectorNode other = store.isPostgres() ? new ProjectorNode(store, "b", clock) : node) {
      append(node, 45);
      String id = node.create("c", Events.SOURCE, SPEC).id();
      node.backfill(id, false, false);
      for (int i = 0; i < 4; i++) {
        node.backfillStep();
      }
      node.crashBackfiller();
      if (store.isPostgres()) {
        assertThat(other.backfillStep())
            .isEqualTo(Step.at(clock.millis() + Backfiller.LEASE_MILLIS));
      }
      clock.set(clock.millis() + Backfiller.LEASE_MILLIS + 1);
      other.settleBackfills();
      CollectionRow row = other.get(id);
      assertThat(row.backfill().status()).isEqualTo("completed");
      assertThat(row.backfill().progress()).isEqualTo(45);
      assertThat(row.progress().appliedCount()).isEqualTo(45);
      // The node that comes back has lost it and writes nothing.
      assertThat(node.backfillStep()).isEqualTo(Step.whenWoken());
    }
  }

  @BothDatabases
  void aDisabledCollectionIsNotBackfilledAndAPausedOneIs(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      append(node, 15);
      String id = node.create("c", Events.SOURCE, SPEC).id();
      node.update(id, CollectionRow.Status.PAUSED);
      node.backfill(id, false, false);
      node.settleBackfills();
      assertThat(node.get(id).progress().recordCount()).isEqualTo(7);
      node.backfill(id, false, false);
      node.backfillStep();
      node.update(id, CollectionRow.Status.DISABLED);
      assertThat(node.get(id).backfill().status()).isEqualTo("failed");
      assertThat(node.get(id).backfill().error()).isEqualTo("Collection is disabled");
      assertThatThrownBy(() -> node.backfill(id, true, true))
          .isInstanceOf(Failure.class)
          .hasMessage("Collection is disabled");
    }
  }

  @BothDatabases
  void anEventIsNeededWhileARunIsUnderWay(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      append(node, 15);
      String id = node.create("c", Events.SOURCE, SPEC).id();
      assertThat(node.database.read(Lag::waiting)).isEmpty();
      node.backfill(id, false, true);
      assertThat(node.database.read(Lag::waiting)).isEqualTo(Map.of(Events.SOURCE, 0L));
      node.settleBackfills();
      assertThat(node.database.read(Lag::waiting)).isEmpty();
    }
  }

  @BothDatabases
  void aRebuildEqualsWhatWasKeptLiveAndTellsNobody(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, SPEC).id();
      append(node, 45);
      node.append("{\"id\":\"\"}");
      node.settle();
      CollectionRow before = node.get(id);
      List<RecordRow> records = node.records(id, 100);
      node.heard.clear();
      node.backfill(id, false, true);
      node.settleBackfills();
      CollectionRow after = node.get(id);
      assertThat(after.backfill().status()).isEqualTo("completed");
      assertThat(after.table().generation()).isNotEqualTo(before.table().generation());
      assertThat(after.table().building()).isNull();
      assertThat(after.progress()).isEqualTo(before.progress());
      assertThat(node.records(id, 100))
          .usingRecursiveFieldByFieldElementComparatorIgnoringFields("id")
          .containsExactlyInAnyOrderElementsOf(records);
      assertThat(node.records(id, 100))
          .extracting(RecordRow::id)
          .doesNotContainAnyElementsOf(records.stream().map(RecordRow::id).toList());
      assertThat(node.heard).isEmpty();
      assertThat(changes(node, id, before.table().changeNumber())).isEmpty();
      node.sweep();
      assertThat(node.count("records")).isEqualTo(7);
      assertThat(node.count("record_events")).isEqualTo(45);
      assertThat(node.count("generations")).isEqualTo(1);
      assertThat(node.count("rebuilds")).isZero();
      assertThat(node.count("skipped_events")).isEqualTo(1);
    }
  }

  @BothDatabases
  void aRebuildByOtherRulesTellsTheRealDifferences(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, SPEC).id();
      node.append("{\"id\":\"same\",\"at\":5,\"v\":1,\"w\":1}");
      node.append("{\"id\":\"other\",\"at\":5,\"v\":1,\"w\":2}");
      node.append("{\"id\":\"gone\",\"at\":5,\"v\":1,\"w\":3,\"no\":1}");
      node.append("{\"at\":5,\"v\":1,\"w\":4,\"id\":\"\",\"id2\":\"new\"}");
      node.settle();
      long known = node.get(id).table().changeNumber();
      node.update(
          id,
          Events.spec(
              "id",
              "{\"event_time_path\":\"at\",\"data_path\":\"w\","
                  + "\"include_when\":[{\"field\":\"no\",\"op\":\"exists\",\"value\":false}]}"));
      node.heard.clear();
      node.backfill(id, false, true);
      // A change of a live record meanwhile is told once.
      node.append("{\"id\":\"same\",\"at\":6,\"v\":9,\"w\":1}");
      node.settleBackfills();
      assertThat(data(node, id)).containsExactly("other2", "same1");
      assertThat(changes(node, id, known))
          .extracting(row -> row.key() + row.deleted())
          .containsExactlyInAnyOrder("otherfalse", "samefalse", "gonetrue");
      assertThat(node.get(id).progress().recordCount()).isEqualTo(2);
      assertThat(node.get(id).progress().tombstoneCount()).isEqualTo(1);
      // What was gone may come back, whatever time it has.
      node.append("{\"id\":\"gone\",\"at\":1,\"w\":7}");
      node.settle();
      assertThat(data(node, id)).containsExactly("gone7", "other2", "same1");
      assertThat(node.get(id).progress().tombstoneCount()).isZero();
    }
  }

  @BothDatabases
  void changedRulesLetARebuildStartOver(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, SPEC).id();
      append(node, 45);
      node.settle();
      node.backfill(id, false, true);
      for (int i = 0; i < 4; i++) {
        node.backfillStep();
      }
      node.update(id, CollectionRow.Status.PAUSED);
      assertThat(node.get(id).backfill().progress()).as("the rules are the same").isPositive();
      node.update(id, Events.spec("id", "{\"event_time_path\":\"at\"}"));
      assertThat(node.get(id).backfill().progress()).isZero();
      node.settleBackfills();
      assertThat(node.get(id).backfill().progress()).isEqualTo(45);
      assertThat(data(node, id)).first().asString().contains("\"at\"");
    }
  }

  @BothDatabases
  void aCancelledRebuildLeavesNothingBehind(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, SPEC).id();
      append(node, 45);
      node.settle();
      long generation = node.generation(id);
      node.backfill(id, false, true);
      for (int i = 0; i < 4; i++) {
        node.backfillStep();
      }
      node.cancelBackfill(id);
      node.sweep();
      assertThat(node.generation(id)).isEqualTo(generation);
      assertThat(node.count("records")).isEqualTo(7);
      assertThat(node.count("record_events")).isEqualTo(45);
      assertThat(node.count("generations")).isEqualTo(1);
      assertThat(node.count("rebuilds")).isZero();
      assertThat(node.backfill(id, false, false).message()).isEqualTo("Backfill started");
    }
  }

  @BothDatabases
  void aCollectionDeletedDuringARebuildIsGoneWithEverything(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, SPEC).id();
      append(node, 45);
      node.append("{}");
      node.settle();
      node.backfill(id, false, true);
      for (int i = 0; i < 4; i++) {
        node.backfillStep();
      }
      node.database.write(tx -> {
        Collections.delete(tx, Events.SCOPE, id);
        return true;
      });
      assertThat(node.backfillStep()).isEqualTo(Step.whenWoken());
      node.sweep();
      for (String table :
          List.of("records", "record_events", "generations", "rebuilds", "skipped_events")) {
        assertThat(node.count(table)).as(table).isZero();
      }
    }
  }

  /** What a reader is told who has read up to that number. */
  private static List<RecordRow> changes(ProjectorNode node, String id, long known) {
    long generation = node.generation(id);
    return node.database.read(tx -> Records.from(tx, generation, known + 1, 1_000));
  }
}
