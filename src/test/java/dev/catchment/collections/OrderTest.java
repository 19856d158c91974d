package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** What comes in another order, or at once, ends in the same records. */
final class OrderTest {
  private static final CollectionRow.FoldSpec STRIPE =
      Events.spec(
          "data.object.id",
          """
          {"event_time_path":"created","data_path":"data.object",
           "include_when":[{"field":"type","op":"contains","value":"customer.subscription."}],
           "delete_when":[{"field":"type","op":"eq","value":"customer.subscription.deleted"}]}
          """);

  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  private static String event(String type, String object, String id, long created, String status) {
    return "{\"id\":\"evt_"
        + id
        + created
        + "\",\"object\":\"event\",\"type\":\""
        + type
        + "\",\"created\":"
        + created
        + ",\"data\":{\"object\":{\"id\":\""
        + id
        + "\",\"object\":\""
        + object
        + "\",\"status\":\""
        + status
        + "\"}}}";
  }

  private static Map<String, String> states(ProjectorNode node, String id) {
    Map<String, String> states = new TreeMap<>();
    node.records(id, 100)
        .forEach(row ->
            states.put(row.key(), row.data().replaceAll(".*\"status\":\"([a-z_]+)\".*", "$1")));
    return states;
  }

  @BothDatabases
  void stripesEventsInAnyOrderGiveTheNewestStates(BothDatabases.Store store) {
    List<String> bodies = new ArrayList<>();
    for (int sub = 0; sub < 5; sub++) {
      String id = "sub_" + sub;
      long at = 1_772_000_000L + sub;
      bodies.add(event("customer.subscription.created", "subscription", id, at, "incomplete"));
      bodies.add(event("customer.subscription.updated", "subscription", id, at + 1, "active"));
      bodies.add(event("customer.subscription.updated", "subscription", id, at + 2, "past_due"));
      bodies.add(
          sub == 4
              ? event("customer.subscription.deleted", "subscription", id, at + 3, "canceled")
              : event("customer.subscription.updated", "subscription", id, at + 3, "unpaid"));
      bodies.add(event("invoice.paid", "invoice", "in_" + sub, at + 9, "paid"));
    }
    Map<String, String> expected =
        Map.of("sub_0", "unpaid", "sub_1", "unpaid", "sub_2", "unpaid", "sub_3", "unpaid");
    Random random = new Random(5);
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      for (int round = 1; round <= 5; round++) {
        Collections.shuffle(bodies, random);
        String source = Integer.toString(round).repeat(32);
        String id = node.create("c" + round, source, STRIPE).id();
        bodies.forEach(body -> node.append(source, clock.millis(), body));
        node.settle();
        assertThat(states(node, id)).isEqualTo(expected);
        CollectionRow.Progress progress = node.get(id).progress();
        assertThat(progress.skippedCount()).as("invoices are passed over").isZero();
        assertThat(progress.appliedCount() + progress.staleCount()).isEqualTo(20);
        assertThat(progress.tombstoneCount()).isEqualTo(1);
      }
    }
  }

  @BothDatabases
  void ofEventsInTheSameSecondTheLaterInTheLogHolds(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, STRIPE).id();
      for (String status : List.of("incomplete", "trialing", "active")) {
        node.append(event("customer.subscription.updated", "s", "sub_1", 1_772_000_000, status));
      }
      node.settle();
      assertThat(states(node, id)).isEqualTo(Map.of("sub_1", "active"));
      assertThat(node.get(id).progress().staleCount()).isZero();
      node.backfill(id, true, true);
      node.settleBackfills();
      assertThat(states(node, id)).isEqualTo(Map.of("sub_1", "active"));
    }
  }

  @BothDatabases
  void anObjectWhoseKeyChangesIsTwoRecords(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, STRIPE).id();
      node.append(event("customer.subscription.updated", "s", "sub_1", 1_772_000_000, "active"));
      node.append(event("customer.subscription.updated", "s", "sub_2", 1_772_000_001, "unpaid"));
      node.settle();
      assertThat(states(node, id)).isEqualTo(Map.of("sub_1", "active", "sub_2", "unpaid"));
    }
  }

  @BothDatabases
  void projectorsAndBackfillersAtOnceApplyEachEventOnce(BothDatabases.Store store) {
    try (ProjectorNode first = new ProjectorNode(store, "a", clock, 7);
        ProjectorNode other = store.isPostgres() ? new ProjectorNode(store, "b", clock, 7) : first;
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int before = 100;
      int after = 150;
      for (int i = 0; i < before; i++) {
        first.append("{\"id\":" + i % 9 + ",\"n\":" + i + "}");
      }
      String id = first.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      List<CompletableFuture<?>> racing = new ArrayList<>();
      for (ProjectorNode node : List.of(first, other)) {
        racing.add(CompletableFuture.runAsync(() -> race(node, id, true), threads));
        racing.add(CompletableFuture.runAsync(() -> race(node, id, false), threads));
      }
      for (int i = 0; i < after; i++) {
        first.append("{\"id\":" + i % 9 + ",\"n\":" + (before + i) + "}");
      }
      racing.forEach(CompletableFuture::join);
      clock.set(clock.millis() + 2 * Backfiller.LEASE_MILLIS);
      first.cancelBackfill(id);
      first.backfill(id, true, false);
      first.settleBackfills();
      CollectionRow.Progress progress = other.get(id).progress();
      assertThat(progress.appliedCount() + progress.staleCount()).isEqualTo(before + after);
      assertThat(progress.recordCount()).isEqualTo(9);
      assertThat(other.records(id, 50))
          .extracting(RecordRow::data)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, 9)
                  .mapToObj(key -> {
                    int last = after - 1 - Math.floorMod(after - 1 - key, 9);
                    return "{\"id\":" + key + ",\"n\":" + (before + last) + "}";
                  })
                  .toList());
      first.sweep();
      assertThat(first.count("records")).isEqualTo(9);
    }
  }

  private void race(ProjectorNode node, String id, boolean projects) {
    for (int i = 0; i < 120; i++) {
      // Leases end again and again, so the nodes overtake each other.
      clock.set(clock.millis() + Backfiller.LEASE_MILLIS / 20);
      if (projects) {
        node.step();
        continue;
      }
      if (i % 30 == 0) {
        node.backfill(id, i % 60 == 0, i % 60 != 0);
      }
      node.backfillStep();
    }
  }
}
