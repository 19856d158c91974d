package dev.catchment.bench;

import dev.catchment.base.Failure;
import dev.catchment.http.Problems;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.http.Site;
import dev.catchment.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The most the HTTP server could do: it reads the same requests and gives an answer of the same
 * size, and keeps nothing. It runs in a process of its own, as the server under test does.
 */
@Command(name = "ceiling", hidden = true, description = "Answers ingest without a store.")
final class Ceiling implements Runnable {
  private static final byte[] ANSWER =
      Json.object()
          .put("event_id", "00000000000070008000000000000001")
          .put("source_id", "00000000000070008000000000000002")
          .build()
          .bytes();
  private static final int BODY_MAX = 10 << 20;
  private static final long WARMUP_NANOS = 2_000_000_000L;

  @Option(names = "--port", required = true)
  int port;

  private final RandomGenerator random;

  Ceiling(RandomGenerator random) {
    this.random = random;
  }

  /** Measures it with the generator of the bench; acknowledged events a second. */
  static double measure(Surroundings surroundings, Options options, LongSupplier ticks)
      throws IOException {
    Ledger ledger = new Ledger();
    Payload payload = new Payload(options.bytes, options.keys);
    List<String> command = List.of("bench", "ceiling");
    try (ServerProcess process =
            ServerProcess.start(
                surroundings.launch().withoutArchiving(), command, Map.of(), "none", ticks);
        Generator generator =
            new Generator(
                Aim.at(process.target().url(), "/v1/ingest/none"),
                payload,
                options.connections,
                ledger,
                ticks)) {
      generator.run(Pass.open(0, Math.min(WARMUP_NANOS, options.ceilingNanos())));
      return generator.run(Pass.open(0, options.ceilingNanos())).perSecond();
    }
  }

  @Override
  public void run() {
    try (Server server = start(port, random)) {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The server; {@code port} 0 takes a free one. */
  static Server start(int port, RandomGenerator random) {
    Router router =
        new Router(new Plain())
            .on("GET", "/v1/health", request -> Response.text(200, "ok"))
            .async(
                "POST",
                "/v1/ingest/{source_id}",
                request ->
                    CompletableFuture.completedFuture(
                        Response.bytes(200, "application/json", ANSWER)),
                request -> BODY_MAX);
    return Server.start(
        new ServerSettings(port, "127.0.0.1", Runtime.getRuntime().availableProcessors()),
        head -> new Site.Door(router, head.path()),
        random);
  }

  /** Errors in plain words; nobody but the bench asks. */
  private static final class Plain implements Problems {
    @Override
    public Response of(Failure failure, String requestId) {
      return Response.text(400, failure.sentence());
    }

    @Override
    public Response broken(String requestId) {
      return Response.text(500, "Internal server error");
    }

    @Override
    public Response pathNotFound(String requestId) {
      return Response.text(404, "Not found");
    }

    @Override
    public Response methodNotAllowed(String allow, String requestId) {
      return Response.text(405, "Method not allowed");
    }
  }
}
