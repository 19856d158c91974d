package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.RawWebSocket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** A thousand clients who wait cost memory that is known, and no work. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class IdleSubscribersTest {
  private static final int CLIENTS = 1_000;

  /** With the buffers of the clients, which live in this process too. */
  private static final long BYTES_EACH_MAX = 64 << 10;

  private static final long WATCHED_MILLIS = 3_000;

  @BothDatabases
  void aThousandSubscribersWaitForFree(BothDatabases.Store store) throws Exception {
    List<RawWebSocket> clients = new ArrayList<>();
    Set<Long> others = workOfThreads().keySet();
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("orders", Json.object().build());
      String path = "/v1/ws?channels=events,deliveries&token=" + LiveNode.KEY;
      connect(clients, node, path, 1);
      long before = LiveNode.usedBytes();
      connect(clients, node, path, CLIENTS);
      long each = (LiveNode.usedBytes() - before) / CLIENTS;
      assertThat(each).isLessThan(BYTES_EACH_MAX);

      Map<Long, Long> worked = workOfThreads();
      // Nothing can end this wait but its time: what is measured is that nothing happens.
      assertThat(new CountDownLatch(1).await(WATCHED_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      Map<Long, Long> since = workOfThreads();
      // Other tests share this process, and what they left to run is not this node's.
      since.keySet().removeAll(others);
      since.replaceAll((id, nanos) -> nanos - worked.getOrDefault(id, 0L));
      long nanos = since.values().stream().mapToLong(Long::longValue).sum();
      double share = nanos / (double) TimeUnit.MILLISECONDS.toNanos(WATCHED_MILLIS);
      assertThat(share).as("share of one processor, by thread %s", since).isLessThan(0.05);

      String event = node.ingest(source, "{}".getBytes(UTF_8));
      for (RawWebSocket client : clients) {
        assertThat(LiveNode.text(client.nextButPing().payload(), "data", "id")).isEqualTo(event);
      }
      // A node that stops gives its clients some seconds to say goodbye, and these never would.
      close(clients);
    } finally {
      close(clients);
    }
  }

  private static void close(List<RawWebSocket> clients) throws IOException {
    for (RawWebSocket client : clients) {
      client.close();
    }
  }

  private static void connect(List<RawWebSocket> clients, LiveNode node, String path, int upTo)
      throws Exception {
    // Nobody waits for a welcome before the next one connects.
    List<RawWebSocket> fresh = new ArrayList<>();
    while (clients.size() < upTo) {
      RawWebSocket client = new RawWebSocket(node.port(), path, 4_096);
      clients.add(client);
      fresh.add(client);
    }
    for (RawWebSocket client : fresh) {
      assertThat(LiveNode.text(client.nextButPing().payload(), "type")).isEqualTo("welcome");
    }
  }

  /** Processor time in nanoseconds by thread, but for the compiler's and the collector's. */
  private static Map<Long, Long> workOfThreads() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Map<Long, Long> work = new HashMap<>();
    for (long id : threads.getAllThreadIds()) {
      work.put(id, Math.max(0, threads.getThreadCpuTime(id)));
    }
    return work;
  }
}
