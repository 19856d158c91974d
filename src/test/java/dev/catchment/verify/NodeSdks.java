package dev.catchment.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * The providers' own libraries for Node, as {@code src/test/node} names them. They are installed
 * under {@code target} when they are first wanted; where there is no Node, or no registry that has
 * them, the test that asks is skipped and says so.
 */
final class NodeSdks {
  private static final Path SOURCE = Path.of("src", "test", "node");
  private static final Path FOLDER = Path.of("target", "provider-sdks");
  private static final Path INSTALLED = FOLDER.resolve("installed.json");
  private static final String LOCK = "package-lock.json";
  private static final String SCRIPT = "sdks.mjs";
  private static final Duration INSTALL_MAX = Duration.ofSeconds(100);
  private static final Duration RUN_MAX = Duration.ofSeconds(60);
  private static final int NODE_MIN = 20;
  private static final int REASON_CHARS_MAX = 200;

  /** What npm says when these files are wrong, which no change of network mends. */
  private static final Pattern OUR_FAULT =
      Pattern.compile("npm (?:error|ERR!) code (?:EUSAGE|EINTEGRITY|EJSONPARSE)");

  /** One run of a program: what it printed, and its exit; none when it was ended here. */
  private record Run(boolean ended, int exit, String output) {
    boolean succeeded() {
      return ended && exit == 0;
    }

    /** What it printed, on one line. */
    String reason() {
      String said = output.replaceAll("\\s+", " ").strip();
      return said.substring(0, Math.min(said.length(), REASON_CHARS_MAX));
    }
  }

  private NodeSdks() {}

  /** The answers of the libraries to the cases, in their order; {@code sdks.mjs} has the shapes. */
  static List<Json> ask(List<Json> cases) throws IOException, InterruptedException {
    requireNode();
    Files.createDirectories(FOLDER);
    for (String file : List.of("package.json", LOCK, SCRIPT)) {
      Files.copy(SOURCE.resolve(file), FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    install();
    Path answers = FOLDER.resolve("answers.json");
    Files.deleteIfExists(answers);
    Files.write(FOLDER.resolve("cases.json"), Json.array(cases).bytes());
    Run run = run("run.log", RUN_MAX, "node", SCRIPT, "cases.json", "answers.json");
    assertThat(run.succeeded()).as(run.output()).isTrue();
    Json.Arr found = (Json.Arr) Json.parse(Files.readAllBytes(answers)).orElseThrow();
    assertThat(found.items()).hasSameSizeAs(cases);
    return found.items();
  }

  private static void requireNode() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    Run version;
    try {
      version = run("version.log", RUN_MAX, "node", "--version");
    } catch (IOException e) {
      skip("there is no Node here: " + e.getMessage());
      return;
    }
    Matcher major = Pattern.compile("v(\\d+)\\.").matcher(version.output());
    if (!major.find() || Integer.parseInt(major.group(1)) < NODE_MIN) {
      skip("Node " + NODE_MIN + " or newer is needed, not " + version.reason());
    }
  }

  /** Once for each state of the lock file; {@code mvn clean} forgets it. */
  private static void install() throws IOException, InterruptedException {
    Path lock = FOLDER.resolve(LOCK);
    if (Files.exists(INSTALLED) && Files.mismatch(lock, INSTALLED) < 0) {
      return;
    }
    Files.deleteIfExists(INSTALLED);
    Run run;
    try {
      run =
          run(
              "install.log",
              INSTALL_MAX,
              "npm",
              "ci",
              "--ignore-scripts",
              "--no-audit",
              "--no-fund",
              "--prefer-offline",
              "--loglevel=error",
              "--fetch-retries=1",
              "--fetch-retry-mintimeout=1000",
              "--fetch-timeout=20000");
    } catch (IOException e) {
      skip("there is no npm here: " + e.getMessage());
      return;
    }
    assertThat(OUR_FAULT.matcher(run.output()).find()).as(run.output()).isFalse();
    if (!run.ended()) {
      skip("they could not be fetched in " + INSTALL_MAX.toSeconds() + " s");
    }
    if (!run.succeeded()) {
      skip("they cannot be fetched here: " + run.reason());
    }
    Files.copy(lock, INSTALLED);
  }

  private static void skip(String why) {
    Assumptions.abort("The providers' own libraries were not asked: " + why);
  }

  /** Throws {@code IOException} when there is no such program. */
  private static Run run(String log, Duration max, String... command)
      throws IOException, InterruptedException {
    Path output = FOLDER.resolve(log);
    Process process =
        new ProcessBuilder(command)
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    return new Run(ended, process.exitValue(), Files.readString(output));
  }
}
