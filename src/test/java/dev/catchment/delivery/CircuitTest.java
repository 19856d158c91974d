package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.routing.Connection;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CircuitTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long START = 1_800_000_000_000L;

  /** More than a lane holds. */
  private static final int LONG_QUEUE = 1_500;

  private static final String SOURCE = "5".repeat(32);
  private static final int RESET_MILLIS = 60_000;

  /** Retries come long after anything that is tested here. */
  private static final RetrySpec LATE =
      new RetrySpec(true, 3, RetrySpec.Backoff.FIXED, List.of(80_000), false);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void aLongQueueDrainsInOrderAsTheLaneHasRoomForIt(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), Sample.RETRY, 1);
      node.change(destination, Destination.Status.PAUSED);
      node.connect(SOURCE, destination, null);
      node.receiveMany(SOURCE, LONG_QUEUE);
      node.dispatch();
      assertThat(node.held()).isEqualTo(LONG_QUEUE);
      node.change(destination, Destination.Status.ACTIVE);
      node.claim();
      assertThat(node.held())
          .as("the rest stays where it stands in nobody's way")
          .isGreaterThanOrEqualTo(LONG_QUEUE - Lane.WAITING_MAX - 1);
      answer.countDown();
      node.runUntil(() -> node.count("success") == LONG_QUEUE);
      assertThat(
              receiver.requests().stream().map(request -> request.header("x-hookstream-event-id")))
          .isSorted();
      assertThat(node.number("SELECT COUNT(*) AS n FROM releases")).isZero();
    }
  }

  @BothDatabases
  void aQueueThatIsHeldAgainWhileItDrainsStaysWhereItIs(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.change(destination, Destination.Status.PAUSED);
      node.connect(SOURCE, destination, null);
      node.receiveMany(SOURCE, 30);
      node.dispatch();
      node.change(destination, Destination.Status.ACTIVE);
      node.change(destination, Destination.Status.PAUSED);
      node.claim();
      assertThat(node.held()).isEqualTo(30);
      assertThat(node.number("SELECT COUNT(*) AS n FROM releases")).isZero();
      node.change(destination, Destination.Status.ACTIVE);
      node.runUntil(() -> node.count("success") == 30);
    }
  }

  @BothDatabases
  void failuresInARowOpenItAndASuccessBeginsTheRowAnew(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 2);
      assertThat(circuit(node, destination).failureCount()).isEqualTo(2);
      answer(node, 200, 1);
      assertThat(circuit(node, destination).failureCount()).isZero();
      answer(node, 500, 2);
      assertThat(circuit(node, destination).state()).isEqualTo(Circuit.State.CLOSED);
      assertThat(node.opened()).isEmpty();
      answer(node, 500, 1);

      assertThat(circuit(node, destination))
          .isEqualTo(
              new Circuit(
                  destination.id(),
                  Circuit.State.OPEN,
                  3,
                  3,
                  RESET_MILLIS,
                  START,
                  START + RESET_MILLIS,
                  0));
      assertThat(node.opened()).containsExactly(destination.id());
    }
  }

  @BothDatabases
  void whileItIsOpenNothingIsSentAndNoAttemptIsUsed(BothDatabases.Store store)
      throws InterruptedException {
    RetrySpec soon = new RetrySpec(true, 9, RetrySpec.Backoff.FIXED, List.of(10), false);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, soon);
      answer(node, 500, 3);
      receive(node, 4, 2);
      node.runUntil(() -> node.held() == 2);
      clock.pass(Duration.ofSeconds(10));
      node.runUntil(() -> node.held() == 5);
      assertThat(receiver.requests()).hasSize(3);
      assertThat(node.attempts()).hasSize(5);
      assertThat(circuit(node, destination).queuedCount()).isEqualTo(5);
    }
  }

  @BothDatabases
  void aLongQueueIsCountedUpToABound(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 3);
      node.receiveMany(SOURCE, Circuit.QUEUED_MAX + 1);
      node.dispatch();
      assertThat(node.held()).isGreaterThan(Circuit.QUEUED_MAX);
      assertThat(circuit(node, destination).queuedCount()).isEqualTo(Circuit.QUEUED_MAX);
    }
  }

  @BothDatabases
  void theOldestIsItsProbeAndASuccessDrainsTheQueueInOrder(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 3);
      receive(node, 4, 6);
      node.runUntil(() -> node.held() == 6);
      CountDownLatch probed = new CountDownLatch(1);
      receiver.answer(Reply.held(probed, 200));
      clock.pass(Duration.ofMillis(RESET_MILLIS - 1));
      node.claim();
      assertThat(receiver.requests()).hasSize(3);
      clock.pass(Duration.ofMillis(1));
      node.claim();
      receiver.awaitCount(4, PATIENCE);
      node.claim();
      Circuit circuit = circuit(node, destination);
      assertThat(circuit.state()).isEqualTo(Circuit.State.HALF_OPEN);
      assertThat(circuit.nextProbeAt()).isNull();
      assertThat(circuit.queuedCount()).isEqualTo(5);
      assertThat(receiver.requests()).hasSize(4);

      receiver.answer(Reply.status(200));
      probed.countDown();
      node.runUntil(() -> node.count("success") == 6);
      assertThat(receiver.requests().stream().map(Received::text).skip(3))
          .containsExactly(
              "{\"n\":4}", "{\"n\":5}", "{\"n\":6}", "{\"n\":7}", "{\"n\":8}", "{\"n\":9}");
      assertThat(circuit(node, destination).state()).isEqualTo(Circuit.State.CLOSED);
      assertThat(circuit(node, destination).failureCount()).isZero();
      receive(node, 10, 1);
      node.runUntil(() -> node.count("success") == 7);
    }
  }

  @BothDatabases
  void aFailedProbeOpensItForAnotherWhile(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 3);
      receive(node, 4, 2);
      node.runUntil(() -> node.held() == 2);
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      node.runUntil(() -> node.count("failed") == 4);
      Circuit circuit = circuit(node, destination);
      assertThat(circuit.state()).isEqualTo(Circuit.State.OPEN);
      assertThat(circuit.nextProbeAt()).isEqualTo(clock.millis() + RESET_MILLIS);
      assertThat(circuit.queuedCount()).isEqualTo(1);
      assertThat(receiver.requests()).hasSize(4);
      assertThat(node.opened()).as("it has opened again").hasSize(2);
    }
  }

  @BothDatabases
  void whateverComesAfterItsTimeWithAnEmptyQueueIsTheProbe(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 3);
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      node.claim();
      assertThat(circuit(node, destination).state()).isEqualTo(Circuit.State.HALF_OPEN);
      receiver.answer(Reply.status(200));
      receive(node, 4, 2);
      node.runUntil(() -> node.count("success") == 2);
      assertThat(circuit(node, destination).state()).isEqualTo(Circuit.State.CLOSED);
    }
  }

  @BothDatabases
  void aRetryThatWaitedMayBeTheProbe(BothDatabases.Store store) throws InterruptedException {
    RetrySpec soon = new RetrySpec(true, 9, RetrySpec.Backoff.FIXED, List.of(10), false);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      destination(node, soon);
      answer(node, 500, 3);
      clock.pass(Duration.ofSeconds(10));
      node.runUntil(() -> node.held() == 3);
      receiver.answer(Reply.status(200));
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      node.runUntil(() -> node.count("success") == 3);
      assertThat(node.attempts()).filteredOn(attempt -> attempt.number() == 2).hasSize(3);
    }
  }

  @BothDatabases
  void whatWaitsLongerThanItsWholeScheduleIsADeadLetter(BothDatabases.Store store)
      throws InterruptedException {
    RetrySpec hour = new RetrySpec(true, 2, RetrySpec.Backoff.FIXED, List.of(604_800), false);
    assertThat(hour.wholeMillis()).isEqualTo(604_800_000L);
    RetrySpec once = new RetrySpec(false, 5, RetrySpec.Backoff.FIXED, List.of(1), false);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, once);
      answer(node, 500, 3);
      receive(node, 4, 1);
      node.runUntil(() -> node.held() == 1);
      long first = clock.millis();
      clock.pass(Duration.ofMillis(RESET_MILLIS - 1));
      receive(node, 5, 2);
      node.runUntil(() -> node.held() == 3);
      clock.set(first + Probes.WAIT_MILLIS_MIN + RESET_MILLIS - 2);
      // The probe fails and is over, because retries are off; the others have waited not quite
      // long.
      node.runUntil(() -> node.count("failed") == 4);
      node.claim();
      assertThat(node.held()).isEqualTo(2);
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      node.runUntil(() -> node.count("failed") == 6);

      AttemptRow last = node.attempts().getLast();
      assertThat(last.answer().error()).isEqualTo("Circuit open");
      assertThat(last.after()).isEqualTo(new AttemptRow.After(null, true, clock.millis()));
      assertThat(receiver.requests()).hasSize(5);
      assertThat(node.ended())
          .filteredOn(ended -> "Circuit open".equals(ended.error()))
          .extracting(EndedAttempt::fate)
          .containsExactly(EndedAttempt.Fate.DEAD);
      assertThat(circuit(node, destination).queuedCount()).isZero();
    }
  }

  @BothDatabases
  void whatAPauseHoldsDoesNotAge(BothDatabases.Store store) throws InterruptedException {
    RetrySpec once = new RetrySpec(false, 5, RetrySpec.Backoff.FIXED, List.of(1), false);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, once);
      answer(node, 500, 3);
      receive(node, 4, 3);
      node.runUntil(() -> node.held() == 3);
      node.change(destination, Destination.Status.PAUSED);
      clock.pass(Duration.ofMillis(10 * Probes.WAIT_MILLIS_MIN));
      node.claim();
      assertThat(receiver.requests()).as("a paused destination is not tried").hasSize(3);
      node.change(destination, Destination.Status.ACTIVE);
      node.runUntil(() -> node.count("failed") == 4);
      node.claim();
      assertThat(node.held()).isEqualTo(2);
    }
  }

  @BothDatabases
  void aGoneReceiverDoesNotCount(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 2);
      answer(node, 410, 1);
      assertThat(circuit(node, destination).failureCount()).isEqualTo(2);
      assertThat(circuit(node, destination).state()).isEqualTo(Circuit.State.CLOSED);
    }
  }

  @BothDatabases
  void aBreakerThatIsOffCountsNothingAndSwitchingItOffClosesIt(BothDatabases.Store store)
      throws InterruptedException {
    Destination.Breaker off = new Destination.Breaker(false, 3, RESET_MILLIS);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 3);
      receive(node, 4, 1);
      node.runUntil(() -> node.held() == 1);
      node.change(destination, old -> Sample.with(old, off));
      node.runUntil(() -> node.count("failed") == 4);
      answer(node, 500, 3);
      assertThat(circuit(node, destination).state()).isEqualTo(Circuit.State.CLOSED);
      assertThat(node.opened()).hasSize(1);
    }
  }

  @BothDatabases
  void anOperatorMayCloseItByHand(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 3);
      receive(node, 4, 2);
      node.runUntil(() -> node.held() == 2);
      receiver.answer(Reply.status(200));
      Circuit reset =
          node.database().write(tx -> Circuits.reset(tx, Sample.SCOPE, destination.id()));
      assertThat(reset)
          .isEqualTo(
              new Circuit(
                  destination.id(),
                  Circuit.State.CLOSED,
                  0,
                  3,
                  RESET_MILLIS,
                  clock.millis(),
                  null,
                  0));
      node.runUntil(() -> node.count("success") == 2);
      assertThatThrownBy(
              () -> node.database().write(tx -> Circuits.reset(tx, Sample.SCOPE, node.newId())))
          .isInstanceOf(Failure.class)
          .hasMessage("Destination not found");
    }
  }

  @BothDatabases
  void whatWaitsForItEndsWithItsConnectionOrItsDestination(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 3);
      receive(node, 4, 2);
      node.runUntil(() -> node.held() == 2);
      node.database()
          .write(tx -> {
            Destinations.delete(tx, Sample.SCOPE, destination.id());
            return true;
          });
      assertThat(node.number("SELECT COUNT(*) AS n FROM circuits")).isZero();
      assertThat(node.attempts())
          .filteredOn(attempt -> attempt.answer().status() == null)
          .extracting(attempt -> attempt.answer().error())
          .containsExactly("Destination deleted", "Destination deleted");
    }
  }

  @BothDatabases
  void aPausedConnectionKeepsItsDeliveriesOutOfTheQueue(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, LATE);
      answer(node, 500, 3);
      Connection other = node.connect("6".repeat(32), destination, null);
      node.change(other, Connection.Status.PAUSED, true);
      node.receive("6".repeat(32), "{\"n\":\"held\"}");
      receive(node, 4, 1);
      node.runUntil(() -> node.held() == 2);
      assertThat(circuit(node, destination).queuedCount()).isEqualTo(1);
      receiver.answer(Reply.status(200));
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      node.runUntil(() -> node.count("success") == 1);
      assertThat(receiver.requests().getLast().text()).isEqualTo("{\"n\":4}");
      node.change(other, Connection.Status.ACTIVE, true);
      node.runUntil(() -> node.count("success") == 2);
    }
  }

  @BothDatabases
  void twoNodesCountTogetherAndSendOneProbe(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode one = DeliveryNode.open(store, "a", clock)) {
      DeliveryNode two = one.successor(store, "b");
      Destination destination = destination(one, LATE);
      answer(one, 500, 2);
      giveUpTheLog(two);
      answer(two, 500, 1);
      assertThat(circuit(one, destination).state()).isEqualTo(Circuit.State.OPEN);
      giveUpTheLog(one);
      receive(one, 4, 5);
      one.runUntil(() -> one.held() == 5);
      CountDownLatch probed = new CountDownLatch(1);
      receiver.answer(Reply.held(probed, 200));
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      for (DeliveryNode node : List.of(one, two, one, two)) {
        node.claim();
      }
      receiver.awaitCount(4, PATIENCE);
      assertThat(one.held()).isEqualTo(4);
      assertThat(receiver.requests()).hasSize(4);
      probed.countDown();
      one.runUntil(() -> {
        finish(two);
        return one.count("success") == 5;
      });
      two.stop();
    }
  }

  @BothDatabases
  void aProbeWhoseNodeDiedIsFollowedByAnother(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    try (DeliveryNode killed = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(killed, LATE);
      answer(killed, 500, 3);
      receive(killed, 4, 2);
      killed.runUntil(() -> killed.held() == 2);
      receiver.answer(Reply.held(never, 200));
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      killed.claim();
      receiver.awaitCount(4, PATIENCE);
      receiver.answer(Reply.status(200));
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      DeliveryNode next = killed.successor(store, "b");
      next.runUntil(() -> next.held() == 2);
      assertThat(receiver.requests()).hasSize(4);
      clock.pass(Duration.ofMinutes(2));
      next.runUntil(() -> next.count("success") == 2);
      assertThat(circuit(next, destination).state()).isEqualTo(Circuit.State.CLOSED);
      next.stop();
    }
  }

  /** As if the node that reads the log had stopped. */
  private static void giveUpTheLog(DeliveryNode node) {
    node.database().write(tx -> tx.update("UPDATE cursors SET owner = NULL, owned_until = 0"));
  }

  private static void finish(DeliveryNode node) {
    try {
      node.runUntil(() -> true);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Destination destination(DeliveryNode node, RetrySpec retry) {
    Destination destination =
        node.store(
            Sample.with(
                Sample.destination(
                    node.newId(),
                    Sample.target(receiver.url("/hook"), null, "none", null),
                    retry,
                    1),
                new Destination.Breaker(true, 3, RESET_MILLIS)));
    node.connect(SOURCE, destination, null);
    return destination;
  }

  /** That many events, each of which is answered so. */
  private void answer(DeliveryNode node, int status, int count) throws InterruptedException {
    receiver.answer(Reply.status(status));
    for (int i = 0; i < count; i++) {
      long ended = node.ended().size();
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.ended().size() > ended);
    }
  }

  private static void receive(DeliveryNode node, int from, int count) {
    List<String> bodies = new ArrayList<>();
    for (int n = from; n < from + count; n++) {
      bodies.add("{\"n\":" + n + "}");
    }
    bodies.forEach(body -> node.receive(SOURCE, body));
  }

  private static Circuit circuit(DeliveryNode node, Destination destination) {
    return node.database().read(tx -> Circuits.get(tx, Sample.SCOPE, destination.id()));
  }
}
