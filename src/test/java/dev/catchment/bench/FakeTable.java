package dev.catchment.bench;

import dev.catchment.http.Incoming;
import dev.catchment.http.Outlet;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.http.StreamListener;
import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** As much of a collection's questions as the bench asks, answered from the keys of its node. */
final class FakeTable {
  private static final String TAG = "\"t1\"";

  private final Set<String> keys;
  private final List<Outlet> followers = new CopyOnWriteArrayList<>();
  private final AtomicLong collections = new AtomicLong();

  /** Lines that an export leaves out. */
  private final int missing;

  FakeTable(Set<String> keys, int missing) {
    this.keys = keys;
    this.missing = missing;
  }

  void routes(Router router) {
    router
        .on("GET", "/v1/collections", this::list)
        .on("GET", "/v1/collections/{id}/records", request -> page())
        .on("GET", "/v1/collections/{id}/records/{key}", this::record)
        .on("GET", "/v1/collections/{id}/export", request -> export())
        .on("POST", "/v1/collections/{id}/backfill", request -> Response.text(202, ""))
        .on("GET", "/v1/collections/{id}/backfill", request -> backfill())
        .eventStream("/v1/collections/{id}/changes", request -> new Follower());
  }

  void created() {
    collections.incrementAndGet();
  }

  /** Tells the followers of an event. */
  void changed(byte[] body) {
    byte[] change =
        Json.object().put("data", new String(body, StandardCharsets.US_ASCII)).build().bytes();
    followers.forEach(follower -> follower.send("1", "upsert", change));
  }

  private Response list(Request request) {
    if (request.head().headers().first("If-None-Match").filter(TAG::equals).isPresent()) {
      return Response.text(304, "");
    }
    return Response.json(200, Json.object().put("count", collections.get()).build())
        .with("ETag", TAG);
  }

  private static Response page() {
    return Response.json(200, Json.object().put("next_cursor", "a b").build());
  }

  private Response record(Request request) {
    return Response.text(keys.contains(request.path("key")) ? 200 : 404, "");
  }

  private Response export() {
    return Response.text(200, "{}\n".repeat(keys.size() - missing));
  }

  private Response backfill() {
    return Response.json(
        200, Json.object().put("status", "completed").put("progress", keys.size()).build());
  }

  private final class Follower implements StreamListener {
    @Override
    public void opened(Outlet outlet) {
      followers.add(outlet);
      outlet.send("0", "ready", "{}".getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void message(Incoming message) {}

    @Override
    public void closed() {}
  }
}
