package dev.catchment.bench;

import dev.catchment.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The management calls the bench makes, and removes the traces of when asked. */
final class Target implements AutoCloseable {
  private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

  /**
   * What a collection says of itself.
   *
   * @param seen events it has looked at: applied, stale and skipped
   */
  record CollectionState(long records, long seen, long skipped) {}

  /**
   * A backfill.
   *
   * @param status {@code none} before the first
   * @param progress events read
   */
  record Backfill(String status, long progress) {
    boolean isOver() {
      return !status.equals("pending") && !status.equals("running");
    }
  }

  private final URI url;
  private final String apiKey;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Deque<String> made = new ArrayDeque<>();

  Target(URI url, String apiKey) {
    this.url = url;
    this.apiKey = apiKey;
  }

  URI url() {
    return url;
  }

  /** Whether the server is up. */
  boolean healthy() {
    try {
      return send("GET", "/v1/health", null).statusCode() == 200;
    } catch (VoidRun e) {
      return false;
    }
  }

  String createSource(String slug) {
    return create("source", named(slug).build());
  }

  /** A source that verifies an HMAC-SHA256 of the body in {@code X-Signature}. */
  String createSignedSource(String slug, String secret) {
    return create(
        "source",
        named(slug)
            .put("verification_type", "hmac_sha256")
            .put("verification_secret", secret)
            .build());
  }

  String createDestination(String slug, String receiver, int maxInFlight) {
    return create(
        "destination", named(slug).put("url", receiver).put("max_in_flight", maxInFlight).build());
  }

  /** A destination that is waited for no longer than that. */
  String createImpatientDestination(
      String slug, String receiver, int maxInFlight, int timeoutMillis) {
    return create(
        "destination",
        named(slug)
            .put("url", receiver)
            .put("max_in_flight", maxInFlight)
            .put("timeout_ms", timeoutMillis)
            .build());
  }

  String createConnection(String slug, String source, String destination) {
    return create(
        "connection",
        Json.object()
            .put("name", slug)
            .put("source_id", source)
            .put("destination_id", destination)
            .build());
  }

  String createCollection(String slug, String source, Json.Obj options) {
    return create(
        "collection",
        named(slug)
            .put("source_id", source)
            .put("primary_key_path", "id")
            .put("options", options)
            .build());
  }

  /** Starts a backfill with that body. */
  void backfill(String collection, Json body) {
    String path = "/v1/collections/" + collection + "/backfill";
    HttpResponse<String> answer = send("POST", path, body);
    if (answer.statusCode() != 202) {
      throw refused("POST " + path, answer);
    }
  }

  /** What a collection says of its current or last backfill. */
  Backfill backfill(String collection) {
    Json.Obj answer = get("/v1/collections/" + collection + "/backfill");
    String status = answer.get("status") instanceof Json.Str text ? text.value() : "none";
    return new Backfill(status, number(answer, "progress"));
  }

  /** A client for questions whose answers are timed. */
  Asker asker(LongSupplier ticks) {
    return new Asker(url, apiKey, ticks);
  }

  /** The changes of a collection from now on, as server-sent events, and whether it sends them. */
  HttpResponse<InputStream> changes(String collection) {
    return send(
        request("/v1/collections/" + collection + "/changes")
            .header("Accept", "text/event-stream")
            .build(),
        HttpResponse.BodyHandlers.ofInputStream());
  }

  /** How many events the server says that source has stored. */
  long eventCount(String source) {
    return number(member(get("/v1/sources/" + source), "source"), "event_count");
  }

  boolean hasEvent(String id) {
    return send("GET", "/v1/events/" + id, null).statusCode() == 200;
  }

  CollectionState collection(String id) {
    Json.Obj answer = get("/v1/collections/" + id);
    Json.Obj stats = member(answer, "stats");
    long skipped = number(stats, "skipped_count");
    return new CollectionState(
        number(member(answer, "collection"), "record_count"),
        number(stats, "applied_count") + number(stats, "stale_count") + skipped,
        skipped);
  }

  /** The SQL statements the server has executed since it started; empty when it does not say. */
  OptionalLong sqlStatements() {
    HttpResponse<String> answer = send("GET", "/metrics", null);
    if (answer.statusCode() != 200) {
      return OptionalLong.empty();
    }
    double sum = 0;
    boolean found = false;
    for (String line : answer.body().lines().toList()) {
      if (line.startsWith("catchment_sql_statements_total")) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
        found = true;
      }
    }
    return found ? OptionalLong.of((long) sum) : OptionalLong.empty();
  }

  /** Deletes what was created here, last first, as far as the server still answers. */
  void removeTraces() {
    try {
      while (!made.isEmpty()) {
        send("DELETE", made.removeLast() + "?cascade=true", null);
      }
    } catch (VoidRun e) {
      // The run's own verdict says more than the failure to tidy up after it.
      made.clear();
    }
  }

  private static Json.ObjBuilder named(String slug) {
    return Json.object().put("name", slug).put("slug", slug);
  }

  private String create(String kind, Json body) {
    String path = "/v1/" + kind + "s";
    HttpResponse<String> answer = send("POST", path, body);
    if (answer.statusCode() != 201) {
      throw refused("POST " + path, answer);
    }
    Json.Obj row = member(object(answer), kind);
    if (!(row.get("id") instanceof Json.Str id)) {
      throw refused("POST " + path, answer);
    }
    made.add(path + "/" + id.value());
    return id.value();
  }

  private Json.Obj get(String path) {
    HttpResponse<String> answer = send("GET", path, null);
    if (answer.statusCode() != 200) {
      throw refused("GET " + path, answer);
    }
    return object(answer);
  }

  private static VoidRun refused(String call, HttpResponse<String> answer) {
    return new VoidRun(call + " answered " + answer.statusCode() + ": " + answer.body());
  }

  private static Json.Obj object(HttpResponse<String> answer) {
    if (Json.parse(answer.body()).orElse(Json.nil()) instanceof Json.Obj object) {
      return object;
    }
    throw new VoidRun("The server answered no JSON object: " + answer.body());
  }

  private static Json.Obj member(Json.Obj object, String name) {
    if (object.get(name) instanceof Json.Obj member) {
      return member;
    }
    throw new VoidRun("The server's answer has no object '" + name + "'");
  }

  private static long number(Json.Obj object, String name) {
    if (object.get(name) instanceof Json.Num number) {
      return number.value().longValue();
    }
    throw new VoidRun("The server's answer has no number '" + name + "'");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url.resolve(path))
        .timeout(ANSWER_MAX)
        .header("X-API-Key", apiKey);
  }

  private HttpResponse<String> send(String method, String path, @Nullable Json body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body.bytes()))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return client.send(request, handler);
    } catch (IOException e) {
      throw new VoidRun(request.method() + " " + request.uri().getPath() + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VoidRun("Interrupted", e);
    }
  }

  @Override
  public void close() {
    // What follows changes never ends by itself.
    client.shutdownNow();
  }
}
