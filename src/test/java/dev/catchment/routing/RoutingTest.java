package dev.catchment.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.delivery.Destination;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

final class RoutingTest {
  private static final String SOURCE = "5".repeat(32);
  private final SettableClock clock = new SettableClock(1_000_000);
  private Receiver receiver;

  @BeforeEach
  void listen() throws Exception {
    receiver = Receiver.start();
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void everyConnectionSaysWhatBecameOfAnEvent(BothDatabases.Store store) throws Exception {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination active = node.destination(receiver.url("/hook"));
      Destination disabled = node.destination(receiver.url("/hook"));
      Destination paused = node.destination(receiver.url("/hook"));
      Connection all = node.connect(SOURCE, active, null);
      Connection some =
          node.connect(
              SOURCE,
              active,
              "[{\"field\":\"n\",\"op\":\"exists\",\"value\":true},"
                  + "{\"field\":\"n\",\"op\":\"gt\",\"value\":5}]");
      Connection off = node.connect(SOURCE, active, null);
      Connection nowhere = node.connect(SOURCE, disabled, null);
      Connection held = node.connect(SOURCE, paused, null);
      node.change(off, Connection.Status.ACTIVE, false);
      node.change(disabled, Destination.Status.DISABLED);
      node.change(paused, Destination.Status.PAUSED);
      StoredEvent event = node.receive(SOURCE, "{\"n\":3}");
      assertThat(reasons(node, event).getFirst()).isEqualTo(all.id() + " true matched pending");
      node.runUntil(() -> node.count("success") == 1);
      clock.pass(Duration.ofDays(30_000));
      Connection newer = node.connect(SOURCE, active, null);

      assertThat(reasons(node, event))
          .containsExactly(
              all.id() + " true matched success",
              some.id() + " false filter null",
              off.id() + " false connection_disabled null",
              nowhere.id() + " false destination_disabled null",
              held.id() + " true destination_paused held",
              newer.id() + " false no_connection null");
      assertThat(entries(node, event).get(1).detail())
          .as("the first rule that fails")
          .isEqualTo("{\"field\":\"n\",\"op\":\"gt\",\"value\":5}");
    }
  }

  @BothDatabases
  void whatIsHeldSaysWhatHoldsIt(BothDatabases.Store store) throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    try (Receiver failing = Receiver.start();
        DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      receiver.answer(Reply.held(slow, 200));
      failing.answer(Reply.status(500));
      Destination ordered =
          node.store(
              Sample.at(
                  Sample.destination(node.newId(), receiver.url("/hook")),
                  new Destination.Pace(1, null, true, null)));
      Destination broken =
          node.store(
              Sample.with(
                  Sample.destination(node.newId(), failing.url("/hook")),
                  new Destination.Breaker(true, 1, 60_000)));
      Destination off = node.destination(receiver.url("/hook"));
      Connection inLine = node.connect(SOURCE, ordered, null);
      Connection waiting = node.connect(SOURCE, broken, null);
      Connection held = node.connect(SOURCE, off, null);
      Connection paused = node.connect(SOURCE, ordered, null);
      node.change(off, Destination.Status.PAUSED);
      node.change(paused, Connection.Status.PAUSED, true);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.held() == 6);
      node.change(off, Destination.Status.DISABLED);
      node.change(paused, Connection.Status.DISABLED, true);

      assertThat(reasons(node, event))
          .containsExactly(
              inLine.id() + " true matched pending",
              waiting.id() + " true circuit_open held",
              held.id() + " true destination_disabled held",
              paused.id() + " true connection_disabled held");
      assertThat(entries(node, event).getFirst().detail())
          .isEqualTo("It waits for others of its line");
      node.database()
          .write(tx -> {
            Connections.delete(tx, Sample.SCOPE, waiting.id());
            return true;
          });
      assertThat(entries(node, event).getLast())
          .isEqualTo(
              new Routing.Entry(
                  new Routing.Way(waiting.id(), null, broken.id(), broken.identity().name()),
                  true,
                  Routing.Reason.MATCHED,
                  "Connection deleted",
                  "failed"));
      slow.countDown();
    }
  }

  @BothDatabases
  void whatIsBeingLetGoIsPendingAndSaysSo(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      Connection connection = node.connect(SOURCE, destination, null);
      node.change(destination, Destination.Status.PAUSED);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.dispatch();
      assertThat(reasons(node, event))
          .containsExactly(connection.id() + " true destination_paused held");

      node.change(destination, Destination.Status.ACTIVE);
      assertThat(reasons(node, event)).containsExactly(connection.id() + " true matched pending");
      assertThat(entries(node, event).getFirst().detail())
          .isEqualTo("It was held, and is let go in its turn");
    }
  }

  @BothDatabases
  void aRetryPastADeletedConnectionSaysWhatHoldsIt(BothDatabases.Store store) throws Exception {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      Connection connection = node.connect(SOURCE, destination, null);
      receiver.answer(Reply.status(410));
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      node.database()
          .write(tx -> {
            Connections.delete(tx, Sample.SCOPE, connection.id());
            return node.retries().retry(tx, Sample.SCOPE, node.attempts().getFirst().id());
          });
      assertThat(reasons(node, event))
          .as("410 has paused the destination")
          .containsExactly(connection.id() + " true destination_paused held");

      receiver.answer(Reply.status(200));
      node.change(destination, Destination.Status.ACTIVE);
      assertThat(reasons(node, event)).containsExactly(connection.id() + " true matched pending");
      node.runUntil(() -> node.count("success") == 1);
      assertThat(reasons(node, event)).containsExactly(connection.id() + " true matched success");
    }
  }

  @BothDatabases
  void aSourceWithoutConnectionsSaysSo(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      StoredEvent event = node.receive(SOURCE, "{}");
      assertThat(entries(node, event))
          .containsExactly(
              new Routing.Entry(null, false, Routing.Reason.NO_CONNECTION, null, null));
      Scope other = new Scope("8".repeat(32), "9".repeat(32));
      assertThatThrownBy(() ->
              node.database().read(tx -> Routing.of(tx, other, event.event().id(), Sample.VIEWS)))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> assertThat(failure.sentence()).isEqualTo("Event not found"));
    }
  }

  private static List<Routing.Entry> entries(DeliveryNode node, StoredEvent event) {
    return node.database()
        .read(tx -> Routing.of(tx, Sample.SCOPE, event.event().id(), Sample.VIEWS));
  }

  private static List<String> reasons(DeliveryNode node, StoredEvent event) {
    return entries(node, event).stream()
        .map(entry ->
            (entry.way() == null ? null : entry.way().connectionId())
                + " "
                + entry.matched()
                + " "
                + entry.reason().word()
                + " "
                + entry.deliveryStatus())
        .toList();
  }
}
