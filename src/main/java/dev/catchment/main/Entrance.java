package dev.catchment.main;

import dev.catchment.api.GatewayProblems;
import dev.catchment.base.Failure;
import dev.catchment.http.Patience;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.http.Site;
import dev.catchment.json.Json;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The listening server of a node. It listens while the store is still being opened, so that both
 * take their time at once; until then every request is answered 503.
 */
final class Entrance implements Site, AutoCloseable {
  private static final int EVENT_LOOPS_MAX = 8;

  private final CompletableFuture<Server> server;
  private volatile Site site;

  /** Begins to listen. */
  Entrance(Config.Server settings) {
    Router starting = starting();
    this.site = head -> new Door(starting, head.path());
    this.server =
        CompletableFuture.supplyAsync(
            () ->
                Server.start(
                    new ServerSettings(
                        settings.port(),
                        settings.bind(),
                        Math.clamp(Runtime.getRuntime().availableProcessors(), 1, EVENT_LOOPS_MAX),
                        settings.maxConnections(),
                        Patience.STANDARD),
                    this,
                    () -> ThreadLocalRandom.current().nextLong()),
            task -> Thread.ofPlatform().name("catchment-entrance").start(task));
  }

  private static Router starting() {
    GatewayProblems problems = new GatewayProblems();
    return new Router(problems)
        .on("GET", "/v1/health", request -> Response.json(503, health()).with("Retry-After", "1"))
        .otherwise(
            request -> problems.of(Failure.unavailable(), request.id()),
            request -> problems.of(Failure.unavailable(), request.id()));
  }

  private static Json health() {
    return Json.object()
        .put("status", "starting")
        .put("version", Version.text())
        .put("uptime_seconds", 0)
        .put("checks", Json.object().put("storage", "starting").put("delivery", "starting").build())
        .build();
  }

  @Override
  public Door door(Request.Head head) {
    return site.door(head);
  }

  /** The port it listens on, as soon as it does; throws {@code UNAVAILABLE} when it cannot. */
  int port() {
    try {
      return server.join().port();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Failure failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** From now on that site answers. */
  void open(Site ready) {
    site = ready;
  }

  @Override
  public void close() {
    if (!server.isCompletedExceptionally()) {
      server.join().close();
    }
  }
}
