package dev.catchment.whole;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.OwnPostgres;
import dev.catchment.testkit.PackagedServer;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Delivery at its limits: two nodes at one queue, thousands at once, and a store that is away. */
@Timeout(240)
final class DeliveryProofIT {
  private static final int SENDERS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Longer breaks on demand, as in {@code -Dcatchment.outage.seconds=120}. */
  private static final int OUTAGE_SECONDS = Integer.getInteger("catchment.outage.seconds", 3);

  private static final long RESIDENT_BYTES_MAX = 600L << 20;

  @BothDatabases
  void tenThousandDeliveriesAreEachMadeOnce(BothDatabases.Store store) throws Exception {
    try (Receiver receiver = Receiver.start();
        PackagedServer first = new PackagedServer(store);
        PackagedServer second = new PackagedServer(store)) {
      first.start();
      List<PackagedServer> nodes = List.of(first);
      if (store.isPostgres()) {
        second.start();
        nodes = List.of(first, second);
      }
      String source = Setup.source(first);
      fanOut(first, source, receiver, 5, 100);
      post(nodes, source, 2_000);
      receiver.awaitCount(10_000, PATIENCE);
      Ledger.await(() -> count(first, "pending").equals("0"), "every delivery to be settled");
      assertThat(receiver.requests().stream().map(DeliveryProofIT::delivery).distinct())
          .hasSize(10_000);
      assertThat(receiver.requests()).as("none was made twice").hasSize(10_000);
      assertThat(count(first, "success")).isEqualTo("10000");
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "Only Linux tells what a process holds in memory")
  void tenThousandSlowDeliveriesInFlightStayWithinTheirMemory(@TempDir Path folder)
      throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    BothDatabases.Store store = new BothDatabases.Store("sqlite", "", folder);
    try (Receiver receiver = Receiver.start();
        PackagedServer server =
            new PackagedServer(store, Map.of("CATCHMENT_DELIVERY_MAX_IN_FLIGHT", "12000"))) {
      receiver.answer(request -> {
        await(answers);
        return Reply.status(200);
      });
      server.start();
      String source = Setup.source(server);
      fanOut(server, source, receiver, 10, 1_000);
      post(List.of(server), source, 1_000);
      receiver.awaitCount(10_000, PATIENCE);
      long resident = resident(server.pid());
      answers.countDown();
      Ledger.await(() -> count(server, "success").equals("10000"), "every delivery to succeed");
      assertThat(receiver.requests()).as("none was made twice").hasSize(10_000);
      assertThat(resident).isLessThan(RESIDENT_BYTES_MAX);
    } finally {
      answers.countDown();
    }
  }

  @Test
  void aStoreThatIsAwayForAWhileCostsNothing(@TempDir Path folder) {
    try (OwnPostgres postgres = new OwnPostgres(folder.resolve("postgres"));
        Receiver receiver = Receiver.start();
        PackagedServer server =
            new PackagedServer(new BothDatabases.Store("postgresql", postgres.url(), folder))) {
      server.start();
      Setup setup = Setup.make(server, receiver);
      long process = server.pid();
      Traffic traffic = new Traffic(List.of(server), setup.sourceId(), 4);
      try (traffic) {
        traffic.awaitMore(50);
        postgres.away();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(OUTAGE_SECONDS));
        postgres.back();
        traffic.awaitMore(50);
      }
      assertThat(server.pid()).as("the same process").isEqualTo(process);
      Ledger.balance(server, traffic, receiver, setup.collectionId());
    }
  }

  private static void fanOut(
      PackagedServer server, String source, Receiver receiver, int destinations, int inFlight) {
    for (int i = 0; i < destinations; i++) {
      Setup.connect(
          server,
          source,
          "receiver-" + i,
          Json.object()
              .put("url", receiver.url("/to/" + i))
              .put("timeout_ms", 120_000)
              .put("max_in_flight", inFlight));
    }
  }

  private static void post(List<PackagedServer> nodes, String source, int events)
      throws InterruptedException {
    AtomicInteger numbers = new AtomicInteger();
    List<Integer> refused = new ArrayList<>();
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < SENDERS; i++) {
        PackagedServer node = nodes.get(i % nodes.size());
        senders.execute(() -> {
          while (numbers.incrementAndGet() <= events) {
            int status = node.call("POST", "/v1/ingest/" + source, "{}").statusCode();
            if (status != 200) {
              synchronized (refused) {
                refused.add(status);
              }
            }
          }
        });
      }
    }
    assertThat(refused).isEmpty();
  }

  private static String delivery(Received request) {
    return request.header("x-hookstream-event-id") + " at " + request.path();
  }

  private static String count(PackagedServer server, String status) {
    String answer =
        server.call("GET", "/v1/delivery-attempts?limit=1&status=" + status, null).body();
    Json.Obj pagination = (Json.Obj) PackagedServer.member(answer, "pagination");
    return PackagedServer.member(pagination.text(), "total").text();
  }

  /** Bytes of a process that are in memory. */
  private static long resident(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElseThrow()
          << 10;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
