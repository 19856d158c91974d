package dev.catchment.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
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
        // SQLite has one writing process; there both writers share it.
        Database second = store.isPostgres() ? open(store, "b") : first) {
      EventLog readerLog = log(first, 1 << 14);
      EventLog otherLog = log(second, 1 << 14);
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
    return new EventLog(database, new LogBounds(10_000, 64 << 20, tailBytes));
  }

  private static Database open(BothDatabases.Store store, String node) {
    return new OpenDatabase(InstantSource.system(), new Metrics()).open(store.settings(node));
  }
}
