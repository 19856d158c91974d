package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Rate limits, and retries beside new events. */
@Timeout(60)
final class PaceTest {
  private static final long START = 1_800_000_000_000L;
  private static final String SOURCE = "5".repeat(32);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void noMoreBeginInASecondThanTheRateAllows(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      limited(node, 4);
      node.receiveMany(SOURCE, 10);
      node.runUntil(() -> node.count("success") == 1);
      for (int expected = 2; expected <= 10; expected++) {
        clock.pass(Duration.ofMillis(249));
        node.claim();
        assertThat(receiver.requests()).hasSize(expected - 1);
        clock.pass(Duration.ofMillis(1));
        int sent = expected;
        node.claim();
        node.runUntil(() -> node.count("success") == sent);
      }
      assertThat(node.attempts()).as("waiting uses no attempt").hasSize(10);
      assertThat(clock.millis()).isEqualTo(START + 2_250);
    }
  }

  @BothDatabases
  void aSleepingCourierKnowsWhenTheNextMayGo(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      limited(node, 2);
      node.receiveMany(SOURCE, 2);
      node.runUntil(() -> node.count("success") == 1);
      assertThat(node.courier().step()).isEqualTo(Step.at(START + 500));
    }
  }

  @BothDatabases
  void aPauseIsNotMadeUpForInABurst(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      limited(node, 4);
      node.receiveMany(SOURCE, 4);
      node.runUntil(() -> node.count("success") == 1);
      clock.pass(Duration.ofMinutes(1));
      node.claim();
      node.runUntil(() -> node.count("success") == 2);
      node.claim();
      assertThat(receiver.requests()).hasSize(2);
    }
  }

  @BothDatabases
  void nodesShareTheRate(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode one = DeliveryNode.open(store, "a", clock)) {
      DeliveryNode two = one.successor(store, "b");
      limited(one, 10);
      one.receiveMany(SOURCE, 10);
      one.dispatch();
      one.claim();
      one.receiveMany(SOURCE, 10);
      // The second node dispatches what came later, because the first has given its turn up.
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      clock.set(START);
      two.database().write(tx -> tx.update("UPDATE cursors SET owner = NULL, owned_until = 0"));
      two.dispatch();
      two.claim();
      for (int tenth = 0; tenth < 10; tenth++) {
        clock.pass(Duration.ofMillis(100));
        one.claim();
        two.claim();
      }
      one.runUntil(() -> {
        // What the second node has sent only that one can settle.
        two.courier().settler().step();
        return one.count("success") >= 10;
      });
      assertThat(receiver.requests()).as("in one second").hasSizeBetween(10, 12);
      two.stop();
    }
  }

  @BothDatabases
  void thousandsOfDueRetriesDoNotHoldUpNewEvents(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (Receiver other = Receiver.start();
        DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      // One at a time, so that they arrive in the order in which they are sent.
      Destination destination =
          node.destinationWithoutBreaker(receiver.url("/hook"), Sample.RETRY, 1);
      node.connect(SOURCE, destination, null);
      String quick = "6".repeat(32);
      node.connect(quick, node.destination(other.url("/hook")), null);
      int many = 3_000;
      node.receiveMany(SOURCE, many);
      node.runUntil(() -> node.count("failed") == many);
      CountDownLatch slow = new CountDownLatch(1);
      receiver.answer(Reply.held(slow, 200));
      clock.pass(Duration.ofSeconds(10));
      node.claim();
      receiver.awaitCount(many + 1, Duration.ofSeconds(10));

      // Another destination does not notice.
      node.receiveMany(quick, 50);
      node.runUntil(() -> other.requests().size() == 50);
      // And to the same one new events take turns with the retries.
      node.receiveMany(SOURCE, 20);
      node.dispatch();
      node.claim();
      receiver.answer(Reply.status(200));
      slow.countDown();
      node.runUntil(() -> receiver.requests().size() >= many + 41);
      assertThat(receiver.requests().subList(many, many + 41))
          .extracting(request -> "1".equals(request.header("x-hookstream-delivery-attempt")))
          .containsExactlyElementsOf(
              IntStream.range(0, 41).mapToObj(place -> place % 2 == 1).toList());
      node.runUntil(() -> node.count("success") == many + 70);
    }
  }

  private void limited(DeliveryNode node, int rate) {
    Destination destination =
        node.store(
            Sample.at(
                Sample.destination(node.newId(), receiver.url("/hook")),
                new Destination.Pace(10, rate, false, null)));
    node.connect(SOURCE, destination, null);
  }
}
