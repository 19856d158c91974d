package dev.catchment.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A server in a process and a temporary folder of its own. Both end with {@link #close}, or with
 * this process if that is interrupted.
 */
final class ServerProcess implements AutoCloseable {
  private static final long START_MILLIS_MAX = 60_000;
  private static final long STOP_SECONDS_MAX = 35;
  private static final long POLL_MILLIS = 5;

  private final Process process;
  private final Path folder;
  private final Target target;
  private final long startMillis;
  private final Thread hook;

  /**
   * Starts a server and waits until {@code GET /v1/health} answers 200.
   *
   * @param command the arguments; {@code --port} is added, and {@code --data-dir} for {@code serve}
   * @param environment added to this process's own
   * @throws VoidRun when it ends or takes more than 60 s
   */
  static ServerProcess start(
      Launch launch,
      List<String> command,
      Map<String, String> environment,
      String apiKey,
      LongSupplier ticks) {
    try {
      return new ServerProcess(launch, command, environment, apiKey, ticks);
    } catch (IOException e) {
      throw new VoidRun("The server could not be started", e);
    }
  }

  private ServerProcess(
      Launch launch,
      List<String> command,
      Map<String, String> environment,
      String apiKey,
      LongSupplier ticks)
      throws IOException {
    folder = Files.createTempDirectory("catchment-bench");
    int port = freePort();
    List<String> arguments =
        Stream.concat(command.stream(), Stream.of("--port", Integer.toString(port))).toList();
    if (command.contains("serve")) {
      arguments =
          Stream.concat(
                  arguments.stream(), Stream.of("--data-dir", folder.resolve("data").toString()))
              .toList();
    }
    ProcessBuilder builder =
        new ProcessBuilder(launch.with(arguments))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile());
    // A database the caller works with must never be measured by accident.
    builder.environment().remove("CATCHMENT_DATABASE_URL");
    builder.environment().putAll(environment);
    long before = ticks.getAsLong();
    process = builder.start();
    hook = Thread.ofPlatform().unstarted(this::end);
    Runtime.getRuntime().addShutdownHook(hook);
    target = new Target(URI.create("http://127.0.0.1:" + port), apiKey);
    boolean up =
        Pause.until(
            () -> !process.isAlive() || target.healthy(), ticks, POLL_MILLIS, START_MILLIS_MAX);
    startMillis = (ticks.getAsLong() - before) / 1_000_000;
    if (!up || !process.isAlive()) {
      String log = Files.readString(folder.resolve("server.log"));
      close();
      throw new VoidRun(
          "The server did not start: " + log.substring(Math.max(0, log.length() - 2_000)));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  Target target() {
    return target;
  }

  /** From the start of the process to the first healthy answer. */
  long startMillis() {
    return startMillis;
  }

  /** Processor time used so far; empty where the system does not tell. */
  OptionalLong cpuNanos() {
    return process
        .info()
        .totalCpuDuration()
        .map(Duration::toNanos)
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  /** Resident memory in MiB; empty where the system does not tell. */
  OptionalLong residentMegabytes() {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    try {
      if (Files.exists(status)) {
        return Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1_024)
            .findFirst();
      }
      Process ps =
          new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(process.pid())).start();
      String kilobytes = new String(ps.getInputStream().readAllBytes(), UTF_8).strip();
      return kilobytes.isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(kilobytes) / 1_024);
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is already shutting down and the hook does the work.
      return;
    }
    target.close();
    end();
  }

  private void end() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new IllegalStateException("The folder " + folder + " could not be removed", e);
    }
  }
}
