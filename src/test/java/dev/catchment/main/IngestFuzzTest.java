package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever is sent to ingest URLs, the node answers in good order, keeps its word and stays well.
 */
final class IngestFuzzTest {
  private static final long SEED = 20260717;
  private static final int SENDERS = 8;
  private static final long GROWTH_BYTES_MAX = 160L << 20;

  private final Map<String, byte[]> acknowledged = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> taken = new ConcurrentHashMap<>();

  @BothDatabases
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whateverIsSentIsAnsweredInGoodOrderAndWhatIsAcknowledgedIsKept(BothDatabases.Store store)
      throws Exception {
    int rounds = store.isPostgres() ? 40 : 180;
    try (LiveNode node = new LiveNode(store)) {
      List<FuzzTargets.Target> targets = FuzzTargets.make(node);
      assertThat(targets).hasSizeGreaterThan(70);
      String collection = readersOf(node, targets.getFirst().sourceId());
      fuzz(node, targets, SEED, rounds);
      long used = LiveNode.usedBytes();
      fuzz(node, targets, SEED + SENDERS, 2 * rounds);
      assertThat(LiveNode.usedBytes() - used).as("growth").isLessThan(GROWTH_BYTES_MAX);

      assertThat(statuses.keySet())
          .as("with seed %s: %s", SEED, statuses)
          .contains(200, 201, 400, 401, 403, 404, 405, 413, 422, 429);
      assertThat(taken).as("sources that took something").hasSizeGreaterThan(50);
      assertThat(acknowledged).hasSizeGreaterThan(5 * rounds);
      acknowledged.forEach((id, body) ->
          assertThat(node.stored(id)).as("seed %s, event %s", SEED, id).isEqualTo(body));
      stillWorks(node, targets.getFirst().sourceId(), collection);
    }
  }

  /** A collection and a filter that look into every body. */
  private static String readersOf(LiveNode node, String sourceId) {
    String destination =
        node.make(
            "destination",
            (Json.Obj)
                Json.read("{\"name\":\"D\",\"slug\":\"d\",\"url\":\"https://d.example.com/x\"}"));
    node.make(
        "connection",
        (Json.Obj)
            Json.read(
                ("{'name':'C','source_id':'"
                        + sourceId
                        + "','destination_id':'"
                        + destination
                        + "','filter_rules':[{'field':'n.x','op':'eq','value':'never'}]}")
                    .replace('\'', '"')));
    return node.make(
        "collection",
        (Json.Obj)
            Json.read(
                ("{'name':'L','slug':'l','primary_key_path':'id','source_id':'" + sourceId + "'}")
                    .replace('\'', '"')));
  }

  private void stillWorks(LiveNode node, String sourceId, String collection) {
    byte[] body = "{ \"id\":\"the-last\" }".getBytes(StandardCharsets.UTF_8);
    String event = node.ingest(sourceId, body);
    assertThat(node.stored(event)).isEqualTo(body);
    LiveNode.await(
        "the collection passes all bodies",
        () ->
            node.call("GET", "/v1/collections/" + collection + "/records/the-last", new byte[0])
                    .statusCode()
                == 200);
    node.assertHealthy();
  }

  private void fuzz(LiveNode node, List<FuzzTargets.Target> targets, long seed, int rounds)
      throws Exception {
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < SENDERS; i++) {
        long own = seed + i;
        all.add(
            senders.submit(() -> {
              new Sender(node.port(), targets, own).run(rounds);
              return null;
            }));
      }
      for (Future<?> one : all) {
        one.get(120, TimeUnit.SECONDS);
      }
    }
  }

  /** Sends one request after the other, the same ones for the same seed. */
  private final class Sender {
    private final int port;
    private final List<FuzzTargets.Target> targets;
    private final SplittableRandom random;
    private final HostileRequests requests;
    private @Nullable RawConnection kept;

    Sender(int port, List<FuzzTargets.Target> targets, long seed) {
      this.port = port;
      this.targets = targets;
      this.random = new SplittableRandom(seed);
      this.requests = new HostileRequests(random);
    }

    void run(int rounds) throws IOException {
      for (int i = 0; i < rounds; i++) {
        FuzzTargets.Target target = targets.get(random.nextInt(targets.size()));
        HostileRequests.Made made = made(target);
        try {
          if (made.whole()) {
            sendWhole(target, made);
          } else {
            sendBroken(made);
          }
        } catch (AssertionError | IOException e) {
          throw new AssertionError(
              "Request " + i + " to " + target.kind() + ": " + shown(made.wire()), e);
        }
      }
      if (kept != null) {
        kept.close();
      }
    }

    private HostileRequests.Made made(FuzzTargets.Target target) {
      FuzzTargets.Genuine genuine = target.genuine();
      if (random.nextInt(3) == 0) {
        return requests.broken(target.sourceId());
      }
      if (genuine == null || random.nextInt(4) == 0) {
        return requests.odd(target.sourceId());
      }
      List<Map.Entry<String, String>> headers = new ArrayList<>(genuine.headers());
      byte[] body = genuine.body();
      switch (random.nextInt(4)) {
        case 0 -> body = requests.damaged(body);
        case 1 -> headers.remove(random.nextInt(headers.size()));
        case 2 -> headers.add(headers.get(random.nextInt(headers.size())));
        default -> {}
      }
      String url = "/v1/ingest/" + target.sourceId() + genuine.query();
      return requests.whole(genuine.method(), url, headers, body);
    }

    private void sendWhole(FuzzTargets.Target target, HostileRequests.Made made)
        throws IOException {
      RawConnection connection = kept == null ? new RawConnection(port) : kept;
      connection.trySend(made.wire());
      RawConnection.Answer answer = connection.answer(made.method()).orElseThrow();
      kept = connection;
      if (answer.closes()) {
        connection.close();
        kept = null;
      }
      eventId(count(answer))
          .ifPresent(id -> {
            taken.computeIfAbsent(target.kind(), any -> new AtomicInteger()).incrementAndGet();
            acknowledged.put(id, made.body());
          });
    }

    private void sendBroken(HostileRequests.Made made) throws IOException {
      try (RawConnection connection = new RawConnection(port)) {
        connection.trySend(made.wire());
        if (shown(made.wire()).startsWith("PRI ")) {
          // What follows is no text; the point is that the server lives on.
          return;
        }
        connection.endOfSending();
        while (connection.answer(made.method()).map(this::count).isPresent()) {
          // Bytes behind a request may look like another one.
        }
      } catch (java.net.SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        // Cut off by the server while it still sent.
      }
    }

    private RawConnection.Answer count(RawConnection.Answer answer) {
      // 501 is for what names a version of HTTP that there is not.
      assertThat(answer.status()).as(answer.text()).isNotEqualTo(500).isLessThan(502);
      statuses.computeIfAbsent(answer.status(), any -> new AtomicInteger()).incrementAndGet();
      return answer;
    }
  }

  private static Optional<String> eventId(RawConnection.Answer answer) {
    String named = answer.headers().get("x-event-id");
    return named != null || answer.status() != 200
        ? Optional.ofNullable(named)
        : Json.parse(answer.body())
            .filter(body -> body instanceof Json.Obj object && object.get("event_id") != null)
            .map(body -> LiveNode.text(answer.body(), "event_id"));
  }

  private static String shown(byte[] wire) {
    return new String(wire, 0, Math.min(wire.length, 600), StandardCharsets.ISO_8859_1);
  }
}
