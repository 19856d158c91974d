package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A whole node on a port of its own, with everything that {@code catchment serve} wires. */
final class LiveNode implements AutoCloseable {
  static final String KEY = "hs_live_" + "7".repeat(64);
  private static final Duration WAIT_MAX = Duration.ofSeconds(60);

  private final Node node;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  LiveNode(BothDatabases.Store store) {
    this(store, Map.of());
  }

  /** The same with further settings from the environment. */
  LiveNode(BothDatabases.Store store, Map<String, String> more) {
    this(store, more, InstantSource.system());
  }

  /** The same by another clock. */
  LiveNode(BothDatabases.Store store, Map<String, String> more, InstantSource clock) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("CATCHMENT_SERVER_BIND", "127.0.0.1");
    settings.put("CATCHMENT_SERVER_PORT", "0");
    settings.put("CATCHMENT_SERVER_DATA_DIR", store.dataDir().resolve("data").toString());
    settings.put("CATCHMENT_DATABASE_URL", store.url());
    settings.put("CATCHMENT_AUTH_BOOTSTRAP_API_KEY", KEY);
    settings.put("CATCHMENT_AUTH_SECRET_KEY", "5".repeat(64));
    settings.putIfAbsent("CATCHMENT_DELIVERY_ALLOW_PRIVATE", "true");
    node = Node.start(Config.load(store.dataDir(), settings, new ConfigFlags()), clock);
  }

  int port() {
    return node.port();
  }

  /** Sends a request with the key. */
  HttpResponse<byte[]> call(String method, String path, byte[] body, String... headers) {
    return call(method, path, HttpRequest.BodyPublishers.ofByteArray(body), headers);
  }

  /** The same with a body that may come bit by bit. */
  HttpResponse<byte[]> call(
      String method, String path, HttpRequest.BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .timeout(WAIT_MAX)
            .header("X-API-Key", KEY)
            .method(method, body);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError(method + " " + path + " got no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Creates a thing; its id, or empty when the node does not take it. */
  Optional<String> tryMake(String kind, Json.Obj body) {
    HttpResponse<byte[]> answer = call("POST", "/v1/" + kind + "s", body.bytes());
    return answer.statusCode() == 201
        ? Optional.of(text(answer.body(), kind, "id"))
        : Optional.empty();
  }

  String make(String kind, Json.Obj body) {
    return tryMake(kind, body)
        .orElseThrow(() -> new AssertionError("No " + kind + " of " + body.text()));
  }

  /** A source with these rules. */
  String source(String slug, Json.Obj rules) {
    return make("source", Json.object().put("name", slug).put("slug", slug).putAll(rules).build());
  }

  /** A destination that is tried once. */
  String destination(String slug, String url) {
    return make(
        "destination",
        Json.object()
            .put("name", slug)
            .put("slug", slug)
            .put("url", url)
            .put("retry_enabled", false)
            .build());
  }

  void connect(String sourceId, String destinationId) {
    make(
        "connection",
        Json.object()
            .put("name", "c")
            .put("source_id", sourceId)
            .put("destination_id", destinationId)
            .build());
  }

  /** Sends a body to a source and gives the id of its event. */
  String ingest(String sourceId, byte[] body, String... headers) {
    HttpResponse<byte[]> answer = call("POST", "/v1/ingest/" + sourceId, body, headers);
    assertThat(answer.statusCode()).isEqualTo(200);
    return text(answer.body(), "event_id");
  }

  /** The bytes that are kept of an event. */
  byte[] stored(String eventId) {
    HttpResponse<byte[]> answer = call("GET", "/v1/events/" + eventId + "/payload", new byte[0]);
    assertThat(answer.statusCode()).as(eventId).isEqualTo(200);
    return answer.body();
  }

  /** How many events of a source are kept. */
  int events(String sourceId) {
    byte[] answer = call("GET", "/v1/events?source_id=" + sourceId, new byte[0]).body();
    return Integer.parseInt(text(answer, "pagination", "total"));
  }

  /** Every part of the node says that it is well. */
  void assertHealthy() {
    HttpResponse<byte[]> health = call("GET", "/v1/health", new byte[0]);
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(text(health.body(), "status")).isEqualTo("ok");
  }

  /** Waits until the condition holds. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("Waited too long: " + what).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** Bytes in use after a collection of what is not. */
  static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /** A text inside an answer. */
  static String text(byte[] answer, String... path) {
    Json value = Json.parse(answer).orElseThrow();
    for (String name : path) {
      @Nullable Json member = ((Json.Obj) value).get(name);
      if (member == null) {
        throw new AssertionError("No " + name + " in " + value.text());
      }
      value = member;
    }
    return value instanceof Json.Str(String text) ? text : value.text();
  }

  @Override
  public void close() {
    client.close();
    node.close();
  }
}
