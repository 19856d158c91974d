package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.log.OldEvents;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import dev.catchment.routing.EventRow;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ManualRetriesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long START = 1_800_000_000_000L;
  private static final String SOURCE = "5".repeat(32);
  private static final RetrySpec ONCE =
      new RetrySpec(false, 1, RetrySpec.Backoff.FIXED, List.of(10), false);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);

  @AfterEach
  void close() {
    receiver.close();
  }

  private AttemptRow retry(DeliveryNode node, AttemptRow attempt) {
    return node.database().write(tx -> node.retries().retry(tx, Sample.SCOPE, attempt.id()));
  }

  private ManualRetries.Result retryEvent(DeliveryNode node, StoredEvent event) {
    return node.database()
        .write(tx ->
            node.retries()
                .retry(tx, Sample.SCOPE, List.of(event.event().id()), ManualRetries.Wish.ANY));
  }

  @BothDatabases
  void aDeadLetterIsNumberedOnAndGetsAFreshRound(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook"), ONCE, 10), null);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      assertThat(node.status(event)).isEqualTo(EventRow.Status.FAILED);
      clock.pass(Duration.ofMinutes(1));

      AttemptRow second = retry(node, node.attempts().getFirst());
      assertThat(second.status()).isEqualTo("pending");
      assertThat(second.number()).isEqualTo(2);
      assertThat(second.trigger()).isEqualTo("manual");
      assertThat(node.attempts().getFirst().after())
          .isEqualTo(new AttemptRow.After(clock.millis(), false, START));
      assertThat(node.status(event)).isEqualTo(EventRow.Status.PROCESSING);

      node.runUntil(() -> node.count("failed") == 2);
      assertThat(node.attempts().getLast().after().dead()).as("a letter again").isTrue();
      receiver.answer(Reply.status(200));
      assertThat(retryEvent(node, event).started()).hasSize(1);
      node.runUntil(() -> node.count("success") == 1);
      assertThat(node.status(event)).isEqualTo(EventRow.Status.DELIVERED);
      assertThat(node.attempts()).extracting(AttemptRow::number).containsExactly(1, 2, 3);
      assertThat(node.number("SELECT COUNT(*) AS n FROM attempts WHERE is_dlq = 1")).isZero();
      assertThat(retryEvent(node, event)).isEqualTo(new ManualRetries.Result(List.of(), List.of()));
      assertThatThrownBy(() -> retry(node, node.attempts().getFirst()))
          .hasMessage("Retry failed: The delivery has succeeded");
    }
  }

  @BothDatabases
  void aFreshRoundHasAllItsRetries(BothDatabases.Store store) throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(
          SOURCE, node.destinationWithoutBreaker(receiver.url("/hook"), Sample.RETRY, 10), null);
      node.receive(SOURCE, "{}");
      for (int i = 1; i <= 3; i++) {
        int failed = i;
        node.runUntil(() -> node.count("failed") == failed);
        clock.pass(Duration.ofSeconds(20));
      }
      retry(node, node.attempts().getLast());
      for (int i = 4; i <= 6; i++) {
        int failed = i;
        node.runUntil(() -> node.count("failed") == failed);
        assertThat(node.attempts().getLast().after().dead()).isEqualTo(i == 6);
        clock.pass(Duration.ofSeconds(20));
      }
      assertThat(node.attempts())
          .extracting(AttemptRow::trigger)
          .containsExactly("initial", "retry", "retry", "manual", "retry", "retry");
    }
  }

  @BothDatabases
  void aManualRetryRacingASlowSuccessStartsNothing(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch slow = new CountDownLatch(1);
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      receiver.answer(Reply.held(slow, 200));
      clock.pass(Duration.ofSeconds(10));
      node.claim();
      receiver.awaitCount(2, PATIENCE);

      AttemptRow failed = node.attempts().getFirst();
      assertThatThrownBy(() -> retry(node, failed))
          .hasMessage("Retry failed: The delivery is still pending");
      assertThat(retryEvent(node, event).started()).isEmpty();
      slow.countDown();
      node.runUntil(() -> node.count("success") == 1);
      assertThatThrownBy(() -> retry(node, failed))
          .hasMessage("Retry failed: The delivery has succeeded");
      node.claim();
      assertThat(receiver.requests()).hasSize(2);
      assertThat(node.attempts()).hasSize(2);
    }
  }

  @BothDatabases
  void aRetryThatWasScheduledIsReplacedAndNotMadeTwice(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      receiver.answer(Reply.status(200));
      retry(node, node.attempts().getFirst());
      node.runUntil(() -> node.count("success") == 1);
      clock.pass(Duration.ofHours(1));
      node.claim();
      assertThat(receiver.requests()).hasSize(2);
      assertThat(node.attempts())
          .extracting(AttemptRow::trigger)
          .containsExactly("initial", "manual");
    }
  }

  @BothDatabases
  void ofManyWhoAskAtOnceOneStartsAnAttempt(BothDatabases.Store store) throws Exception {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock);
        ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      node.connect(SOURCE, node.destination(receiver.url("/hook"), ONCE, 10), null);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      CountDownLatch together = new CountDownLatch(1);
      Callable<Integer> ask =
          () -> {
            together.await();
            return retryEvent(node, event).started().size();
          };
      List<Future<Integer>> asked =
          List.of(askers.submit(ask), askers.submit(ask), askers.submit(ask), askers.submit(ask));
      together.countDown();
      int started = 0;
      for (Future<Integer> one : asked) {
        started += one.get();
      }
      assertThat(started).isEqualTo(1);
      assertThat(node.attempts()).hasSize(2);
    }
  }

  @BothDatabases
  void whileItsDestinationIsPausedARetryWaits(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), ONCE, 10);
      Connection connection = node.connect(SOURCE, destination, null);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      receiver.answer(Reply.status(200));
      node.change(destination, Destination.Status.PAUSED);
      node.change(connection, Connection.Status.PAUSED, true);
      assertThat(retryEvent(node, event).started()).hasSize(1);
      node.claim();
      assertThat(node.held()).isEqualTo(1);
      node.change(destination, Destination.Status.ACTIVE);
      node.claim();
      assertThat(node.held()).as("the connection holds it still").isEqualTo(1);
      node.change(connection, Connection.Status.ACTIVE, true);
      node.runUntil(() -> node.count("success") == 1);
    }
  }

  @BothDatabases
  void whatHasLostItsEventOrAnEndIsRefusedWithTheReason(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), ONCE, 10);
      Connection connection = node.connect(SOURCE, destination, null);
      StoredEvent event = node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      AttemptRow letter = node.attempts().getFirst();

      node.change(destination, Destination.Status.DISABLED);
      assertRefused(node, letter, "Destination is disabled");
      node.change(destination, Destination.Status.ACTIVE);
      node.database()
          .write(tx -> {
            Connections.delete(tx, Sample.SCOPE, connection.id());
            return true;
          });
      assertThat(retryEvent(node, event).refused())
          .containsExactly(
              new ManualRetries.Refused(letter.id(), event.event().id(), "Connection deleted"));
      node.database()
          .write(tx -> {
            Destinations.delete(tx, Sample.SCOPE, destination.id());
            return true;
          });
      assertRefused(node, letter, "Destination deleted");
      node.database().write(tx -> OldEvents.delete(tx, List.of(event.position())));
      assertRefused(node, letter, "Event no longer stored");
      assertThat(node.attempts().getFirst().after().dead()).as("still a letter").isTrue();
    }
  }

  @BothDatabases
  void aDeliveryWhoseConnectionIsGoneIsRetriedByItselfUnlessTheConnectionMadeItsBody(
      BothDatabases.Store store) throws InterruptedException {
    receiver.answer(Reply.status(410));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      Connection plain = node.connect(SOURCE, destination, null);
      Connection transformed = node.connect(SOURCE, destination, null);
      node.transform(transformed, "{\"made\": true}");
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") + node.held() == 2);
      for (Connection connection : List.of(plain, transformed)) {
        node.database()
            .write(tx -> {
              Connections.delete(tx, Sample.SCOPE, connection.id());
              return true;
            });
      }
      assertThat(node.count("failed")).isEqualTo(2);
      receiver.answer(Reply.status(200));
      node.change(destination, Destination.Status.ACTIVE);

      assertThatThrownBy(() -> retry(node, of(node, transformed)))
          .hasMessage("Retry failed: Connection deleted, and its transform with it");
      assertThat(retry(node, of(node, plain)).trigger()).isEqualTo("manual");
      node.runUntil(() -> node.count("success") == 1);
    }
  }

  private static AttemptRow of(DeliveryNode node, Connection connection) {
    return node.attempts().stream()
        .filter(attempt -> attempt.subject().connectionId().equals(connection.id()))
        .findFirst()
        .orElseThrow();
  }

  private void assertRefused(DeliveryNode node, AttemptRow letter, String why) {
    assertThatThrownBy(() -> retry(node, letter)).hasMessage("Retry failed: " + why);
    assertThat(node.attempts()).hasSize(1);
  }
}
