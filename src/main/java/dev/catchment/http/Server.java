package dev.catchment.http;

import dev.catchment.base.Failure;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * Listens for HTTP/1.1 and HTTP/2 and hands requests to the routers of a {@link Site}. Blocking
 * handlers run on virtual threads, a bounded number at once.
 */
public final class Server implements AutoCloseable {
  private static final long STOP_SECONDS_MAX = 30;

  private final Vertx vertx;
  private final ExecutorService handlers;
  private final Exchange.Shared shared;
  private final List<HttpServer> listeners = new CopyOnWriteArrayList<>();

  private Server(Site site, RandomGenerator random, int connectionsMax) {
    this.vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setWorkerPoolSize(1)
                    .setInternalBlockingPoolSize(2)
                    .setFileSystemOptions(
                        new FileSystemOptions()
                            .setClassPathResolvingEnabled(false)
                            .setFileCachingEnabled(false)))
            .withTransport(LimitedTransport.over(new ConnectionLimit(connectionsMax)))
            .build();
    this.handlers =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("catchment-request-", 0).factory());
    this.shared = new Exchange.Shared(site, handlers, random);
  }

  /**
   * A listening server.
   *
   * @param random makes request ids
   * @throws Failure {@code UNAVAILABLE} when the address cannot be bound
   */
  public static Server start(ServerSettings settings, Site site, RandomGenerator random) {
    Server server = new Server(site, random, settings.connectionsMax());
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(settings.bind())
            .setPort(settings.port())
            .setTcpNoDelay(true)
            .setAcceptBacklog(4096)
            .setMaxInitialLineLength(16_384)
            .setMaxHeaderSize(65_536)
            .setIdleTimeout((int) settings.patience().idle().toMillis())
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setHandle100ContinueAutomatically(false);
    try {
      server
          .vertx
          .deployVerticle(
              () -> server.new Listener(options, settings.patience()),
              new DeploymentOptions()
                  .setInstances(settings.eventLoops())
                  .setThreadingModel(ThreadingModel.EVENT_LOOP))
          .toCompletionStage()
          .toCompletableFuture()
          .get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
      return server;
    } catch (ExecutionException | TimeoutException e) {
      server.close();
      throw Failure.unavailable(e);
    } catch (InterruptedException e) {
      server.close();
      Thread.currentThread().interrupt();
      throw Failure.unavailable(e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return listeners.getFirst().actualPort();
  }

  /** One listening socket on one event loop; all share the port. */
  private final class Listener extends AbstractVerticle {
    private final HttpServerOptions options;
    private final Patience patience;

    /** Touched by the event loop of this listener alone. */
    private final IdentityHashMap<HttpConnection, Pace> paces = new IdentityHashMap<>();

    Listener(HttpServerOptions options, Patience patience) {
      this.options = options;
      this.patience = patience;
    }

    @Override
    public void start(Promise<Void> started) {
      HttpServer listener =
          vertx
              .createHttpServer(options)
              .connectionHandler(this::watch)
              .requestHandler(request -> Exchange.begin(shared, pace(request), request));
      listeners.add(listener);
      listener.listen().<Void>mapEmpty().onComplete(started);
    }

    private void watch(HttpConnection connection) {
      Pace pace = new Pace(vertx, connection, patience);
      paces.put(connection, pace);
      HalfClose.allow(connection, pace);
      connection.closeHandler(closed -> {
        paces.remove(connection);
        pace.stop();
      });
    }

    private Pace pace(HttpServerRequest request) {
      return Objects.requireNonNull(paces.get(request.connection()));
    }
  }

  /** From now on every new request is answered 503; those under way go on. */
  public void refuseNew() {
    shared.stop();
  }

  /** Lets the requests under way finish, at most 30 s, then closes every connection. */
  @Override
  public void close() {
    refuseNew();
    try {
      shared.awaitIdle(STOP_SECONDS_MAX, TimeUnit.SECONDS);
      vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("The HTTP server did not stop", e);
    }
    handlers.shutdown();
  }
}
