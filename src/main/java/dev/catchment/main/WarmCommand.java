package dev.catchment.main;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code catchment warm}: a server in a temporary folder that starts, answers one request and
 * stops, so that java can archive the classes a start needs. For the build; nobody else needs it.
 */
@Command(name = "warm", hidden = true)
final class WarmCommand implements Callable<Integer> {
  private static final int SECONDS_MAX = 20;
  private static final int ANSWER_MILLIS_MAX = 5_000;

  @Override
  public Integer call() throws IOException {
    endInTime();
    Path folder = Files.createTempDirectory("catchment-warm");
    try {
      return start(folder) ? 0 : 1;
    } finally {
      delete(folder);
    }
  }

  /** Nobody watches this process, so it watches itself, up to its very end. */
  private static void endInTime() {
    Thread.ofPlatform()
        .name("catchment-warm")
        .daemon(true)
        .start(() -> {
          try {
            if (!new CountDownLatch(1).await(SECONDS_MAX, TimeUnit.SECONDS)) {
              Runtime.getRuntime().halt(1);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static boolean start(Path folder) throws IOException {
    ConfigFlags flags =
        CommandLine.populateCommand(
            new ConfigFlags(),
            "--port=0",
            "--bind=127.0.0.1",
            "--data-dir=" + folder.resolve("data"));
    // No environment: it may name a store that somebody works with.
    Config config = Config.load(folder, Map.of(), flags);
    try (Node node = Node.start(config, InstantSource.system())) {
      new Greeting(new PrintStream(OutputStream.nullOutputStream(), false, US_ASCII))
          .print(config, node, 0);
      return answers(node.port());
    }
  }

  private static boolean answers(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(ANSWER_MILLIS_MAX);
      socket
          .getOutputStream()
          .write(
              "GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII).contains(" 200 ");
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder)) {
      files = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
