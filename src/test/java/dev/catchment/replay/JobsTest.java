package dev.catchment.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.delivery.AttemptRow;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.expr.FilterRules;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.Connection;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventRow;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Replays and retries of many: what they send, how fast, and what a crash leaves of them. */
@Timeout(60)
final class JobsTest {
  private static final long START = 1_800_000_000_000L;
  private static final String SOURCE = "5".repeat(32);
  private static final RetrySpec ONCE =
      new RetrySpec(false, 1, RetrySpec.Backoff.FIXED, List.of(10), false);
  private static final EventFilter EVENTS =
      new EventFilter(
          null,
          List.of(),
          List.of(),
          new EventFilter.Checked(List.of(), List.of("none", "unique")),
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

  private static Replays.Replay to(Destination destination, @Nullable String connectionId) {
    return new Replays.Replay(
        EVENTS,
        FilterRules.none(),
        destination.id(),
        connectionId,
        START,
        START + 1_000_000_000,
        1_000,
        false);
  }

  private Job job(DeliveryNode node, Job job) {
    return node.database().read(tx -> node.replays().get(tx, Sample.SCOPE, job.kind(), job.id()));
  }

  /** Steps the runner, moving the clock to when it asks, until it has nothing to do. */
  private void finish(DeliveryNode node) {
    while (true) {
      switch (node.replays().runner().step()) {
        case Step.Next.WhenWoken whenWoken -> {
          return;
        }
        case Step.Next.At at -> clock.set(Math.max(clock.millis(), at.epochMillis()));
        default -> {}
      }
    }
  }

  @BothDatabases
  void aReplayIsEvenlyPacedAndSendsEachEventOnce(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.connect(SOURCE, destination, "[{\"field\":\"keep\",\"op\":\"eq\",\"value\":true}]");
      node.receive(SOURCE, "{\"keep\":true,\"n\":1}");
      node.receive(SOURCE, "{\"keep\":false}");
      node.receive(SOURCE, "{\"keep\":true,\"n\":2}");
      node.runUntil(() -> node.count("success") == 2);

      Job job = node.replays().replay(Sample.SCOPE, to(destination, null), 20);
      assertThat(job.progress().total()).isEqualTo(3);
      List<Long> times = new ArrayList<>();
      Step.Next next = node.replays().runner().step();
      while (!(next instanceof Step.Next.WhenWoken)) {
        if (next instanceof Step.Next.At at) {
          times.add(at.epochMillis() - clock.millis());
          clock.set(at.epochMillis());
        }
        next = node.replays().runner().step();
      }
      assertThat(times).as("two at a time, twenty a second").isEqualTo(List.of(100L));
      Job done = job(node, job);
      assertThat(done.status()).isEqualTo(Job.Status.COMPLETED);
      assertThat(done.progress()).isEqualTo(new Job.Progress(3L, 3, 2, 1));
      node.runUntil(() -> node.count("success") == 4);
      assertThat(node.attempts().subList(2, 4))
          .extracting(AttemptRow::trigger)
          .containsOnly("replay");
      assertThat(ended(node, done)).isEqualTo(new Replays.Ended(2, 0));

      clock.pass(Duration.ofMillis(DeliveryNode.KEPT_MILLIS));
      assertThatThrownBy(() -> job(node, job)).hasMessage("Replay job not found");
    }
  }

  private static Replays.Ended ended(DeliveryNode node, Job job) {
    return node.database()
        .read(tx -> Replays.ended(tx, List.of(job)))
        .getOrDefault(job.id(), new Replays.Ended(-1, -1));
  }

  @BothDatabases
  void aFailedReplayIsRecordedAndNoMore(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      Connection connection = node.connect(SOURCE, destination, null);
      StoredEvent delivered = node.receive(SOURCE, "{}");
      StoredEvent unrouted = node.receive("6".repeat(32), "{}");
      node.runUntil(() -> node.count("success") == 1);
      receiver.answer(Reply.status(500));
      Job job = node.replays().replay(Sample.SCOPE, to(destination, null), 100);
      finish(node);
      node.runUntil(() -> node.count("failed") == 2);

      assertThat(node.number("SELECT COUNT(*) AS n FROM attempts WHERE open = 1")).isZero();
      assertThat(node.attempts()).noneMatch(attempt -> attempt.after().dead());
      assertThat(node.number("SELECT COUNT(*) AS n FROM issues")).isZero();
      assertThat(node.status(delivered)).as("as it was").isEqualTo(EventRow.Status.DELIVERED);
      assertThat(node.status(unrouted)).isEqualTo(EventRow.Status.FAILED);
      assertThat(node.attempts())
          .extracting(attempt -> attempt.subject().connectionId())
          .containsExactly(connection.id(), connection.id(), job.id());
      assertThat(ended(node, job)).isEqualTo(new Replays.Ended(0, 2));

      receiver.answer(Reply.status(200));
      assertThat(
              node.database()
                  .write(tx ->
                      node.retries()
                          .retry(
                              tx,
                              Sample.SCOPE,
                              List.of(delivered.event().id(), unrouted.event().id()),
                              ManualRetries.Wish.ANY))
                  .started())
          .hasSize(2);
      node.runUntil(() -> node.count("success") == 3);
      assertThat(ended(node, job)).isEqualTo(new Replays.Ended(2, 0));
      assertThat(node.status(unrouted)).isEqualTo(EventRow.Status.DELIVERED);
    }
  }

  @BothDatabases
  void rulesAndTheMostEventsNarrowAReplay(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      for (int i = 0; i < 700; i++) {
        node.receive(SOURCE, "{\"n\":" + i + "}");
      }
      FilterRules late =
          FilterRules.parse(Json.read("[{\"field\":\"n\",\"op\":\"gte\",\"value\":690}]"), "rules");
      Replays.Replay wanted =
          new Replays.Replay(EVENTS, late, destination.id(), null, START, START + 1_000, 7, true);
      Job job = node.replays().replay(Sample.SCOPE, wanted, 100);
      assertThat(job.progress().total()).isEqualTo(7);
      finish(node);
      node.runUntil(() -> node.count("success") == 7);
      assertThat(receiver.requests()).hasSize(7);
      assertThat(job(node, job).progress()).isEqualTo(new Job.Progress(7L, 7, 7, 0));
      assertThatThrownBy(() ->
              node.replays()
                  .replay(
                      Sample.SCOPE,
                      new Replays.Replay(
                          EVENTS,
                          late,
                          destination.id(),
                          null,
                          START + 5_000,
                          START + 9_000,
                          7,
                          true),
                      100))
          .hasMessage("No events found");
    }
  }

  @BothDatabases
  void aCrashInTheMiddleDoublesNothingAndLosesNothing(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode killed = DeliveryNode.open(store, "a", clock)) {
      Destination destination = killed.destination(receiver.url("/hook"));
      for (int i = 0; i < 50; i++) {
        killed.receive(SOURCE, "{\"n\":" + i + "}");
      }
      Job job = killed.replays().replay(Sample.SCOPE, to(destination, null), 100);
      for (int i = 0; i < 4; i++) {
        // The claim, then a slice of ten, then waits.
        if (killed.replays().runner().step() instanceof Step.Next.At at) {
          clock.set(at.epochMillis());
        }
      }
      long written = killed.attempts().size();
      assertThat(written).isBetween(10L, 40L);

      DeliveryNode next = killed.successor(store, "b");
      Step.Next held = next.replays().runner().step();
      assertThat(held).as("the lease of the dead is respected").isInstanceOf(Step.Next.At.class);
      finish(next);
      assertThat(job(next, job).status()).isEqualTo(Job.Status.COMPLETED);
      assertThat(killed.replays().runner().step()).isEqualTo(Step.whenWoken());
      next.runUntil(() -> next.count("success") == 50);
      assertThat(next.attempts())
          .extracting(attempt -> attempt.subject().eventId())
          .hasSize(50)
          .doesNotHaveDuplicates();
      assertThat(receiver.requests()).hasSize(50);
      next.stop();
    }
  }

  private static Optional<Job> claimed(DeliveryNode node, Job job, String by) {
    return node.database().write(tx -> Jobs.claim(tx, job, by, 1_000));
  }

  private static boolean held(DeliveryNode node, Job job) {
    return node.database().write(tx -> Jobs.hold(tx, job, 1_000));
  }

  @BothDatabases
  void aStaleNodeWritesNothingForAJobThatAnotherHasTaken(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.receiveMany(SOURCE, 30);
      Job job = node.replays().replay(Sample.SCOPE, to(destination, null), 100);
      Job first = claimed(node, job, "x").orElseThrow();
      assertThat(claimed(node, first, "y")).isEmpty();
      clock.pass(Duration.ofSeconds(1));
      Job second = claimed(node, first, "y").orElseThrow();
      assertThat(held(node, first)).isFalse();
      assertThat(held(node, second)).isTrue();
      node.replays().cancel(Sample.SCOPE, Job.Kind.REPLAY, job.id());
      assertThat(held(node, second)).isFalse();
    }
  }

  @BothDatabases
  void aCancelledJobStopsAndAGoneDestinationFailsIt(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.receiveMany(SOURCE, 30);
      Job cancelled = node.replays().replay(Sample.SCOPE, to(destination, null), 10);
      node.replays().runner().step();
      node.replays().cancel(Sample.SCOPE, Job.Kind.REPLAY, cancelled.id());
      assertThat(node.replays().runner().step()).isEqualTo(Step.whenWoken());
      assertThat(job(node, cancelled).status()).isEqualTo(Job.Status.CANCELLED);

      Job failing = node.replays().replay(Sample.SCOPE, to(destination, null), 10);
      node.change(destination, Destination.Status.DISABLED);
      finish(node);
      assertThat(job(node, failing).status()).isEqualTo(Job.Status.FAILED);
      assertThat(job(node, failing).error()).isEqualTo("Destination is disabled");
    }
  }

  @BothDatabases
  void aRetryJobTakesTheFailedEventsThatAreThereNow(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destinationWithoutBreaker(receiver.url("/hook"), ONCE, 10);
      node.connect(SOURCE, destination, null);
      node.receiveMany(SOURCE, 25);
      node.runUntil(() -> node.count("failed") == 25);
      EventFilter failed =
          new EventFilter(
              SOURCE,
              List.of(EventRow.Status.FAILED),
              List.of(),
              new EventFilter.Checked(List.of(), List.of()),
              new ManualRetries.Wish(destination.id(), null, null, false),
              null,
              null,
              null);
      clock.pass(Duration.ofSeconds(1));
      Job job = node.replays().retry(Sample.SCOPE, failed, Json.object().build(), 100);
      clock.pass(Duration.ofSeconds(1));
      node.receiveMany(SOURCE, 1);
      node.runUntil(() -> node.count("failed") == 26);
      receiver.answer(Reply.status(200));
      finish(node);
      node.runUntil(() -> node.count("success") == 25);
      assertThat(job(node, job).progress()).isEqualTo(new Job.Progress(25L, 25, 25, 0));
      assertThat(job(node, job).status()).isEqualTo(Job.Status.COMPLETED);
      assertThat(node.number("SELECT COUNT(*) AS n FROM attempts WHERE is_dlq = 1")).isEqualTo(1);
    }
  }
}
