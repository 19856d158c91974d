package dev.catchment.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.Circuit;
import dev.catchment.delivery.Circuits;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.EndedAttempt;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.expr.FilterRules;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.Connection;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventRow;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Retries by hand and replays where an order, a circuit or a disabled connection has a say. */
@Timeout(60)
final class AskedForTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long START = 1_800_000_000_000L;
  private static final String SOURCE = "5".repeat(32);
  private static final int RESET_MILLIS = 60_000;
  private static final RetrySpec ONCE =
      new RetrySpec(false, 1, RetrySpec.Backoff.FIXED, List.of(10), false);
  private static final Destination.Pace ORDERED = new Destination.Pace(10, null, true, null);
  private static final EventFilter EVENTS =
      new EventFilter(
          null,
          List.of(),
          List.of(),
          new EventFilter.Checked(List.of(), List.of()),
          ManualRetries.Wish.ANY,
          null,
          null,
          null);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void aRetryByHandTakesItsPlaceInItsLineAndNothingOvertakesIt(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch slow = new CountDownLatch(1);
    receiver.answer(
        request -> request.text().equals("0") ? Reply.status(500) : Reply.held(slow, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, destination(node, ONCE, ORDERED, 0), null);
      StoredEvent first = node.receive(SOURCE, "0");
      node.receive(SOURCE, "1");
      node.receive(SOURCE, "2");
      node.receive(SOURCE, "3");
      node.runUntil(() -> node.count("failed") == 1);
      node.claim();
      receiver.awaitCount(2, PATIENCE);

      assertThat(retry(node, first)).isEqualTo(1);
      node.claim();
      assertThat(node.held()).as("one is on its way").isEqualTo(3);
      receiver.answer(Reply.status(200));
      slow.countDown();
      node.runUntil(() -> node.count("success") == 4);
      assertThat(texts()).containsExactly("0", "1", "0", "2", "3");
    }
  }

  @BothDatabases
  void aRetryByHandOfTheFirstOfALineTakesThePlaceOfItsSchedule(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, destination(node, Sample.RETRY, ORDERED, 0), null);
      StoredEvent first = node.receive(SOURCE, "0");
      node.receive(SOURCE, "1");
      node.receive(SOURCE, "2");
      node.runUntil(() -> node.count("failed") == 1);
      receiver.answer(Reply.status(200));
      assertThat(retry(node, first)).isEqualTo(1);
      node.runUntil(() -> node.count("success") == 3);
      clock.pass(Duration.ofHours(1));
      node.claim();
      assertThat(texts()).containsExactly("0", "0", "1", "2");
    }
  }

  @BothDatabases
  void aRetryByHandWaitsWhileTheCircuitIsOpenAndGoesWhenItCloses(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, ONCE, Destination.Pace.upTo(1), 2);
      node.connect(SOURCE, destination, null);
      StoredEvent one = node.receive(SOURCE, "1");
      StoredEvent two = node.receive(SOURCE, "2");
      node.runUntil(() -> node.count("failed") == 2);
      assertThat(circuit(node, destination).state()).isEqualTo(Circuit.State.OPEN);

      receiver.answer(Reply.status(200));
      assertThat(retry(node, two) + retry(node, one)).isEqualTo(2);
      node.claim();
      assertThat(node.count("pending")).isEqualTo(2);
      assertThat(circuit(node, destination).queuedCount()).isEqualTo(2);
      assertThat(node.status(one)).isEqualTo(EventRow.Status.PROCESSING);
      assertThat(receiver.requests()).hasSize(2);
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      node.runUntil(() -> node.count("success") == 2);
      assertThat(texts()).containsExactly("1", "2", "1", "2");
      assertThat(circuit(node, destination).state()).isEqualTo(Circuit.State.CLOSED);
      assertThat(node.status(one)).isEqualTo(EventRow.Status.DELIVERED);
    }
  }

  @BothDatabases
  void aRetryByHandIsNotLeftBehindByACircuitThatClosesAtThatMoment(BothDatabases.Store store)
      throws Exception {
    receiver.answer(Reply.status(500));
    CountDownLatch closed = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Destination destination = destination(node, ONCE, Destination.Pace.upTo(1), 1);
      node.connect(SOURCE, destination, null);
      StoredEvent event = node.receive(SOURCE, "1");
      node.runUntil(() -> node.count("failed") == 1);
      receiver.answer(Reply.status(200));
      Future<Boolean> closing =
          threads.submit(() ->
              node.database()
                  .write(tx -> {
                    Circuits.reset(tx, Sample.SCOPE, destination.id());
                    closed.countDown();
                    return awaited(go);
                  }));
      closed.await();
      Future<Integer> asking = threads.submit(() -> retry(node, event));
      if (store.isPostgres()) {
        awaitLockWait(node);
      }
      go.countDown();
      assertThat(closing.get()).isTrue();
      assertThat(asking.get()).isEqualTo(1);
      node.runUntil(() -> node.count("success") == 1);
    }
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until some transaction of the store waits for another. */
  private static void awaitLockWait(DeliveryNode node) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String waiting =
        "SELECT COUNT(*) AS n FROM pg_stat_activity"
            + " WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while (node.number(waiting) == 0) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @BothDatabases
  void aReplayToAnOrderedDestinationStandsInItsLineByReceipt(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch slow = new CountDownLatch(1);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, ONCE, ORDERED, 0);
      node.connect(SOURCE, destination, null);
      for (int n = 0; n < 4; n++) {
        node.receive(SOURCE, "" + n);
      }
      node.runUntil(() -> node.count("success") == 4);
      receiver.answer(Reply.held(slow, 200));
      node.receive(SOURCE, "4");
      node.dispatch();
      node.claim();
      receiver.awaitCount(5, PATIENCE);
      node.receive(SOURCE, "5");
      node.dispatch();
      replay(node, destination, null, 4);
      node.claim();
      assertThat(node.held()).isEqualTo(5);
      receiver.answer(Reply.status(200));
      slow.countDown();
      node.runUntil(() -> node.count("success") == 10);
      assertThat(texts()).containsExactly("0", "1", "2", "3", "4", "0", "1", "2", "3", "5");
    }
  }

  @BothDatabases
  void aReplayWithoutRetriesThatACircuitGivesUpIsNoDeadLetter(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, ONCE, Destination.Pace.upTo(1), 1);
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "1");
      node.runUntil(() -> node.count("failed") == 1);
      StoredEvent waiting = node.receive(SOURCE, "2");
      node.runUntil(() -> node.held() == 1);
      replay(node, destination, null, 2);
      assertThat(node.held()).isEqualTo(3);

      // The probe is the replay of the first; what waited with it has waited too long.
      clock.pass(Duration.ofHours(2));
      node.runUntil(() -> node.count("failed") == 4);
      assertThat(texts()).containsExactly("1", "1");
      assertThat(node.ended().stream().filter(end -> "Circuit open".equals(end.error())).toList())
          .extracting(EndedAttempt::fate)
          .containsExactlyInAnyOrder(EndedAttempt.Fate.DEAD, EndedAttempt.Fate.GIVEN_UP);
      assertThat(node.attempts())
          .filteredOn(attempt -> attempt.after().dead())
          .extracting(attempt -> attempt.trigger())
          .containsExactly("initial", "initial");
      assertThat(node.status(waiting)).isEqualTo(EventRow.Status.FAILED);
      assertThat(
              node.number(
                  "SELECT COUNT(*) AS n FROM attempts a JOIN issues i ON i.id = a.issue_id"
                      + " WHERE i.kind = 'circuit_open' AND a.is_dlq = 1"))
          .as("the letter is blamed on the circuit")
          .isEqualTo(1);
    }
  }

  @BothDatabases
  void aDisabledConnectionHoldsNeitherARetryByHandNorAReplay(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination ordered = destination(node, ONCE, ORDERED, 0);
      Connection connection = node.connect(SOURCE, ordered, null);
      StoredEvent event = node.receive(SOURCE, "1");
      node.runUntil(() -> node.count("failed") == 1);
      receiver.answer(Reply.status(200));
      node.change(connection, Connection.Status.DISABLED, true);
      assertThat(retry(node, event)).isEqualTo(1);
      node.runUntil(() -> node.count("success") == 1);
      replay(node, ordered, connection.id(), 1);
      node.runUntil(() -> node.count("success") == 2);
    }
  }

  @BothDatabases
  void aCircuitLetsGoWhatWasAskedForByADisabledConnection(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node, ONCE, Destination.Pace.upTo(1), 1);
      Connection connection = node.connect(SOURCE, destination, null);
      StoredEvent event = node.receive(SOURCE, "1");
      node.runUntil(() -> node.count("failed") == 1);
      receiver.answer(Reply.status(200));
      node.change(connection, Connection.Status.DISABLED, true);
      assertThat(retry(node, event)).isEqualTo(1);
      replay(node, destination, connection.id(), 1);
      assertThat(circuit(node, destination).queuedCount()).isEqualTo(2);
      clock.pass(Duration.ofMillis(RESET_MILLIS));
      node.runUntil(() -> node.count("success") == 2);
    }
  }

  /**
   * A stored destination.
   *
   * @param threshold of its circuit breaker; 0 for none
   */
  private Destination destination(
      DeliveryNode node, RetrySpec retry, Destination.Pace pace, int threshold) {
    Destination plain =
        Sample.destination(
            node.newId(), Sample.target(receiver.url("/hook"), null, "none", null), retry, 1);
    return node.store(
        Sample.at(
            Sample.with(
                plain,
                new Destination.Breaker(threshold > 0, Math.max(1, threshold), RESET_MILLIS)),
            pace));
  }

  private static int retry(DeliveryNode node, StoredEvent event) {
    return node.database()
        .write(tx ->
            node.retries()
                .retry(tx, Sample.SCOPE, List.of(event.event().id()), ManualRetries.Wish.ANY))
        .started()
        .size();
  }

  /** Replays the oldest events, all at once. */
  private static void replay(
      DeliveryNode node, Destination destination, @Nullable String connectionId, int events) {
    node.replays()
        .replay(
            Sample.SCOPE,
            new Replays.Replay(
                EVENTS,
                FilterRules.none(),
                destination.id(),
                connectionId,
                START,
                START + 1_000_000_000,
                events,
                false),
            100);
    while (!(node.replays().runner().step() instanceof Step.Next.WhenWoken)) {
      // A slice is ten events, so the first is the last.
    }
  }

  private static Circuit circuit(DeliveryNode node, Destination destination) {
    return node.database().read(tx -> Circuits.get(tx, Sample.SCOPE, destination.id()));
  }

  private List<String> texts() {
    return receiver.requests().stream().map(Received::text).toList();
  }
}
