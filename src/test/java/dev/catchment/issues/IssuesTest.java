package dev.catchment.issues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.delivery.DeadLetters;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.EndedAttempt;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.delivery.SendResult;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** When issues open, count, reopen and are resolved. */
@Timeout(60)
final class IssuesTest {
  private static final long START = 1_800_000_000_000L;
  private static final String SOURCE = "5".repeat(32);
  private static final Duration QUIET = Duration.ofMinutes(30);
  private static final RetrySpec ONCE =
      new RetrySpec(false, 1, RetrySpec.Backoff.FIXED, List.of(10), false);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);

  @AfterEach
  void close() {
    receiver.close();
  }

  private static List<IssueRow> issues(DeliveryNode node) {
    return node.database()
        .read(tx ->
            Issues.list(
                tx,
                Sample.SCOPE,
                new Issues.Filter(null, null, null),
                new Where.Page(false, 100, 0)));
  }

  private static IssueRow issue(DeliveryNode node, IssueKind kind) {
    return issues(node).stream().filter(one -> one.kind() == kind).findFirst().orElseThrow();
  }

  private static IssueResolver resolver(DeliveryNode node) {
    return new IssueResolver(node.database(), node.issues(), QUIET);
  }

  private static EndedAttempt failed(
      DeliveryNode node,
      String destinationId,
      EndedAttempt.Fate fate,
      SendResult.@Nullable Kind why) {
    return new EndedAttempt(
        node.newId(),
        Sample.SCOPE,
        node.newId(),
        node.newId(),
        destinationId,
        fate,
        why == null ? (Integer) 503 : null,
        why,
        "It failed",
        START);
  }

  private static boolean tell(DeliveryNode node, List<EndedAttempt> ended) {
    return node.database()
        .write((Tx tx) -> {
          node.issues().ended(tx, ended);
          return true;
        });
  }

  @BothDatabases
  void aDeadLetterOpensAnIssueAndTheNextIsCounted(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(503));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), ONCE, 10);
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      clock.pass(Duration.ofMinutes(1));
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 2);

      assertThat(issues(node)).hasSize(1);
      IssueRow issue = issues(node).getFirst();
      String last = node.attempts().getLast().id();
      assertThat(issue.fingerprint()).isEqualTo(destination.id() + ":http_5xx");
      assertThat(issue.title()).isEqualTo("HTTP 5xx from " + destination.identity().name());
      assertThat(issue.seen()).isEqualTo(new IssueRow.Seen(2, START, START + 60_000));
      assertThat(issue.last().attemptId()).isEqualTo(last);
      assertThat(issue.last().statusCode()).isEqualTo(503);
      List<String> letters =
          node.database().read(tx -> DeadLetters.ofIssue(tx, Sample.SCOPE, issue.id(), 10));
      assertThat(letters).containsExactly(last, node.attempts().getFirst().id());
    }
  }

  @BothDatabases
  void aFailureThatIsTriedAgainOpensNothing(BothDatabases.Store store) throws InterruptedException {
    receiver.answer(Reply.status(503));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      assertThat(issues(node)).isEmpty();
      assertThat(resolver(node).step()).isEqualTo(Step.whenWoken());
    }
  }

  @BothDatabases
  void aQuietIssueIsResolvedAndReopensInTheSameRow(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      String destination = node.destination(receiver.url("/hook")).id();
      List<EndedAttempt> dead =
          List.of(failed(node, destination, EndedAttempt.Fate.DEAD, SendResult.Kind.TIMEOUT));
      tell(node, dead);
      IssueResolver resolver = resolver(node);
      assertThat(resolver.step()).isEqualTo(Step.at(START + QUIET.toMillis()));
      clock.pass(QUIET.dividedBy(2));
      tell(node, dead);
      clock.pass(QUIET.dividedBy(2));
      assertThat(resolver.step())
          .as("it was seen meanwhile")
          .isEqualTo(Step.at(clock.millis() + QUIET.toMillis() / 2));
      clock.pass(QUIET.dividedBy(2));
      assertThat(resolver.step()).isEqualTo(Step.again());
      assertThat(resolver.step()).isEqualTo(Step.whenWoken());
      IssueRow resolved = issue(node, IssueKind.TIMEOUT);
      assertThat(resolved.status()).isEqualTo(IssueRow.Status.RESOLVED);
      assertThat(resolved.times().resolved()).isEqualTo(clock.millis());

      clock.pass(Duration.ofDays(1));
      tell(node, dead);
      IssueRow again = issue(node, IssueKind.TIMEOUT);
      assertThat(again.id()).isEqualTo(resolved.id());
      assertThat(again.status()).isEqualTo(IssueRow.Status.OPEN);
      assertThat(again.seen().count()).isEqualTo(3);
      assertThat(again.times().resolved()).isNull();
      assertThat(again.times().opened()).isEqualTo(clock.millis());
    }
  }

  @BothDatabases
  void whatPeopleSetHoldsAndAnIssueOpenedByHandIsNotResolvedAtOnce(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      String destination = node.destination(receiver.url("/hook")).id();
      tell(node, List.of(failed(node, destination, EndedAttempt.Fate.DEAD, null)));
      String id = issue(node, IssueKind.HTTP_5XX).id();
      change(node, id, IssueRow.Status.ACKNOWLEDGED, new IssueTracker.Snooze(START + 5));
      tell(node, List.of(failed(node, destination, EndedAttempt.Fate.DEAD, null)));
      IssueRow known = issue(node, IssueKind.HTTP_5XX);
      assertThat(known.status()).isEqualTo(IssueRow.Status.ACKNOWLEDGED);
      assertThat(known.snoozedUntil()).isEqualTo(START + 5);

      clock.pass(Duration.ofHours(5));
      change(node, id, IssueRow.Status.RESOLVED, null);
      change(node, id, IssueRow.Status.OPEN, new IssueTracker.Snooze(null));
      assertThat(resolver(node).step()).isEqualTo(Step.at(clock.millis() + QUIET.toMillis()));
      assertThat(issue(node, IssueKind.HTTP_5XX).snoozedUntil()).isNull();
      assertThatThrownBy(() -> change(node, node.newId(), IssueRow.Status.OPEN, null))
          .hasMessage("Issue not found");
    }
  }

  private static IssueRow change(
      DeliveryNode node, String id, IssueRow.Status status, IssueTracker.@Nullable Snooze snooze) {
    return node.database().write(tx -> node.issues().change(tx, Sample.SCOPE, id, status, snooze));
  }

  @BothDatabases
  void goneStaysWhileItsDestinationIsPaused(BothDatabases.Store store) throws InterruptedException {
    receiver.answer(Reply.status(410));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      clock.pass(Duration.ofDays(3));
      assertThat(resolver(node).step()).isEqualTo(Step.whenWoken());
      assertThat(issue(node, IssueKind.GONE).status()).isEqualTo(IssueRow.Status.OPEN);
      node.change(destination, Destination.Status.ACTIVE);
      assertThat(resolver(node).step()).isEqualTo(Step.again());
      assertThat(issue(node, IssueKind.GONE).status()).isEqualTo(IssueRow.Status.RESOLVED);
    }
  }

  @BothDatabases
  void anOpenBreakerIsAnIssue(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      String destination = node.destination(receiver.url("/hook")).id();
      for (int i = 0; i < 2; i++) {
        node.database()
            .write(tx -> {
              node.issues().circuitOpened(tx, Sample.SCOPE, destination, START);
              return true;
            });
      }
      assertThat(issue(node, IssueKind.CIRCUIT_OPEN).seen().count()).isEqualTo(2);
      assertThat(issue(node, IssueKind.CIRCUIT_OPEN).last())
          .isEqualTo(new IssueRow.Last(null, null, null, null));
    }
  }

  @BothDatabases
  void halfOfTwentyFailuresIsAHighRateAndLessIsNot(BothDatabases.Store store)
      throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      node.connect(
          SOURCE, node.destinationWithoutBreaker(receiver.url("/hook"), Sample.RETRY, 10), null);
      node.receiveMany(SOURCE, 10);
      node.runUntil(() -> node.count("success") == 10);
      receiver.answer(Reply.status(500));
      for (int i = 1; i <= 9; i++) {
        node.receive(SOURCE, "{}");
        int failures = i;
        node.runUntil(() -> node.count("failed") == failures);
      }
      assertThat(issues(node)).isEmpty();
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 10);
      assertThat(issues(node)).hasSize(1);
      assertThat(issue(node, IssueKind.ERROR_RATE).seen().count()).isEqualTo(1);

      node.receiveMany(SOURCE, 5);
      node.runUntil(() -> node.count("failed") == 15);
      assertThat(issue(node, IssueKind.ERROR_RATE).seen().count())
          .as("at most once a minute")
          .isEqualTo(1);
    }
  }

  @BothDatabases
  void aBatchOfManyDestinationsIsCountedOnceEach(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      List<EndedAttempt> dead = new ArrayList<>();
      for (int i = 0; i < 77; i++) {
        String destination = node.newId();
        dead.add(failed(node, destination, EndedAttempt.Fate.DEAD, null));
        dead.add(failed(node, destination, EndedAttempt.Fate.DEAD, null));
        dead.add(failed(node, destination, EndedAttempt.Fate.GIVEN_UP, null));
      }
      tell(node, dead);
      assertThat(issues(node)).hasSize(77).allMatch(issue -> issue.seen().count() == 2);
      assertThat(issues(node).getFirst().title()).isEqualTo("HTTP 5xx from a deleted destination");
    }
  }

  @BothDatabases
  void twoNodesCountTheSameIssuesWithoutLosingOne(BothDatabases.Store store) throws Exception {
    try (DeliveryNode one = DeliveryNode.open(store, "a", clock);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      DeliveryNode two = one.successor(store, "b");
      List<String> destinations = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        destinations.add(one.newId());
      }
      List<Future<Boolean>> told = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        DeliveryNode node = i % 2 == 0 ? one : two;
        List<String> order = new ArrayList<>(destinations);
        Collections.rotate(order, i);
        List<EndedAttempt> dead =
            order.stream().map(id -> failed(node, id, EndedAttempt.Fate.DEAD, null)).toList();
        told.add(threads.submit(() -> tell(node, dead)));
      }
      for (Future<Boolean> each : told) {
        each.get();
      }
      assertThat(issues(one)).hasSize(8).allMatch(issue -> issue.seen().count() == 20);
      two.stop();
    }
  }
}
