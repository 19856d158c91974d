package dev.catchment.main;

import dev.catchment.base.Failure;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code catchment serve}: runs a node until it is told to stop. */
@Command(
    name = "serve",
    description = "Starts the server.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  @Mixin private ConfigFlags flags = new ConfigFlags();

  private final PrintStream out;
  private final PrintStream err;

  ServeCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws InterruptedException {
    long startedAt = System.nanoTime();
    Node node;
    Config config;
    try {
      config = Config.load(Path.of("").toAbsolutePath(), System.getenv(), flags);
      node = Node.start(config, InstantSource.system());
    } catch (Failure e) {
      err.println(e.sentence());
      return 1;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  node.close();
                  stopped.countDown();
                },
                "catchment-stop"));
    new Greeting(out).print(config, node, (System.nanoTime() - startedAt) / 1_000_000);
    stopped.await();
    return 0;
  }
}
