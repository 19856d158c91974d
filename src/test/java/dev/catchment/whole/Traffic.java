package dev.catchment.whole;

import dev.catchment.json.Json;
import dev.catchment.testkit.PackagedServer;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Senders that post until they are told to stop, whatever becomes of the server. */
final class Traffic implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int KEYS = 50;

  private final List<PackagedServer> servers;
  private final String sourceId;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final List<Thread> senders = new ArrayList<>();
  private volatile boolean stopped;

  Traffic(List<PackagedServer> servers, String sourceId, int senderCount) {
    this.servers = servers;
    this.sourceId = sourceId;
    for (int i = 0; i < senderCount; i++) {
      int sender = i;
      senders.add(Thread.ofVirtual().start(() -> send(sender)));
    }
  }

  private void send(int sender) {
    PackagedServer server = servers.get(sender % servers.size());
    while (!stopped) {
      int n = numbers.incrementAndGet();
      Json.Obj body = Json.object().put("key", "k" + n % KEYS).put("n", n).build();
      try {
        HttpResponse<String> response = server.call("POST", "/v1/ingest/" + sourceId, body.text());
        if (response.statusCode() == 200) {
          acknowledged.add(PackagedServer.text((Json.Obj) Json.read(response.body()), "event_id"));
        }
      } catch (UncheckedIOException e) {
        // Killed in the middle: the event may be stored or not.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  /** Waits until so many more events are acknowledged, however slow the machine is. */
  void awaitMore(int events) {
    int wanted = acknowledged.size() + events;
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (acknowledged.size() < wanted) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "Nothing comes through: " + acknowledged.size() + " of " + wanted + " acknowledged");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** Events for which a sender holds an answer. */
  Set<String> acknowledged() {
    return acknowledged;
  }

  /** Events that were sent, answered or not. */
  int sent() {
    return numbers.get();
  }

  @Override
  public void close() {
    stopped = true;
    for (Thread sender : senders) {
      try {
        sender.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
