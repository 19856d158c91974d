package dev.catchment.testkit;

import dev.catchment.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The server as users start it, {@code ./catchment serve}, in a process of its own on a store that
 * outlives it. It can be killed and started again.
 */
public final class PackagedServer implements AutoCloseable {
  /** The key every such server knows. */
  public static final String KEY = "hs_live_" + "7".repeat(64);

  private static final Duration START_MAX = Duration.ofSeconds(60);

  private final BothDatabases.Store store;
  private final Map<String, String> settings;
  private final int port;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private @Nullable Process process;

  /** A server that has not been started, on a free port. */
  public PackagedServer(BothDatabases.Store store) {
    this(store, Map.of());
  }

  /** The same with more environment variables, such as {@code CATCHMENT_DELIVERY_MAX_IN_FLIGHT}. */
  public PackagedServer(BothDatabases.Store store, Map<String, String> settings) {
    this.store = store;
    this.settings = settings;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the process and waits until it answers. */
  public void start() {
    Path output = store.dataDir().resolve("server-" + port + ".log");
    ProcessBuilder builder =
        new ProcessBuilder("./catchment", "serve", "--port", Integer.toString(port));
    builder.environment().keySet().removeIf(name -> name.startsWith("CATCHMENT_"));
    builder
        .environment()
        .putAll(
            Map.of(
                "CATCHMENT_SERVER_BIND",
                "127.0.0.1",
                "CATCHMENT_SERVER_DATA_DIR",
                store.dataDir().resolve("data").toString(),
                "CATCHMENT_DATABASE_URL",
                store.url(),
                "CATCHMENT_AUTH_BOOTSTRAP_API_KEY",
                KEY,
                "CATCHMENT_AUTH_SECRET_KEY",
                "5".repeat(64),
                "CATCHMENT_DELIVERY_ALLOW_PRIVATE",
                "true",
                "CATCHMENT_DELIVERY_LEASE_SECONDS",
                "5"));
    builder.environment().putAll(settings);
    try {
      process =
          builder
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitHealthy(output);
  }

  private void awaitHealthy(Path output) {
    long deadline = System.nanoTime() + START_MAX.toNanos();
    while (System.nanoTime() < deadline) {
      if (process != null && !process.isAlive()) {
        throw new IllegalStateException("The server ended by itself: " + read(output));
      }
      try {
        if (call("GET", "/v1/health", null).statusCode() == 200) {
          return;
        }
      } catch (UncheckedIOException e) {
        // Not listening yet.
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    throw new IllegalStateException("The server did not answer within " + START_MAX);
  }

  private static String read(Path output) {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the process as a power switch would end its program: SIGKILL. */
  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      running.onExit().join();
    }
  }

  /** Asks the process to stop, SIGTERM, and waits for its end. */
  public void stop() {
    Process running = process;
    if (running != null) {
      running.destroy();
      running.onExit().join();
    }
  }

  /** The id of the process that {@link #start} started last; it stays one as long as that lives. */
  public long pid() {
    Process running = process;
    if (running == null || !running.isAlive()) {
      throw new IllegalStateException("The server does not run");
    }
    return running.pid();
  }

  /** Sends a request with the key; throws when there is no whole answer. */
  public HttpResponse<String> call(String method, String path, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .header("X-API-Key", KEY)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Makes something and gives the object that the answer holds under that name. */
  public Json.Obj create(String path, String name, Json.Obj body) {
    HttpResponse<String> response = call("POST", path, body.text());
    if (response.statusCode() != 201) {
      throw new IllegalStateException(path + " answered " + response.body());
    }
    return (Json.Obj) member(response.body(), name);
  }

  /** The number {@code n} that a query of the store gives, whether the server runs or not. */
  public long number(String sql) {
    String url =
        store.isPostgres()
            ? "jdbc:" + store.url().replace("postgres:postgres@", "")
            : "jdbc:sqlite:" + store.dataDir().resolve("data").resolve("catchment.db");
    try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new IllegalStateException("No row: " + sql);
      }
      return rows.getLong("n");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The member of an answer that is an object. */
  public static Json member(String answer, String name) {
    Json value = ((Json.Obj) Json.read(answer)).get(name);
    if (value == null) {
      throw new IllegalStateException("No " + name + " in " + answer);
    }
    return value;
  }

  /** The text of a member. */
  public static String text(Json.Obj object, String name) {
    return ((Json.Str) member(object.text(), name)).value();
  }

  @Override
  public void close() {
    kill();
    client.close();
  }
}
