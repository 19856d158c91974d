package dev.catchment.main;

import dev.catchment.json.Json;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code catchment import}: fills a collection from a file of JSON Lines. Exit code 0 when every
 * line was imported, 1 when some were not, 2 for wrong options.
 */
@Command(
    name = "import",
    description = "Fills a collection from a file of JSON Lines; delivers nothing.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ImportCommand implements Callable<Integer> {
  private static final int OK = 200;

  @Mixin private Remote remote;

  @Option(names = "--in", required = true, description = "The file to read.")
  private Path in = Path.of("");

  @Option(
      names = "--lines",
      description = "records, as an export writes them, or bodies, as senders send them.")
  private @Nullable String lines;

  @Option(
      names = "--ignore",
      description = "Members of lines to leave out: event_type, source_event_at.")
  private @Nullable String ignore;

  private final boolean terminal;

  /**
   * @param terminal whether a person watches
   */
  ImportCommand(Map<String, String> environment, boolean terminal) {
    this.remote = new Remote(environment);
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    return remote.run(
        Files.isReadable(in) ? null : "--in cannot be read: " + in,
        () -> "; lines may be imported again without harm",
        (client, out, err) -> {
          try (Progress progress = new Progress(remote.collection(), Files.size(in), terminal)) {
            HttpResponse<byte[]> answer =
                client.send(
                    remote
                        .request("import", query())
                        .POST(
                            HttpRequest.BodyPublishers.ofInputStream(
                                () -> new Watched(file(), progress)))
                        .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return tell(answer, out, err);
          }
        });
  }

  private static int tell(HttpResponse<byte[]> answer, PrintWriter out, PrintWriter err) {
    if (answer.statusCode() != OK
        || !(Json.parse(answer.body()).orElse(Json.nil()) instanceof Json.Obj outcome)) {
      throw new Remote.Refused(answer.statusCode(), answer.body());
    }
    if (outcome.get("errors") instanceof Json.Arr errors) {
      for (Json error : errors.items()) {
        if (error instanceof Json.Obj one && one.get("reason") instanceof Json.Str reason) {
          err.println("Line " + text(one, "line") + " " + reason.value());
        }
      }
    }
    boolean whole =
        outcome.get("skipped") instanceof Json.Num skipped && skipped.text().equals("0");
    out.println("imported " + text(outcome, "imported") + ", skipped " + text(outcome, "skipped"));
    return whole ? 0 : 1;
  }

  private static String text(Json.Obj outcome, String name) {
    return outcome.get(name) instanceof Json.Num number ? number.text() : "?";
  }

  private Map<String, String> query() {
    Map<String, String> query = new LinkedHashMap<>();
    if (lines != null) {
      query.put("lines", lines);
    }
    if (ignore != null) {
      query.put("ignore", ignore);
    }
    return query;
  }

  private InputStream file() {
    try {
      return Files.newInputStream(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A stream that tells how much of it was read. */
  private static final class Watched extends FilterInputStream {
    private final Progress progress;

    Watched(InputStream in, Progress progress) {
      super(in);
      this.progress = progress;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int read = super.read(into, from, length);
      progress.add(Math.max(0, read));
      return read;
    }
  }
}
