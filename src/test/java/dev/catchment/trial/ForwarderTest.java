package dev.catchment.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.delivery.SendResult;
import dev.catchment.ingest.Received;
import dev.catchment.ingest.Sources;
import dev.catchment.log.Event;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ForwarderTest {
  @ParameterizedTest
  @CsvSource({
    "https://d.example/x, /v1/ingest/1, https://d.example/x",
    "https://d.example/x, /v1/ingest/1?, https://d.example/x",
    "https://d.example/x, /v1/ingest/1?a=%20b&a=2, https://d.example/x?a=%20b&a=2",
    "https://d.example/x?k=1, /v1/ingest/1?a=b?c, https://d.example/x?k=1&a=b?c",
    "https://d.example/x#y, /v1/ingest/1?a=b, https://d.example/x?a=b",
  })
  void theQueryOfARequestStandsBehindThatOfTheUrl(String url, String received, String target) {
    assertThat(Forwarder.withQuery(url, received)).isEqualTo(target);
  }

  @BothDatabases
  void oneSessionTakesNotAllPlacesAndWhatFindsNoneIsNoted(BothDatabases.Store store)
      throws Exception {
    SettableClock clock = new SettableClock(1_700_000_000_000L);
    CountDownLatch release = new CountDownLatch(1);
    Semaphore arrived = new Semaphore(0);
    Queue<String> sent = new ConcurrentLinkedQueue<>();
    try (Database database = new OpenDatabase(clock, new Metrics()).open(store.settings("a"));
        Forwarder forwarder =
            new Forwarder(
                database,
                outgoing -> {
                  sent.add(outgoing.url());
                  arrived.release();
                  if (outgoing.url().contains("slow")) {
                    try {
                      release.await();
                    } catch (InterruptedException e) {
                      return new SendResult.Unanswered(SendResult.Kind.OTHER, "Cut", 0);
                    }
                  }
                  return new SendResult.Answered(204, Map.of(), new byte[0], false, 1);
                })) {
      TestSessions sessions =
          new TestSessions(new Ids(clock, new SplittableRandom(1)), new Sources(Sample.vault()));
      String slow = database.write(sessions::create).id();
      String fast = database.write(sessions::create).id();
      for (int i = 0; i < Forwarder.OF_SESSION_MAX; i++) {
        forwarder.offer(slow, "https://slow.example/", request());
      }
      arrived.acquire(4);
      assertThat(find(database, sessions, slow).lastError()).isNull();
      forwarder.offer(slow, "https://slow.example/", request());
      while (find(database, sessions, slow).lastError() == null) {
        Thread.onSpinWait();
      }
      assertThat(find(database, sessions, slow).lastError()).contains("were waiting");

      forwarder.offer(fast, "https://fast.example/", request());
      arrived.acquire(1);
      assertThat(sent).filteredOn(url -> url.contains("slow")).hasSize(4);
      assertThat(sent).filteredOn(url -> url.contains("fast")).hasSize(1);
      release.countDown();
      arrived.acquire(Forwarder.OF_SESSION_MAX - 4);
      while (!Integer.valueOf(204).equals(find(database, sessions, slow).lastStatus())) {
        Thread.onSpinWait();
      }
      assertThat(find(database, sessions, slow).lastError()).isNull();
    }
  }

  private static TestSession find(Database database, TestSessions sessions, String id) {
    return database.read(tx -> sessions.get(tx, id));
  }

  private static Received request() {
    return new Received(
        "1", new Event.RequestFacts("POST", "{}", "{}", null, null), new byte[] {1});
  }
}
