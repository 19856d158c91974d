package dev.catchment.bench;

import dev.catchment.base.Failure;
import dev.catchment.http.Problems;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.http.Site;
import dev.catchment.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** As much of a server as the bench talks to, in memory, honest or with one flaw. */
final class FakeNode implements AutoCloseable {
  static final String KEY = "hs_live_test";

  /**
   * What it does wrong to every so manieth event; 0 for never.
   *
   * @param lose acknowledges it and forgets it
   * @param refuse answers 429
   * @param fail answers 500 and stores it
   * @param repeat delivers it twice
   * @param sameId gives it the event id of another
   */
  record Flaws(int lose, int refuse, int fail, int repeat, int sameId) {
    static final Flaws NONE = new Flaws(0, 0, 0, 0, 0);
  }

  private final Flaws flaws;
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong statements = new AtomicLong();
  private final Set<String> events = ConcurrentHashMap.newKeySet();
  private final Set<String> keys = ConcurrentHashMap.newKeySet();
  private final List<URI> destinations = new CopyOnWriteArrayList<>();
  private final List<String> deleted = new CopyOnWriteArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final FakeTable table;
  private final Server server;

  FakeNode(Flaws flaws, int port) {
    this(flaws, port, 0);
  }

  /**
   * @param missing records that its exports leave out
   */
  FakeNode(Flaws flaws, int port, int missing) {
    this.flaws = flaws;
    this.table = new FakeTable(keys, missing);
    Router router =
        new Router(new Plain())
            .on("GET", "/v1/health", request -> Response.text(200, "ok"))
            .on("GET", "/metrics", request -> metrics())
            .on("POST", "/v1/sources", request -> created("source"))
            .on("POST", "/v1/connections", request -> created("connection"))
            .on("POST", "/v1/collections", request -> collectionCreated())
            .on("POST", "/v1/destinations", this::destination)
            .on("GET", "/v1/sources/{id}", request -> source())
            .on("GET", "/v1/collections/{id}", request -> collection())
            .on("GET", "/v1/events/{id}", this::event)
            .on("DELETE", "/v1/sources/{id}", this::delete)
            .on("DELETE", "/v1/destinations/{id}", this::delete)
            .on("DELETE", "/v1/connections/{id}", this::delete)
            .on("DELETE", "/v1/collections/{id}", this::delete)
            .async(
                "POST",
                "/v1/ingest/{id}",
                request -> CompletableFuture.completedFuture(ingest(request)),
                request -> 1 << 20);
    table.routes(router);
    server =
        Server.start(
            new ServerSettings(port, "127.0.0.1", 1),
            head -> new Site.Door(router, head.path()),
            new SecureRandom());
  }

  /** Stands in for the program: {@code serve} and {@code bench ceiling}. */
  public static void main(String[] args) throws InterruptedException {
    int port = Integer.parseInt(args[List.of(args).indexOf("--port") + 1]);
    try (AutoCloseable any =
        args[0].equals("serve")
            ? new FakeNode(Flaws.NONE, port)
            : Ceiling.start(port, new SecureRandom())) {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  long stored() {
    return stored.get();
  }

  Set<String> keys() {
    return keys;
  }

  List<String> deleted() {
    return deleted;
  }

  private static boolean hits(int every, long number) {
    return every > 0 && number % every == 0;
  }

  private Response ingest(Request request) {
    long number = received.incrementAndGet();
    if (hits(flaws.refuse(), number)) {
      return Response.text(429, "Rate limit exceeded");
    }
    String id = String.format("%032x", hits(flaws.sameId(), number) ? 1 : number);
    if (!hits(flaws.lose(), number)) {
      store(request, id, number);
    }
    if (hits(flaws.fail(), number)) {
      return Response.text(500, "Internal server error");
    }
    return Response.json(
        200, Json.object().put("event_id", id).put("source_id", request.path("id")).build());
  }

  private void store(Request request, String id, long number) {
    stored.incrementAndGet();
    statements.addAndGet(2);
    events.add(id);
    Json body = Json.parse(request.body()).orElseThrow();
    if (body instanceof Json.Obj object && object.get("id") instanceof Json.Str key) {
      keys.add(key.value());
    }
    table.changed(request.body());
    for (URI destination : destinations) {
      CompletableFuture<?> first = deliver(destination, request.body());
      if (hits(flaws.repeat(), number)) {
        // Both are there before the sender is answered, so that no run ends between them.
        CompletableFuture.allOf(first, deliver(destination, request.body())).join();
      }
    }
  }

  private CompletableFuture<?> deliver(URI destination, byte[] body) {
    return client.sendAsync(
        HttpRequest.newBuilder(destination)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.discarding());
  }

  private Response metrics() {
    return Response.text(
        200,
        "# TYPE catchment_sql_statements_total counter\n"
            + "catchment_sql_statements_total{kind=\"write\"} "
            + (double) statements.get()
            + "\ncatchment_sql_statements_total{kind=\"read\"} 5.0\n");
  }

  private Response collectionCreated() {
    table.created();
    return created("collection");
  }

  private static Response created(String kind) {
    return Response.json(
        201, Json.object().put(kind, Json.object().put("id", kind + "1").build()).build());
  }

  private Response destination(Request request) {
    if (Json.parse(request.body()).orElseThrow() instanceof Json.Obj object
        && object.get("url") instanceof Json.Str url) {
      destinations.add(URI.create(url.value()));
    }
    return created("destination");
  }

  private Response source() {
    Json row = Json.object().put("event_count", stored.get()).build();
    return Response.json(200, Json.object().put("source", row).build());
  }

  private Response collection() {
    Json stats =
        Json.object()
            .put("applied_count", stored.get())
            .put("stale_count", 0)
            .put("skipped_count", 0)
            .build();
    Json row = Json.object().put("record_count", keys.size()).build();
    return Response.json(200, Json.object().put("collection", row).put("stats", stats).build());
  }

  private Response event(Request request) {
    return Response.text(events.contains(request.path("id")) ? 200 : 404, "");
  }

  private Response delete(Request request) {
    deleted.add(request.head().path());
    return Response.json(200, Json.object().put("success", true).build());
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.close();
  }

  private static final class Plain implements Problems {
    @Override
    public Response of(Failure failure, String requestId) {
      return Response.text(400, failure.sentence());
    }

    @Override
    public Response broken(String requestId) {
      return Response.text(500, "broken");
    }

    @Override
    public Response pathNotFound(String requestId) {
      return Response.text(404, "no path");
    }

    @Override
    public Response methodNotAllowed(String allow, String requestId) {
      return Response.text(405, allow);
    }
  }
}
