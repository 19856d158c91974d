package dev.catchment.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.AttemptRow;
import dev.catchment.delivery.Destination;
import dev.catchment.log.Cursors;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Supervisor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DispatcherTest {
  private static final long START = 1_800_000_000_000L;
  private static final String SOURCE = "5".repeat(32);
  private static final String OTHER_SOURCE = "6".repeat(32);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void everyMatchOwesOneDelivery(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination one = node.destination(receiver.url("/one"));
      Destination two = node.destination(receiver.url("/two"));
      Connection first = node.connect(SOURCE, one, null);
      Connection second = node.connect(SOURCE, one, null);
      Connection third = node.connect(SOURCE, two, null);
      node.connect(OTHER_SOURCE, two, null);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.receive("7".repeat(32), "{}");
      node.runUntil(() -> node.count("success") == 3);

      assertThat(node.attempts())
          .extracting(attempt -> attempt.subject().connectionId())
          .containsExactlyInAnyOrder(first.id(), second.id(), third.id());
      assertThat(node.attempts())
          .extracting(attempt -> attempt.subject().eventId())
          .containsOnly(event.event().id());
      assertThat(receiver.requests())
          .extracting(Received::path)
          .containsExactlyInAnyOrder("/one", "/one", "/two");
      assertThat(totals(node, first))
          .isEqualTo(new Connection.Totals(1, event.event().receivedAt()));
      node.dispatch();
      assertThat(node.attempts()).hasSize(3);
    }
  }

  @BothDatabases
  void filtersDecideByAllNineOperators(BothDatabases.Store store) throws InterruptedException {
    String body = "{\"n\":5,\"s\":\"abc\",\"z\":null,\"o\":{\"k\":[1,2]}}";
    List<String> matching =
        List.of(
            rule("n", "eq", "5.0"),
            rule("o", "eq", "{\"k\":[1,2]}"),
            rule("s", "neq", "\"abd\""),
            rule("missing", "neq", "1"),
            rule("s", "contains", "\"b\""),
            rule("n", "gt", "4"),
            rule("n", "gte", "5"),
            rule("n", "lt", "5.1"),
            rule("n", "lte", "5"),
            rule("z", "exists", "true"),
            rule("missing", "exists", "false"),
            rule("n", "in", "[1,5]"),
            rule("headers.x-a", "eq", "\"1\""),
            rule("o.k[1]", "eq", "2"));
    List<String> others =
        List.of(
            rule("n", "eq", "\"5\""),
            rule("n", "neq", "5"),
            rule("s", "contains", "\"B\""),
            rule("n", "contains", "\"5\""),
            rule("n", "gt", "5"),
            rule("s", "gt", "1"),
            rule("n", "gte", "5.0001"),
            rule("n", "lt", "5"),
            rule("missing", "lte", "5"),
            rule("n", "lte", "4"),
            rule("missing", "exists", "true"),
            rule("n", "in", "[\"5\"]"),
            rule("headers.x-a", "eq", "1"));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      List<String> expected = new ArrayList<>();
      for (String rule : matching) {
        expected.add(node.connect(SOURCE, destination, "[" + rule + "]").id());
      }
      for (String rule : others) {
        node.connect(SOURCE, destination, "[" + rule + "]");
        node.connect(SOURCE, destination, "[" + matching.getFirst() + "," + rule + "]");
      }
      node.receive(SOURCE, body);
      node.dispatch();
      assertThat(node.attempts())
          .extracting(attempt -> attempt.subject().connectionId())
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @BothDatabases
  void anEventThatIsNotJsonMatchesOnlyWhatDoesNotLookIntoIt(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      Connection all = node.connect(SOURCE, destination, null);
      Connection head =
          node.connect(SOURCE, destination, "[" + rule("headers.x-a", "exists", "true") + "]");
      node.connect(SOURCE, destination, "[" + rule("n", "exists", "true") + "]");
      node.receive(SOURCE, "application/json", "{not json".getBytes(UTF_8));
      node.dispatch();
      assertThat(node.attempts())
          .extracting(attempt -> attempt.subject().connectionId())
          .containsExactlyInAnyOrder(all.id(), head.id());
    }
  }

  private static String rule(String field, String op, String value) {
    return "{\"field\":\"" + field + "\",\"op\":\"" + op + "\",\"value\":" + value + "}";
  }

  @BothDatabases
  void aPausedConnectionHoldsAndReleasesInOrder(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), Sample.RETRY, 1);
      Connection connection = node.connect(SOURCE, destination, null);
      Connection other = node.connect(OTHER_SOURCE, destination, null);
      node.change(connection, Connection.Status.PAUSED, true);
      List<String> bodies = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        bodies.add("{\"n\":" + i + "}");
        node.receive(SOURCE, bodies.getLast());
      }
      node.receive(OTHER_SOURCE, "{\"other\":1}");
      node.runUntil(() -> node.count("success") == 1);
      assertThat(node.held()).isEqualTo(300);
      assertThat(totals(node, connection).eventCount()).isEqualTo(300);
      assertThat(totals(node, other).eventCount()).isEqualTo(1);

      clock.pass(Duration.ofDays(30));
      node.change(connection, Connection.Status.ACTIVE, true);
      node.runUntil(() -> node.count("success") == 301);
      assertThat(receiver.requests().stream().skip(1).map(Received::text))
          .containsExactlyElementsOf(bodies);
    }
  }

  @BothDatabases
  void aPausedDestinationHoldsAndItsReleaseLeavesPausedConnectionsAlone(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      Connection open = node.connect(SOURCE, destination, null);
      Connection paused = node.connect(SOURCE, destination, null);
      node.change(destination, Destination.Status.PAUSED);
      node.change(paused, Connection.Status.PAUSED, true);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.held() == 2);
      assertThat(receiver.requests()).isEmpty();
      node.change(destination, Destination.Status.ACTIVE);
      node.runUntil(() -> node.count("success") == 1);
      assertThat(node.held()).isEqualTo(1);
      assertThat(success(node))
          .extracting(at -> at.subject().connectionId())
          .containsOnly(open.id());
      node.change(paused, Connection.Status.ACTIVE, true);
      node.runUntil(() -> node.count("success") == 2);
    }
  }

  @BothDatabases
  void whoTakesTheTurnOverLooksAtWhatTheDeadNodeHeld(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      node.receive(SOURCE, "{}");
      node.dispatch();
      DeliveryNode second = node.successor(store, "b");
      second.dispatch();
      assertThat(second.courierWasWoken()).as("while the first lives").isFalse();
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS + 1));
      second.dispatch();
      assertThat(second.courierWasWoken()).as("once it is dead").isTrue();
      second.dispatch();
      assertThat(second.courierWasWoken()).as("once it has looked").isFalse();
    }
  }

  @BothDatabases
  void whatIsDisabledIsNotEvaluated(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination active = node.destination(receiver.url("/hook"));
      Destination disabled = node.destination(receiver.url("/hook"));
      Connection byStatus = node.connect(SOURCE, active, null);
      Connection byFlag = node.connect(SOURCE, active, null);
      Connection byDestination = node.connect(SOURCE, disabled, null);
      node.change(byStatus, Connection.Status.DISABLED, true);
      node.change(byFlag, Connection.Status.ACTIVE, false);
      node.change(disabled, Destination.Status.DISABLED);
      node.receive(SOURCE, "{}");
      node.dispatch();
      assertThat(node.attempts()).isEmpty();
      for (Connection connection : List.of(byStatus, byFlag, byDestination)) {
        assertThat(totals(node, connection)).isEqualTo(new Connection.Totals(0, null));
      }
      // A change holds for what is routed after it.
      node.change(byFlag, Connection.Status.ACTIVE, true);
      node.dispatch();
      assertThat(node.attempts()).isEmpty();
      node.receive(SOURCE, "{}");
      node.dispatch();
      assertThat(node.attempts()).hasSize(1);
    }
  }

  @BothDatabases
  void aBatchMatchedByOldRulesNeverCommits(BothDatabases.Store store)
      throws InterruptedException, ExecutionException {
    int events = 3_000;
    int changes = 60;
    try (DeliveryNode node = DeliveryNode.open(store, "a", InstantSource.system());
        Supervisor loops = node.startLoops();
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.change(destination, Destination.Status.PAUSED);
      Connection connection = node.connect(SOURCE, destination, null);
      Future<?> receiving = threads.submit(() -> receive(node, events));
      // What was owed before each change, told in the same transaction as the change.
      List<Long> positions = new ArrayList<>();
      List<Boolean> enabledAfter = new ArrayList<>();
      for (int i = 0; i < changes; i++) {
        boolean enabled = i % 2 == 1;
        positions.add(
            node.database()
                .write(tx -> {
                  long position = Cursors.disturb(tx, Dispatcher.READER);
                  Connection old = Connections.get(tx, Sample.SCOPE, connection.id());
                  Connections.update(tx, old, enabled(old, enabled));
                  return position;
                }));
        enabledAfter.add(enabled);
      }
      receiving.get();
      loops.close();
      node.dispatch();

      long expected = 0;
      long from = 0;
      boolean enabled = true;
      for (int i = 0; i <= changes; i++) {
        long to = i < changes ? positions.get(i) : events;
        expected += enabled ? to - from : 0;
        from = to;
        enabled = i < changes && enabledAfter.get(i);
      }
      assertThat(positions).isSorted();
      assertThat(node.attempts()).hasSize((int) expected);
      assertThat(totals(node, connection).eventCount()).isEqualTo(expected);
    }
  }

  private static Connection enabled(Connection old, boolean enabled) {
    return old.with(new Connection.Matching(enabled, old.status(), old.filter()));
  }

  @BothDatabases
  void twoNodesNeverOweTheSameTwiceAndDeliverEverythingOnce(BothDatabases.Store store)
      throws Exception {
    int each = 1_500;
    InstantSource time = InstantSource.system();
    try (DeliveryNode first = DeliveryNode.open(store, "a", time)) {
      // One process owns an SQLite file; there both nodes share it.
      DeliveryNode second =
          store.isPostgres() ? DeliveryNode.open(store, "b", time) : first.successor(store, "b");
      Destination destination = first.destination(receiver.url("/hook"), Sample.RETRY, 20);
      first.connect(SOURCE, destination, null);
      try (Supervisor firstLoops = first.startLoops();
          Supervisor secondLoops = second.startLoops();
          ExecutorService threads = Executors.newFixedThreadPool(2)) {
        Future<?> one = threads.submit(() -> receive(first, each));
        Future<?> two = threads.submit(() -> receive(second, each));
        one.get();
        two.get();
        receiver.awaitCount(2 * each, Duration.ofSeconds(30));
        assertThat(firstLoops.troubles()).isEmpty();
        assertThat(secondLoops.troubles()).isEmpty();
      }
      first.courier().close();
      second.courier().close();
      assertThat(receiver.requests()).hasSize(2 * each);
      Map<String, Integer> byEvent = new HashMap<>();
      first
          .attempts()
          .forEach(attempt -> byEvent.merge(attempt.subject().eventId(), 1, Integer::sum));
      assertThat(byEvent).hasSize(2 * each).allSatisfy((id, count) -> assertThat(count).isOne());
      assertThat(first.stored(destination).totals().eventCount()).isEqualTo(2L * each);
      if (store.isPostgres()) {
        second.close();
      } else {
        second.stop();
      }
    }
  }

  /** Appends events in small groups and each time lets any node take the reader over. */
  private static void receive(DeliveryNode node, int events) {
    for (int i = 0; i < events; i += 25) {
      node.receiveMany(SOURCE, 25);
      node.database()
          .write(tx ->
              tx.update(
                  "UPDATE cursors SET owner = NULL, owned_until = 0 WHERE name = ?",
                  Dispatcher.READER));
    }
  }

  @BothDatabases
  void whatOverflowsTheLaneIsClaimedFromTheStoreLaterAndEverythingIsDeliveredOnce(
      BothDatabases.Store store) throws InterruptedException {
    int events = 2_600;
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook"), Sample.RETRY, 50), null);
      node.receiveMany(SOURCE, events);
      node.runUntil(() -> node.count("success") == events);
      assertThat(receiver.requests()).hasSize(events);
      assertThat(
              receiver.requests().stream()
                  .map(request -> request.header("x-hookstream-event-id"))
                  .distinct())
          .hasSize(events);
      assertThat(node.attempts()).hasSize(events);
      assertThat(node.attempts()).allMatch(attempt -> attempt.number() == 1);
    }
  }

  private static List<AttemptRow> success(DeliveryNode node) {
    return node.attempts().stream().filter(attempt -> attempt.status().equals("success")).toList();
  }

  private static Connection.Totals totals(DeliveryNode node, Connection connection) {
    return node.database().read(tx -> Connections.get(tx, Sample.SCOPE, connection.id())).totals();
  }
}
