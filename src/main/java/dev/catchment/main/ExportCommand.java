package dev.catchment.main;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code catchment export}: writes the records of a collection to a file. A download that breaks is
 * gone on with where it broke, by this run or the next. Exit code 0 when the file is whole, 1 when
 * it is not, 2 for wrong options.
 */
@Command(
    name = "export",
    description = "Writes the records of a collection to a file.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExportCommand implements Callable<Integer> {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int OK = 200;
  private static final List<String> FORMATS = List.of("ndjson", "csv", "parquet");

  /** How often in turn it goes on after a download broke without a new record. */
  private static final int BREAKS_MAX = 3;

  @Mixin private Remote remote;

  @Option(names = "--format", description = "ndjson, csv or parquet (${DEFAULT-VALUE}).")
  private String format = "ndjson";

  @Option(names = "--out", required = true, description = "The file to write.")
  private Path out = Path.of("");

  @Option(names = "--columns", description = "Paths that get columns of their own, with commas.")
  private @Nullable String columns;

  @Option(names = "--where", description = "A JSON array of rules.")
  private @Nullable String where;

  @Option(names = "--search", description = "Any part of key or data.")
  private @Nullable String search;

  @Option(names = "--event-type", description = "Exact; several with commas.")
  private @Nullable String eventType;

  @Option(names = "--sort", description = "Up to three paths; then a broken file starts again.")
  private @Nullable String sort;

  @Option(names = "--spreadsheet", description = "Make CSV safe to open in a spreadsheet.")
  private boolean spreadsheet;

  @Option(names = "--restart", description = "Do not go on with a part that an earlier run left.")
  private boolean restart;

  private final boolean terminal;

  /**
   * @param terminal whether a person watches
   */
  ExportCommand(Map<String, String> environment, boolean terminal) {
    this.remote = new Remote(environment);
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    PartFile part = new PartFile(out, format.equals("csv"));
    return remote.run(
        FORMATS.contains(format) ? null : "--format must be ndjson, csv or parquet",
        () ->
            isResumable() && Files.exists(part.path())
                ? "; run it again to go on with " + part.path()
                : "",
        (client, told, err) -> {
          if (restart || !isResumable()) {
            part.restart();
          }
          download(client, part);
          part.finish();
          told.println(out + ": " + Files.size(out) + " bytes");
          return 0;
        });
  }

  private boolean isResumable() {
    return sort == null && !format.equals("parquet");
  }

  private void download(HttpClient client, PartFile part) throws IOException, InterruptedException {
    int breaks = 0;
    Optional<String> before = Optional.empty();
    while (true) {
      Optional<String> from = isResumable() ? part.resume() : Optional.empty();
      if (from.isEmpty()) {
        part.restart();
      }
      try {
        one(client, part, from);
        return;
      } catch (IOException e) {
        breaks = from.equals(before) ? breaks + 1 : 1;
        before = from;
        if (!isResumable() || breaks > BREAKS_MAX) {
          throw e;
        }
      }
    }
  }

  private void one(HttpClient client, PartFile part, Optional<String> from)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        client.send(
            remote.request("export", query(from)).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      if (answer.statusCode() != OK) {
        throw new Remote.Refused(answer.statusCode(), body.readAllBytes());
      }
      try (OutputStream file = part.append();
          Progress progress = new Progress(remote.collection(), -1, terminal)) {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
          file.write(buffer, 0, read);
          progress.add(read);
        }
      }
    }
  }

  private Map<String, String> query(Optional<String> from) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("format", format);
    put(query, "columns", columns);
    put(query, "where", where);
    put(query, "search", search);
    put(query, "event_type", eventType);
    put(query, "sort", sort);
    put(query, "spreadsheet", spreadsheet ? "true" : null);
    put(query, "after_key", from.orElse(null));
    put(query, "header", from.isPresent() ? "false" : null);
    return query;
  }

  private static void put(Map<String, String> query, String name, @Nullable String value) {
    if (value != null) {
      query.put(name, value);
    }
  }
}
