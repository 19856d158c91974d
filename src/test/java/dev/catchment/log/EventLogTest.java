package dev.catchment.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.OpenDatabase;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

final class EventLogTest {
  private static final Scope SCOPE = new Scope("0".repeat(32), "1".repeat(32));
  private final Ids ids = new Ids(InstantSource.system(), new SplittableRandom(7));

  @BothDatabases
  void everyAcknowledgedEventIsReadBackInOrderWithItsBytes(BothDatabases.Store store) {
    byte[] odd = {0, (byte) 0xff, '{', 10, 13};
    byte[] large = new byte[50_000];
    new SplittableRandom(1).nextBytes(large);
    try (Database database = open(store, "a")) {
      EventLog log = log(database, 1 << 20);
      log.append(event(odd)).join();
      log.append(event(large)).join();
      log.append(event(new byte[0])).join();
    }
    try (Database database = open(store, "a")) {
      List<StoredEvent> events = log(database, 1 << 20).readAfter(0, 10);
      assertThat(events).extracting(StoredEvent::position).containsExactly(1L, 2L, 3L);
      assertThat(events.get(0).event().body()).isEqualTo(odd);
      assertThat(events.get(1).event().body()).isEqualTo(large);
      assertThat(events.get(2).event().body()).isEmpty();
      assertThat(events.get(0).event().request().headersJson()).isEqualTo("{\"a\":\"\\u0000ü\"}");
    }
  }

  @BothDatabases
  void twoWritersGivePositionsWithoutGapsAndAReaderNeverPassesOne(BothDatabases.Store store)
      throws InterruptedException {
    int each = 2_000;
    try (Database first = open(store, "a");
        // SQLite has one writing process and that one log; there both writers share them.
        Database second = store.isPostgres() ? open(store, "b") : first) {
      EventLog readerLog = log(first, 1 << 14);
      EventLog otherLog = store.isPostgres() ? log(second, 1 << 14) : readerLog;
      Set<Long> acknowledged = new HashSet<>();
      List<CompletableFuture<StoredEvent>> futures = new ArrayList<>();
      CountDownLatch done = new CountDownLatch(2);
      for (EventLog log : List.of(readerLog, otherLog)) {
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < each; i++) {
                CompletableFuture<StoredEvent> future = log.append(event(new byte[] {1}));
                synchronized (futures) {
                  futures.add(future);
                }
                if (i % 50 == 0) {
                  future.join();
                }
              }
              done.countDown();
            });
      }
      List<Long> read = new ArrayList<>();
      long position = 0;
      while (read.size() < 2 * each) {
        for (StoredEvent event : readerLog.readAfter(position, 100)) {
          position = event.position();
          read.add(position);
        }
      }
      done.await();
      futures.forEach(future -> acknowledged.add(future.join().position()));
      assertThat(read).hasSize(2 * each).isSorted().doesNotHaveDuplicates();
      assertThat(read.getLast()).isEqualTo(2L * each);
      assertThat(acknowledged).containsExactlyInAnyOrderElementsOf(read);
    }
  }

  @BothDatabases
  void anEventThatCannotBeStoredFailsAloneHoweverManyShareItsCommit(BothDatabases.Store store) {
    try (Database database = open(store, "a")) {
      EventLog log = log(database, 1 << 20);
      Event taken = event(new byte[] {1});
      log.append(taken).join();
      CountDownLatch gate = new CountDownLatch(1);
      CompletableFuture<Boolean> busy = busy(database, gate);
      List<CompletableFuture<StoredEvent>> futures = new ArrayList<>();
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        // The same id again, as no sender can make it.
        events.add(i == 20 ? taken : event(new byte[] {(byte) i}));
        futures.add(log.append(events.get(i)));
      }
      gate.countDown();
      assertThat(busy.join()).isTrue();
      for (int i = 0; i < 50; i++) {
        CompletableFuture<StoredEvent> future = futures.get(i);
        if (i == 20) {
          assertUnavailable(future);
        } else {
          assertThat(future.join().event()).isEqualTo(events.get(i));
        }
      }
      assertThat(log.append(event(new byte[] {9})).join().position()).isEqualTo(51);
      List<StoredEvent> inMemory = log.readAfter(0, 100);
      List<StoredEvent> stored = log(database, 0).readAfter(0, 100);
      assertThat(inMemory).extracting(StoredEvent::position).hasSize(51).isSorted();
      assertThat(stored)
          .extracting(event -> event.event().id())
          .containsExactlyElementsOf(inMemory.stream().map(event -> event.event().id()).toList());
    }
  }

  @BothDatabases
  void eventsThatShareACommitKeepWhatIsTheirsAndAreCountedForTheirSources(
      BothDatabases.Store store) {
    try (Database database = open(store, "a")) {
      EventLog log = log(database, 1 << 20);
      log.append(event(new byte[] {1})).join();
      List<Event> events =
          List.of(
              checked("s1", new byte[] {1}, null),
              checked("s2", new byte[20_000], "h1"),
              checked("s2", new byte[30_000], "h1"),
              checked("s1", new byte[0], "h1"),
              checked("s3", new byte[10_240], null));
      CountDownLatch gate = new CountDownLatch(1);
      CompletableFuture<Boolean> busy = busy(database, gate);
      List<CompletableFuture<StoredEvent>> futures = events.stream().map(log::append).toList();
      gate.countDown();
      assertThat(busy.join()).isTrue();

      List<StoredEvent> told = futures.stream().map(CompletableFuture::join).toList();
      assertThat(told).extracting(StoredEvent::position).containsExactly(2L, 3L, 4L, 5L, 6L);
      assertThat(told)
          .extracting(one -> one.event().id())
          .containsExactlyElementsOf(events.stream().map(Event::id).toList());
      assertThat(told)
          .extracting(one -> one.event().isDuplicate())
          .containsExactly(false, false, true, false, false);
      List<StoredEvent> stored = log(database, 0).readAfter(1, 10);
      for (int i = 0; i < events.size(); i++) {
        Event one = stored.get(i).event();
        assertThat(stored.get(i).position()).isEqualTo(i + 2);
        assertThat(one.body()).isEqualTo(events.get(i).body());
        assertThat(one)
            .usingRecursiveComparison()
            .ignoringFields("body", "checks")
            .isEqualTo(events.get(i));
        assertThat(one.checks().verificationError()).isEqualTo("because of " + one.sourceId());
      }
      assertThat(totals(database))
          .containsExactly("2".repeat(32) + " 1 1", "s1 2 2", "s2 2 1", "s3 1 1");
    }
  }

  /** An event of a source with a mark of its own in whatever else is kept. */
  private Event checked(String source, byte[] body, @Nullable String hash) {
    return new Event(
        ids.next(),
        SCOPE,
        source,
        new Event.RequestFacts("PUT", "{\"h\":\"" + source + "\"}", "{}", null, source),
        body,
        1_000L,
        new Event.Checks(
            "schema_invalid",
            "because of " + source,
            hash == null ? null : new Event.Dedup(hash, 10_000, null)));
  }

  private static List<String> totals(Database database) {
    return database.read(tx ->
        tx.list(
            "SELECT source_id, event_count, month_count FROM source_totals ORDER BY source_id",
            row ->
                row.string("source_id")
                    + " "
                    + row.number("event_count")
                    + " "
                    + row.number("month_count")));
  }

  @BothDatabases
  void overloadIsRefusedAndNothingAcknowledgedIsLost(BothDatabases.Store store) {
    try (Database database = open(store, "a")) {
      EventLog log = new EventLog(database, new LogBounds(10, 100_000, 1 << 20, 100 << 20));
      CountDownLatch gate = new CountDownLatch(1);
      CompletableFuture<Boolean> busy = busy(database, gate);
      List<CompletableFuture<StoredEvent>> futures = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        futures.add(log.append(event(new byte[] {1})));
      }
      futures.subList(10, 30).forEach(EventLogTest::assertUnavailable);
      gate.countDown();
      assertThat(busy.join()).isTrue();
      List<Long> acknowledged =
          futures.subList(0, 10).stream().map(future -> future.join().position()).toList();
      assertUnavailable(log.append(event(new byte[100_001])));
      assertThat(log.append(event(new byte[50_000])).join().position()).isEqualTo(11);
      assertThat(log(database, 0).readAfter(0, 100))
          .extracting(StoredEvent::position)
          .startsWith(acknowledged.toArray(new Long[0]))
          .hasSize(11);
    }
  }

  @BothDatabases
  void largeBodiesAreReadInBoundedBatches(BothDatabases.Store store) {
    try (Database database = open(store, "a")) {
      EventLog log = log(database, 0);
      int[] sizes = {7 << 20, 7 << 20, 7 << 20, 20 << 20, 100, 100};
      for (int size : sizes) {
        log.append(event(new byte[size])).join();
      }
      List<List<Long>> batches = new ArrayList<>();
      long position = 0;
      for (List<StoredEvent> batch = log.readAfter(position, 100);
          !batch.isEmpty();
          batch = log.readAfter(position, 100)) {
        batches.add(batch.stream().map(StoredEvent::position).toList());
        position = batch.getLast().position();
      }
      assertThat(batches)
          .containsExactly(List.of(1L, 2L), List.of(3L), List.of(4L), List.of(5L, 6L));
      assertThat(log.readAfter(4, 1)).hasSize(1);
      assertThat(log.readAt(List.of(4L, 6L, 99L)))
          .extracting(event -> event.event().body().length)
          .containsExactlyInAnyOrder(20 << 20, 100);
    }
  }

  @BothDatabases
  void aLogWhoseStoreIsClosedIsUnavailable(BothDatabases.Store store) {
    Database database = open(store, "a");
    EventLog log = log(database, 1 << 20);
    log.append(event(new byte[] {1})).join();
    database.close();
    assertUnavailable(log.append(event(new byte[] {2})));
    assertUnavailable(log.append(event(new byte[] {3})));
    try (Database again = open(store, "a")) {
      assertThat(log(again, 0).readAfter(0, 10)).hasSize(1);
    }
  }

  /** Keeps the writer busy, so that whatever is appended meanwhile waits together. */
  private static CompletableFuture<Boolean> busy(Database database, CountDownLatch gate) {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Boolean> busy =
        database.submit(
            Durability.SYNCED,
            tx -> {
              begun.countDown();
              await(gate);
              return true;
            });
    await(begun);
    return busy;
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertUnavailable(CompletableFuture<StoredEvent> future) {
    assertThatThrownBy(future::join)
        .cause()
        .isInstanceOfSatisfying(
            Failure.class, e -> assertThat(e.code()).isEqualTo(Failure.Code.UNAVAILABLE));
  }

  private Event event(byte[] body) {
    synchronized (ids) {
      return new Event(
          ids.next(),
          SCOPE,
          "2".repeat(32),
          new Event.RequestFacts("POST", "{\"a\":\"\\u0000ü\"}", "{}", "text/plain", "127.0.0.1"),
          body,
          1_700_000_000_000L);
    }
  }

  private static EventLog log(Database database, long tailBytes) {
    return new EventLog(database, new LogBounds(10_000, 64 << 20, tailBytes, 100 << 20));
  }

  private static Database open(BothDatabases.Store store, String node) {
    return new OpenDatabase(InstantSource.system(), new Metrics()).open(store.settings(node));
  }
}
