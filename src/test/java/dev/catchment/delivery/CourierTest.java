package dev.catchment.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CourierTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long START = 1_800_000_000_000L;
  private static final String SOURCE = "5".repeat(32);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void aSuccessIsSettledAndCounted(BothDatabases.Store store) throws InterruptedException {
    receiver.answer(Reply.text(201, "thanks").with("X-Reply", "yes"));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.connect(SOURCE, destination, null);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("success") == 1);

      AttemptRow attempt = node.attempts().getFirst();
      assertThat(attempt.subject().eventId()).isEqualTo(event.event().id());
      assertThat(attempt.number()).isEqualTo(1);
      assertThat(attempt.trigger()).isEqualTo("initial");
      assertThat(attempt.answer().status()).isEqualTo(201);
      assertThat(attempt.answer().body()).isEqualTo("thanks");
      assertThat(attempt.answer().headersJson()).contains("\"x-reply\":\"yes\"");
      assertThat(attempt.answer().error()).isNull();
      assertThat(attempt.after()).isEqualTo(new AttemptRow.After(null, false, null));
      assertThat(attempt.sent().headersJson()).contains(event.event().id());
      assertThat(node.stored(destination).totals()).isEqualTo(new Destination.Totals(1, START));
      assertThat(open(node)).isZero();
    }
  }

  @BothDatabases
  void bytesArriveAsTheyCame(BothDatabases.Store store) throws InterruptedException {
    byte[] binary = new byte[100_000];
    new SplittableRandom(3).nextBytes(binary);
    byte[] odd = "\n{ \"b\" :1.0,\t\"a\": \"\\u00e9\" , \"b\":2 }\r\n".getBytes(UTF_8);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      node.receive(SOURCE, "application/octet-stream", binary);
      node.receive(SOURCE, "application/json", odd);
      node.receive(SOURCE, null, new byte[0]);
      node.runUntil(() -> node.count("success") == 3);
    }
    assertThat(receiver.requests())
        .extracting(Received::body)
        .usingElementComparator(Arrays::compare)
        .containsExactlyInAnyOrder(binary, odd, new byte[0]);
  }

  @BothDatabases
  void aFailureIsTriedAgainOnScheduleUntilItIsADeadLetter(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.text(500, "no"));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      assertThat(node.attempts().getFirst().after())
          .isEqualTo(new AttemptRow.After(START + 10_000, false, null));

      clock.pass(Duration.ofMillis(9_999));
      assertThat(node.courier().step()).isEqualTo(Step.at(START + 10_000));
      assertThat(node.attempts()).hasSize(1);
      clock.pass(Duration.ofMillis(1));
      node.runUntil(() -> node.count("failed") == 2);
      clock.pass(Duration.ofSeconds(20));
      node.runUntil(() -> node.count("failed") == 3);

      List<AttemptRow> attempts = node.attempts();
      assertThat(attempts).extracting(AttemptRow::number).containsExactly(1, 2, 3);
      assertThat(attempts)
          .extracting(AttemptRow::trigger)
          .containsExactly("initial", "retry", "retry");
      assertThat(attempts)
          .extracting(AttemptRow::after)
          .containsExactly(
              new AttemptRow.After(START + 10_000, false, null),
              new AttemptRow.After(START + 30_000, false, null),
              new AttemptRow.After(null, true, START + 30_000));
      assertThat(attempts.getLast().answer().error()).isEqualTo("Receiver answered 500");
      assertThat(receiver.requests())
          .extracting(request -> request.header("x-hookstream-delivery-attempt"))
          .containsExactly("1", "2", "3");
      assertThat(open(node)).isZero();
      assertThat(node.stored(destination).totals().eventCount()).isZero();
    }
  }

  @BothDatabases
  void theReceiverMayAskForALaterTime(BothDatabases.Store store) throws InterruptedException {
    receiver.answer(Reply.status(429).with("Retry-After", "77"));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      assertThat(node.attempts().getFirst().after().nextRetryAt()).isEqualTo(START + 77_000);
      receiver.answer(Reply.status(200));
      clock.pass(Duration.ofSeconds(77));
      node.runUntil(() -> node.count("success") == 1);
    }
  }

  @BothDatabases
  void aReceiverThatIsGonePausesItsDestinationAndHoldsTheOthers(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(410));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), Sample.RETRY, 1);
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{\"n\":0}");
      node.runUntil(() -> node.count("failed") == 1);
      assertThat(node.attempts().getFirst().after())
          .isEqualTo(new AttemptRow.After(null, true, START));
      assertThat(node.stored(destination).status()).isEqualTo(Destination.Status.PAUSED);

      node.receive(SOURCE, "{\"n\":1}");
      node.receive(SOURCE, "{\"n\":2}");
      node.runUntil(() -> node.held() == 2);
      receiver.answer(Reply.status(200));
      node.change(destination, Destination.Status.ACTIVE);
      node.runUntil(() -> node.count("success") == 2);
      assertThat(receiver.requests())
          .extracting(Received::text)
          .containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":2}");
    }
  }

  @BothDatabases
  void goneDoesNotTurnADisabledDestinationIntoAPausedOne(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 410));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{}");
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      node.change(destination, Destination.Status.DISABLED);
      answer.countDown();
      node.runUntil(() -> node.count("failed") == 1);
      assertThat(node.stored(destination).status()).isEqualTo(Destination.Status.DISABLED);
    }
  }

  @BothDatabases
  void pausingDuringASendSettlesThatOneAndHoldsTheNext(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), Sample.RETRY, 1);
      node.connect(SOURCE, destination, null);
      for (int i = 0; i < 4; i++) {
        node.receive(SOURCE, "{\"n\":" + i + "}");
      }
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      node.change(destination, Destination.Status.PAUSED);
      answer.countDown();
      node.runUntil(() -> node.count("success") == 1 && node.held() == 3);
      assertThat(receiver.requests()).hasSize(1);

      node.change(destination, Destination.Status.ACTIVE);
      node.runUntil(() -> node.count("success") == 4);
      assertThat(receiver.requests())
          .extracting(Received::text)
          .containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
    }
  }

  @BothDatabases
  void aRetryThatIsDueForAPausedDestinationIsHeldAndMadeWhenItIsReleased(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      node.change(destination, Destination.Status.PAUSED);
      clock.pass(Duration.ofSeconds(10));
      node.runUntil(() -> node.held() == 1);
      receiver.answer(Reply.status(200));
      node.change(destination, Destination.Status.ACTIVE);
      node.runUntil(() -> node.count("success") == 1);
      assertThat(node.attempts()).extracting(AttemptRow::number).containsExactly(1, 2);
    }
  }

  @BothDatabases
  void whatIsGivenBackAfterItsReleaseIsNotHeldForEver(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      DeliveryQueue queue = new DeliveryQueue(ids(node), "z", DeliveryNode.LEASE_MILLIS, List.of());
      Owed owed = owe(node, queue, destination);
      // Its worker saw the destination paused; meanwhile an operator has made it active again.
      node.database()
          .write(tx -> {
            Claims.hold(tx, List.of(owed));
            return true;
          });
      assertThat(node.held()).isZero();
      node.runUntil(() -> node.count("success") == 1);
    }
  }

  @BothDatabases
  void deletingADestinationEndsItsDeliveriesAndNothingMoreIsSent(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), Sample.RETRY, 1);
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{}");
      node.receive(SOURCE, "{}");
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      node.database()
          .write(tx -> {
            Destinations.delete(tx, Sample.SCOPE, destination.id());
            return true;
          });
      answer.countDown();
      assertEnded(node, "Destination deleted");
    }
  }

  @BothDatabases
  void deletingAConnectionEndsItsDeliveriesAndNothingMoreIsSent(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), Sample.RETRY, 1);
      Connection connection = node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{}");
      node.receive(SOURCE, "{}");
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      node.database()
          .write(tx -> {
            Connections.delete(tx, Sample.SCOPE, connection.id());
            return true;
          });
      answer.countDown();
      assertEnded(node, "Connection deleted");
    }
  }

  private void assertEnded(DeliveryNode node, String reason) {
    node.courier().close();
    assertThat(receiver.requests()).hasSize(1);
    assertThat(node.attempts()).extracting(AttemptRow::status).containsExactly("failed", "failed");
    assertThat(node.attempts())
        .extracting(attempt -> attempt.answer().error())
        .containsOnly(reason);
    assertThat(open(node)).isZero();
  }

  @BothDatabases
  void aDeliveryWhoseProcessWasKilledIsMadeAgain(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    receiver.answer(Reply.held(never, 200));
    try (DeliveryNode killed = DeliveryNode.open(store, "a", clock)) {
      killed.connect(SOURCE, killed.destination(receiver.url("/hook")), null);
      killed.receive(SOURCE, "{}");
      killed.dispatch();
      receiver.awaitCount(1, PATIENCE);

      receiver.answer(Reply.status(200));
      DeliveryNode next = killed.successor(store, "b");
      if (store.isPostgres()) {
        // Another node may be alive, so the claim is respected until its lease has run out.
        clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS - 1));
        next.claim();
        assertThat(receiver.requests()).hasSize(1);
        clock.pass(Duration.ofMillis(1));
      }
      next.runUntil(() -> next.count("success") == 1);
      assertThat(receiver.requests()).hasSize(2);
      assertThat(next.attempts()).hasSize(1);
      next.stop();
    }
  }

  @BothDatabases
  void aStaleWorkerSettlesNothing(BothDatabases.Store store) throws InterruptedException {
    CountDownLatch late = new CountDownLatch(1);
    receiver.answer(Reply.held(late, 500));
    try (DeliveryNode stale = DeliveryNode.open(store, "a", clock)) {
      Destination destination = stale.destination(receiver.url("/hook"));
      stale.connect(SOURCE, destination, null);
      stale.receive(SOURCE, "{}");
      stale.dispatch();
      receiver.awaitCount(1, PATIENCE);
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      receiver.answer(Reply.status(200));
      DeliveryNode newer = stale.successor(store, "b");
      newer.runUntil(() -> newer.count("success") == 1);

      late.countDown();
      stale.courier().close();
      assertThat(stale.attempts()).hasSize(1);
      assertThat(stale.attempts().getFirst().status()).isEqualTo("success");
      assertThat(stale.stored(destination).totals().eventCount()).isEqualTo(1);
      newer.stop();
    }
  }

  @BothDatabases
  void whatWaitedPastItsLeaseIsNotSentByTheWorkerThatLostIt(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode stale = DeliveryNode.open(store, "a", clock)) {
      Destination destination = stale.destination(receiver.url("/hook"), Sample.RETRY, 1);
      stale.connect(SOURCE, destination, null);
      stale.receiveMany(SOURCE, 20);
      stale.dispatch();
      receiver.awaitCount(1, PATIENCE);
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      receiver.answer(Reply.status(200));
      DeliveryNode newer = stale.successor(store, "b");
      newer.runUntil(() -> newer.count("success") == 20);
      assertThat(receiver.requests()).as("the first hangs and is made again").hasSize(21);

      // It goes on as if nothing had happened, and would send the other 19.
      answer.countDown();
      stale.runUntil(() -> stale.courier().step().equals(Step.whenWoken()));
      stale.courier().close();
      assertThat(receiver.requests()).hasSize(21);
      newer.stop();
    }
  }

  @BothDatabases
  void aLateRenewalDelaysWhatWaitsAndLosesNothing(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook"), Sample.RETRY, 1), null);
      node.receiveMany(SOURCE, 20);
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      receiver.answer(Reply.status(200));
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      answer.countDown();
      node.runUntil(() -> node.count("success") == 20);
      assertThat(receiver.requests()).as("none was made twice").hasSize(20);
      assertThat(node.attempts()).allMatch(attempt -> attempt.number() == 1);
    }
  }

  @BothDatabases
  void aStaleWorkerBeginsNoRetryAndEndsNothing(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.connect(SOURCE, destination, null);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      clock.pass(Duration.ofSeconds(10));
      DeliveryQueue stale = new DeliveryQueue(ids(node), "x", DeliveryNode.LEASE_MILLIS, List.of());
      List<Due> claimed =
          node.database().write(tx -> stale.claim(tx, DeliveryQueue.Kind.RETRY, 9, List.of()));
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      node.runUntil(() -> node.count("failed") == 2);

      assertThat(claimed).hasSize(1);
      DeliveryQueue.Retry retry =
          new DeliveryQueue.Retry(claimed.getFirst(), event, destination.target());
      List<Owed> begun = node.database().write(tx -> stale.beginRetries(tx, List.of(retry)));
      assertThat(begun).isEmpty();
      node.database()
          .write(tx -> {
            stale.end(tx, claimed, Set.of());
            return true;
          });
      assertThat(node.attempts()).hasSize(2);
      assertThat(node.attempts()).noneMatch(attempt -> attempt.after().dead());
    }
  }

  @BothDatabases
  void leasesAreRenewedWhileASlowDeliveryIsUnderWay(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      assertThat(node.courier().renewer().step()).isEqualTo(Step.whenWoken());
      node.courierWasWoken();
      node.receive(SOURCE, "{}");
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      assertThat(node.courierWasWoken()).as("a sleeping renewer learns of the lease").isTrue();
      DeliveryQueue other = new DeliveryQueue(ids(node), "b", DeliveryNode.LEASE_MILLIS, List.of());
      for (int i = 0; i < 10; i++) {
        Step.Next next = node.courier().renewer().step();
        assertThat(next).isInstanceOf(Step.Next.At.class);
        long at = ((Step.Next.At) next).epochMillis();
        assertThat(at - clock.millis()).isBetween(1L, DeliveryNode.LEASE_MILLIS / 3);
        clock.pass(Duration.ofMillis(at - clock.millis()));
        List<Due> lapsed =
            node.database().write(tx -> other.claim(tx, DeliveryQueue.Kind.FRESH, 9, List.of()));
        assertThat(lapsed).isEmpty();
      }
      answer.countDown();
      node.runUntil(() -> node.count("success") == 1);
      assertThat(receiver.requests()).hasSize(1);
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      assertThat(node.courier().renewer().step()).as("idle again").isEqualTo(Step.whenWoken());
    }
  }

  @BothDatabases
  void aLateRenewalDoesNotMoveWhatIsHeldOrWaitsForItsRetry(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      DeliveryQueue queue = new DeliveryQueue(ids(node), "z", DeliveryNode.LEASE_MILLIS, List.of());
      Owed retried = owe(node, queue, destination);
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      node.runUntil(() -> node.count("failed") == 1);
      Owed claimedAgain =
          new Owed(
              retried.id(),
              retried.scope(),
              retried.event(),
              retried.connectionId(),
              retried.destinationId(),
              retried.numbers(),
              2,
              null);
      node.change(destination, Destination.Status.PAUSED);
      Owed held = owe(node, queue, destination);
      List<Owed> lost =
          node.database()
              .write(tx -> {
                Claims.hold(tx, List.of(held));
                return new Claims(DeliveryNode.LEASE_MILLIS).renew(tx, List.of(held, claimedAgain));
              });
      assertThat(lost).containsExactlyInAnyOrder(held, claimedAgain);
      assertThat(node.held()).isEqualTo(1);
      assertThat(node.number("SELECT due_at AS n FROM attempts WHERE id = ?", retried.id()))
          .isEqualTo(clock.millis() + 10_000);
    }
  }

  @BothDatabases
  void aHangingReceiverDoesNotHoldUpAFastOne(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    try (Receiver hanging = Receiver.start();
        DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      hanging.answer(Reply.held(never, 200));
      node.connect(SOURCE, node.destination(hanging.url("/hook")), null);
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      for (int i = 0; i < 300; i++) {
        node.receive(SOURCE, "{}");
      }
      node.runUntil(() -> node.count("success") == 300);
      assertThat(hanging.awaitCount(10, PATIENCE)).hasSize(10);
      assertThat(receiver.requests()).hasSize(300);
    }
  }

  @BothDatabases
  void closingGivesBackWhatWasNotSentAndSettlesWhatWas(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook"), Sample.RETRY, 1), null);
      for (int i = 0; i < 5; i++) {
        node.receive(SOURCE, "{}");
      }
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      answer.countDown();
      node.courier().close();
      int sent = receiver.requests().size();
      assertThat(node.count("success")).isEqualTo(sent);
      assertThat(dueNow(node)).isEqualTo(5 - sent);

      DeliveryNode next = node.successor(store, "b");
      next.runUntil(() -> next.count("success") == 5);
      assertThat(receiver.requests()).hasSize(5);
      next.stop();
    }
  }

  @BothDatabases
  void closingBreaksOffAHangingReceiverWithoutUsingUpAnAttempt(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    receiver.answer(Reply.held(never, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      node.receive(SOURCE, "{}");
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      long start = System.nanoTime();
      node.courier().closeWithin(100);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
      assertThat(node.count("pending")).isEqualTo(1);
      assertThat(dueNow(node)).isEqualTo(1);
    }
  }

  @BothDatabases
  void outcomesWaitWhileTheStoreCannotTakeThem(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{}");
      node.receive(SOURCE, "{}");
      node.dispatch();
      receiver.awaitCount(2, PATIENCE);
      rename(node.database(), "attempts", "away");
      answer.countDown();
      assertThatThrownBy(() -> node.runUntil(() -> false)).isInstanceOf(RuntimeException.class);
      rename(node.database(), "away", "attempts");
      node.runUntil(() -> node.count("success") == 2);
      assertThat(receiver.requests()).hasSize(2);
      assertThat(node.stored(destination).totals().eventCount()).isEqualTo(2);
    }
  }

  @BothDatabases
  void closingEndsEvenWhenTheStoreIsAway(BothDatabases.Store store) throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answer(Reply.held(answer, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook"), Sample.RETRY, 1), null);
      node.receive(SOURCE, "{}");
      node.receive(SOURCE, "{}");
      node.dispatch();
      receiver.awaitCount(1, PATIENCE);
      node.database().close();
      answer.countDown();
      node.courier().close();
    }
    try (DeliveryNode next = DeliveryNode.open(store, "b", clock)) {
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      next.runUntil(() -> next.count("success") == 2);
    }
  }

  private static void rename(Database database, String from, String to) {
    database.write(tx -> tx.update("ALTER TABLE " + from + " RENAME TO " + to));
  }

  private static long open(DeliveryNode node) {
    return node.number("SELECT COUNT(*) AS n FROM attempts WHERE open = 1");
  }

  private long dueNow(DeliveryNode node) {
    return node.number(
        "SELECT COUNT(*) AS n FROM attempts WHERE open = 1 AND claimed_by IS NULL AND due_at <= ?",
        clock.millis());
  }

  private Ids ids(DeliveryNode node) {
    return new Ids(clock, new SplittableRandom(node.newId().hashCode()));
  }

  private static Owed owe(DeliveryNode node, DeliveryQueue queue, Destination destination) {
    StoredEvent event = node.receive(SOURCE, "{}");
    Owed owed =
        new Owed(
            node.newId(),
            Sample.SCOPE,
            event,
            node.newId(),
            destination.id(),
            new Owed.Numbers(1, 1, "initial"),
            1,
            null);
    return node.database()
        .write(tx -> {
          queue.add(
              tx,
              List.of(new Owed.New(owed, Owed.Begin.CLAIMED, destination.target().url(), "POST")));
          return owed;
        });
  }
}
