package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.db.Database;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

final class ProjectorTest {
  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  @BothDatabases
  void twoNodesRacingForTheLogApplyEachEventOnce(BothDatabases.Store store) {
    try (ProjectorNode first = new ProjectorNode(store, "a", clock);
        ProjectorNode second = store.isPostgres() ? new ProjectorNode(store, "b", clock) : first;
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      String id = first.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      int events = 400;
      List<CompletableFuture<?>> racing = new ArrayList<>();
      for (ProjectorNode node : List.of(first, second)) {
        racing.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < 300; i++) {
                    // Each lease is over at once, so the nodes overtake each other all the time.
                    clock.set(clock.millis() + ProjectorNode.LEASE_MILLIS + 1);
                    node.step();
                  }
                },
                threads));
      }
      for (int i = 0; i < events; i++) {
        first.append("{\"id\":" + i % 7 + ",\"n\":" + i + "}");
      }
      racing.forEach(CompletableFuture::join);
      clock.set(clock.millis() + ProjectorNode.LEASE_MILLIS + 1);
      first.settle();
      CollectionRow.Progress progress = second.get(id).progress();
      assertThat(progress.appliedCount() + progress.staleCount()).isEqualTo(events);
      assertThat(progress.recordCount()).isEqualTo(7);
      assertThat(second.records(id, 50)).hasSize(7);
    }
  }

  @BothDatabases
  void aPausedCollectionCatchesUpWhileTheLogKeepsGrowing(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      node.append("{\"id\":1}");
      node.settle();
      node.update(id, CollectionRow.Status.PAUSED);
      node.append("{\"id\":2}");
      node.append("{\"id\":3}");
      node.settle();
      assertThat(node.get(id).progress().recordCount()).isEqualTo(1);
      assertThat(node.lag(id)).isEqualTo(2);
      node.update(id, CollectionRow.Status.ACTIVE);
      for (int i = 10; i < 14; i++) {
        node.append("{\"id\":" + i + "}");
        assertThat(node.step()).isEqualTo(Step.again());
      }
      assertThat(node.get(id).progress().recordCount()).isGreaterThanOrEqualTo(6);
      node.settle();
      assertThat(node.get(id).progress().recordCount()).isEqualTo(7);
      assertThat(node.get(id).progress().appliedCount()).isEqualTo(7);
      assertThat(node.lag(id)).isZero();
    }
  }

  @BothDatabases
  void aDisabledCollectionLetsEventsPass(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      node.append("{\"id\":1}");
      node.settle();
      node.update(id, CollectionRow.Status.DISABLED);
      node.append("{\"id\":2}");
      assertThat(node.lag(id)).isZero();
      node.settle();
      node.update(id, CollectionRow.Status.ACTIVE);
      node.append("{\"id\":3}");
      node.settle();
      assertThat(node.records(id, 10))
          .extracting(RecordRow::key)
          .containsExactlyInAnyOrder("1", "3");
    }
  }

  @BothDatabases
  void aChangedPathHoldsForEventsLookedAtAfterwards(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      node.append("{\"id\":1,\"other\":\"x\"}");
      node.settle();
      node.update(id, Events.spec("other", "{\"data_path\":\"other\"}"));
      node.append("{\"id\":1,\"other\":\"y\"}");
      node.settle();
      assertThat(node.records(id, 10))
          .extracting(RecordRow::key)
          .containsExactlyInAnyOrder("1", "y");
      assertThat(node.records(id, 10)).extracting(RecordRow::data).contains("\"y\"");
    }
  }

  @BothDatabases
  void whatIsDeletedDuringAStepStaysDeleted(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      node.append("{\"id\":1}");
      node.settle();
      node.append("{\"id\":2}");
      node.database.write(tx -> {
        Collections.delete(tx, Events.SCOPE, id);
        return true;
      });
      node.settle();
      node.sweep();
      assertThat(count(node.database)).isZero();
    }
  }

  @BothDatabases
  void oddTextsAndNumbersSurviveInTheSameForm(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{\"data_path\":\"v\"}")).id();
      String digits = "1234567890123456789012345678901234567890";
      String[][] values = {
        {"\"a\\u0000b\"", "\"a\\u0000b\""},
        {"\"😀\"", "\"😀\""},
        {"\"\\ud83d\\ude00\"", "\"😀\""},
        {"\"a\\ud83d\"", "\"a\\uD83D\""},
        {"\"\\ude00\\ud83d!\"", "\"\\uDE00\\uD83D!\""},
        // The parser takes half a surrogate pair in a text, but not in a member's name.
        {"{\"\\u0000\\ud800\":1}", "none"},
        {"{\"\\u0000\":1}", "{\"\\u0000\":1}"},
        {digits, digits},
        {"-0." + digits + "e+999999999", "-0." + digits + "e+999999999"},
        {"1.000", "1.000"},
        {"{\"b\":1, \"a\":2,\"b\":3}", "{\"b\":3,\"a\":2}"},
        {"\"\\u2028\\/\\\"\\\\\"", "\"\u2028/\\\"\\\\\""},
      };
      for (int i = 0; i < values.length; i++) {
        node.append("{\"id\":" + i + ",\"v\":" + values[i][0] + "}");
      }
      node.settle();
      for (int i = 0; i < values.length; i++) {
        assertThat(data(node, id, Integer.toString(i))).as(values[i][0]).isEqualTo(values[i][1]);
      }
    }
  }

  @BothDatabases
  void keysTheStoreCannotTellApartAreOneRecord(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      String[] keys = {"a\\u0000", "a\\ufffd", "a\\ud800", "a\\u0000"};
      for (String key : keys) {
        node.append("{\"id\":\"" + key + "\",\"type\":\"t\\u0000\"}");
        node.settle();
      }
      assertThat(node.get(id).progress().recordCount()).isEqualTo(1);
      assertThat(node.get(id).progress().appliedCount()).isEqualTo(4);
      assertThat(node.records(id, 10)).extracting(RecordRow::key).containsExactly("a\uFFFD");
      assertThat(node.records(id, 10)).extracting(RecordRow::eventType).containsExactly("t\uFFFD");
    }
  }

  private static String data(ProjectorNode node, String id, String key) {
    long generation = node.generation(id);
    return node.database
        .read(tx -> Records.find(tx, generation, key))
        .map(found -> found.row().data())
        .orElse("none");
  }

  private static long count(Database database) {
    return database.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM records"));
  }
}
