package dev.catchment.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.PackagedServer;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;

/** Nothing that was acknowledged is lost, whenever the process is killed. */
@Timeout(240)
final class CrashIT {
  private static final int KILLS = 5;
  private static final int SENDERS = 8;

  @BothDatabases
  void aServerKilledUnderLoadLosesNothingItAcknowledged(BothDatabases.Store store) {
    SplittableRandom random = new SplittableRandom(20260301);
    try (Receiver receiver = Receiver.start();
        PackagedServer server = new PackagedServer(store)) {
      receiver.answer(Reply.status(200));
      server.start();
      Setup setup = Setup.make(server, receiver);
      Traffic traffic = new Traffic(List.of(server), setup.sourceId(), SENDERS);
      try (traffic) {
        for (int i = 0; i < KILLS; i++) {
          traffic.awaitMore(40);
          pause(random.nextLong(0, 1_200));
          server.kill();
          server.start();
        }
        traffic.awaitMore(40);
      }
      assertThat(traffic.acknowledged()).hasSizeGreaterThan(200);
      Ledger.balance(server, traffic, receiver, setup.collectionId());
    }
  }

  @BothDatabases
  void oneOfTwoNodesIsKilledAndTheOtherTakesItsWorkOver(BothDatabases.Store store) {
    if (!store.isPostgres()) {
      // An SQLite store belongs to one process: the second is turned away and says why.
      secondProcessIsTurnedAway(store);
      return;
    }
    try (Receiver receiver = Receiver.start();
        PackagedServer first = new PackagedServer(store);
        PackagedServer second = new PackagedServer(store)) {
      receiver.answer(Reply.status(200));
      first.start();
      Setup setup = Setup.make(first, receiver);
      second.start();
      Traffic traffic = new Traffic(List.of(first, second), setup.sourceId(), SENDERS);
      try (traffic) {
        traffic.awaitMore(150);
        first.kill();
        traffic.awaitMore(100);
      }
      assertThat(traffic.acknowledged()).hasSizeGreaterThan(200);
      Ledger.balance(second, traffic, receiver, setup.collectionId());
    }
  }

  @BothDatabases
  void twoNodesOrOneDeliverEachEventOnceWhileNobodyIsKilled(BothDatabases.Store store) {
    try (Receiver receiver = Receiver.start();
        PackagedServer first = new PackagedServer(store);
        PackagedServer second = new PackagedServer(store)) {
      receiver.answer(Reply.status(200));
      first.start();
      Setup setup = Setup.make(first, receiver);
      List<PackagedServer> servers = List.of(first);
      if (store.isPostgres()) {
        second.start();
        servers = List.of(first, second);
      }
      Traffic traffic = new Traffic(servers, setup.sourceId(), SENDERS);
      try (traffic) {
        pause(3_000);
      }
      Ledger.balance(first, traffic, receiver, setup.collectionId());
      assertThat(receiver.requests()).hasSize(traffic.acknowledged().size());
      // A stop in good order leaves nothing behind either.
      first.stop();
    }
  }

  private static void secondProcessIsTurnedAway(BothDatabases.Store store) {
    try (PackagedServer first = new PackagedServer(store);
        PackagedServer second = new PackagedServer(store)) {
      first.start();
      assertThatThrownBy(second::start).hasMessageContaining("ended by itself");
      assertThat(first.call("GET", "/v1/health", null).statusCode()).isEqualTo(200);
    }
  }

  private static void pause(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
