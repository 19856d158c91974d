package dev.catchment.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.delivery.AttemptRow;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Somebody tries a dead letter again while its event is being removed for its age. */
@Timeout(60)
final class RetryRaceTest {
  private static final long START = 1_800_000_000_000L;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final String SOURCE = "5".repeat(32);
  private static final String EVENTS = "SELECT COUNT(*) AS n FROM events WHERE source_id = ?";
  private static final RetrySpec ONCE =
      new RetrySpec(false, 1, RetrySpec.Backoff.FIXED, List.of(10), false);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.close();
    receiver.close();
  }

  /** Another node's connections to the store; one process alone has an SQLite file. */
  private Database other(BothDatabases.Store store, DeliveryNode node, String name) {
    return store.isPostgres()
        ? new OpenDatabase(clock, new Metrics()).open(store.settings(name))
        : node.database();
  }

  private void end(BothDatabases.Store store, Database other) {
    if (store.isPostgres()) {
      other.close();
    }
  }

  /** A dead letter of an event that is old enough to go. */
  private AttemptRow oldLetter(DeliveryNode node) throws InterruptedException {
    receiver.answer(Reply.status(500));
    node.connect(SOURCE, node.destination(receiver.url("/hook"), ONCE, 10), null);
    node.receive(SOURCE, "{}");
    node.runUntil(() -> node.count("failed") == 1);
    // The newest event of a log stays.
    node.receive("6".repeat(32), "{}");
    clock.pass(Duration.ofDays(40));
    for (String reader : List.of("routing", "collections")) {
      node.database()
          .write(tx ->
              tx.update(
                  """
                  INSERT INTO cursors (name, position, owner, owned_until, claim_number)
                  VALUES (?, ?, NULL, 0, 0)
                  ON CONFLICT (name) DO UPDATE SET position = excluded.position
                  """,
                  reader,
                  EventLog.head(tx)));
    }
    return node.attempts().getFirst();
  }

  private AttemptRow retry(DeliveryNode node, AttemptRow letter) {
    return node.database().write(tx -> node.retries().retry(tx, Sample.SCOPE, letter.id()));
  }

  /** One round of the removal of what is older than 30 days. */
  private void clean(Database database) {
    Retention retention =
        new Retention(database, new Cursors(database, "cleaner", 10_000), CleanedNode.days(30));
    // A round looks at the events, removes, and finds no more: none of its tasks has more to do.
    for (int i = 0; i < 40; i++) {
      Step.Next.At next = (Step.Next.At) retention.step();
      if (next.epochMillis() - clock.millis() >= 60_000) {
        return;
      }
      clock.set(next.epochMillis());
    }
    throw new AssertionError("The round does not end");
  }

  /** Waits until so many transactions wait for a lock that another holds. */
  private static void awaitWaiting(Database database, int count) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (database.<Long>read(
            tx -> tx.number("SELECT COUNT(*) AS n FROM pg_locks WHERE NOT granted"))
        < count) {
      if (System.nanoTime() > end) {
        throw new AssertionError("Nobody waits");
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @BothDatabases
  void anEventThatIsTriedAgainInTimeStays(BothDatabases.Store store) throws Exception {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Database cleaner = other(store, node, "b");
      AttemptRow letter = oldLetter(node);
      CountDownLatch held = new CountDownLatch(1);
      Future<AttemptRow> trying =
          threads.submit(() ->
              node.database()
                  .write(tx -> {
                    AttemptRow next = node.retries().retry(tx, Sample.SCOPE, letter.id());
                    held.countDown();
                    if (store.isPostgres()) {
                      awaitWaiting(cleaner, 1);
                    }
                    return next;
                  }));
      await(held);
      clean(cleaner);
      AttemptRow next = trying.get();
      assertThat(node.number(EVENTS, SOURCE)).isEqualTo(1);
      assertThat(node.attempts()).extracting(AttemptRow::id).contains(letter.id(), next.id());
      receiver.answer(Reply.status(200));
      node.runUntil(() -> node.count("success") == 1);
      clean(cleaner);
      assertThat(node.number(EVENTS, SOURCE)).isZero();
      assertThat(node.attempts()).isEmpty();
      end(store, cleaner);
    }
  }

  @BothDatabases
  void whoComesWhenAnEventIsHalfRemovedIsTold(BothDatabases.Store store) throws Exception {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Database cleaner = other(store, node, "b");
      AttemptRow letter = oldLetter(node);
      if (store.isPostgres()) {
        assertThatThrownBy(() -> retryBetween(store, node, cleaner, letter))
            .hasMessage("Retry failed: Event no longer stored");
      } else {
        clean(cleaner);
        assertThatThrownBy(() -> retry(node, letter)).hasMessage("Delivery attempt not found");
      }
      assertThat(node.number(EVENTS, SOURCE)).isZero();
      assertThat(node.attempts()).isEmpty();
      end(store, cleaner);
    }
  }

  /**
   * Somebody keeps the letter's row, so that the removal stops between locking the event and
   * deleting it; then the retry comes.
   */
  private void retryBetween(
      BothDatabases.Store store, DeliveryNode node, Database cleaner, AttemptRow letter)
      throws Exception {
    try (Database keeper = other(store, node, "c");
        Database watcher = other(store, node, "d")) {
      CountDownLatch kept = new CountDownLatch(1);
      Future<Boolean> keeping =
          threads.submit(() ->
              keeper.write(tx -> {
                boolean found =
                    tx.find(
                            "SELECT id FROM attempts WHERE id = ?" + tx.dialect().locking(),
                            row -> row.string("id"),
                            letter.id())
                        .isPresent();
                kept.countDown();
                awaitWaiting(watcher, 2);
                return found;
              }));
      await(kept);
      Future<?> cleaning = threads.submit(() -> clean(cleaner));
      awaitWaiting(watcher, 1);
      try {
        retry(node, letter);
      } finally {
        assertThat(keeping.get()).isTrue();
        cleaning.get();
      }
    }
  }
}
