package dev.catchment.whole;

import dev.catchment.json.Json;
import dev.catchment.testkit.PackagedServer;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Senders that post until they are told to stop, whatever becomes of the server. */
final class Traffic implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int KEYS = 50;

  private final List<PackagedServer> servers;
  private final String sourceId;
  private final Stream stream;
  private final AtomicInteger numbers;
  private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
  private final List<Thread> senders = new ArrayList<>();
  private volatile boolean stopped;

  /**
   * What is sent, and how fast.
   *
   * @param after the numbers of events are counted from the one after this
   * @param bodies the body of each event by its number
   * @param senders each sends an event once its last is answered
   * @param restMillis between two events of a sender; 0 for none
   */
  record Stream(int after, IntFunction<Json.Obj> bodies, int senders, long restMillis) {}

  /** As many events of a few keys as so many senders can send. */
  Traffic(List<PackagedServer> servers, String sourceId, int senders) {
    this(
        servers,
        sourceId,
        new Stream(
            0, n -> Json.object().put("key", "k" + n % KEYS).put("n", n).build(), senders, 0));
  }

  Traffic(List<PackagedServer> servers, String sourceId, Stream stream) {
    this.servers = servers;
    this.sourceId = sourceId;
    this.stream = stream;
    this.numbers = new AtomicInteger(stream.after());
    for (int i = 0; i < stream.senders(); i++) {
      int sender = i;
      senders.add(Thread.ofVirtual().start(() -> send(sender)));
    }
  }

  private void send(int sender) {
    PackagedServer server = servers.get(sender % servers.size());
    while (!stopped) {
      int n = numbers.incrementAndGet();
      String body = stream.bodies().apply(n).text();
      try {
        HttpResponse<String> response = server.call("POST", "/v1/ingest/" + sourceId, body);
        if (response.statusCode() == 200) {
          acknowledged.put(
              PackagedServer.text((Json.Obj) Json.read(response.body()), "event_id"), n);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(stream.restMillis()));
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
    return acknowledged.keySet();
  }

  /** The same with the number of each. */
  Map<String, Integer> numbers() {
    return acknowledged;
  }

  /** Events that were sent, answered or not. */
  int sent() {
    return numbers.get() - stream.after();
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
