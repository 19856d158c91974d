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
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.List;
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
  void aSourceWithoutConnectionsSaysSo(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      StoredEvent event = node.receive(SOURCE, "{}");
      assertThat(entries(node, event))
          .containsExactly(
              new Routing.Entry(null, false, Routing.Reason.NO_CONNECTION, null, null));
      Scope other = new Scope("8".repeat(32), "9".repeat(32));
      assertThatThrownBy(
              () -> node.database().read(tx -> Routing.of(tx, other, event.event().id())))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> assertThat(failure.sentence()).isEqualTo("Event not found"));
    }
  }

  private static List<Routing.Entry> entries(DeliveryNode node, StoredEvent event) {
    return node.database().read(tx -> Routing.of(tx, Sample.SCOPE, event.event().id()));
  }

  private static List<String> reasons(DeliveryNode node, StoredEvent event) {
    return entries(node, event).stream()
        .map(entry ->
            (entry.connection() == null ? null : entry.connection().id())
                + " "
                + entry.matched()
                + " "
                + entry.reason().word()
                + " "
                + entry.deliveryStatus())
        .toList();
  }
}
