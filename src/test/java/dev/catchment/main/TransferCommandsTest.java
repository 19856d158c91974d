package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code catchment export} and {@code catchment import} against a whole node. */
final class TransferCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object command, String... args) {
    return new CommandLine(command)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  /** Runs a command with some arguments and then others. */
  private int run(Object command, List<String> some, String... more) {
    List<String> args = new ArrayList<>(some);
    args.addAll(List.of(more));
    return run(command, args.toArray(String[]::new));
  }

  private static List<String> of(SeededNode node) {
    return List.of(
        "--url", "http://127.0.0.1:" + node.node.port(), "--collection", node.collectionId);
  }

  private int export(SeededNode node, String... more) {
    return run(new ExportCommand(Map.of(Remote.KEY_VARIABLE, LiveNode.KEY), false), of(node), more);
  }

  private int importInto(SeededNode node, String... more) {
    List<String> key = List.of("--api-key", LiveNode.KEY);
    return run(
        new ImportCommand(Map.of(), false),
        Stream.of(of(node), key).flatMap(List::stream).toList(),
        more);
  }

  @BothDatabases
  void anExportGoesOnWithThePartThatAnEarlierRunLeft(BothDatabases.Store store) throws IOException {
    try (SeededNode node = new SeededNode(store, Json.object().build())) {
      node.records(
          IntStream.range(100, 400)
              .mapToObj(i -> "{\"id\":" + i + ",\"t\":\"a,\\\"b\\\"\\r\\n" + i + "\"}")
              .toArray(String[]::new));
      for (String format : List.of("ndjson", "csv")) {
        Path file = store.dataDir().resolve("whole." + format);
        assertThat(export(node, "--format", format, "--columns", "t", "--out", file.toString()))
            .as(err.toString())
            .isZero();
        String whole = Files.readString(file);
        Path part = store.dataDir().resolve("whole." + format + ".part");
        for (int cut : new int[] {0, 5, 200, whole.length() / 2, whole.length() - 1}) {
          Files.writeString(part, whole.substring(0, cut));
          Files.delete(file);
          assertThat(export(node, "--format", format, "--columns", "t", "--out", file.toString()))
              .as(err.toString())
              .isZero();
          assertThat(Files.readString(file)).as(format + " cut at " + cut).isEqualTo(whole);
          assertThat(part).doesNotExist();
        }
      }
    }
  }

  @BothDatabases
  void whatIsExportedCanBeImported(BothDatabases.Store store) throws IOException {
    try (SeededNode node = new SeededNode(store, Json.object().build())) {
      node.records("{\"id\":1,\"n\":1.10}", "{\"id\":\"b\",\"s\":\"\\ud800\"}");
      Path file = store.dataDir().resolve("records.ndjson");
      assertThat(export(node, "--out", file.toString())).as(err.toString()).isZero();
      SeededNode copy =
          node.over(
              node.make(
                  "copy",
                  (Json.Obj)
                      Json.read(
                          "{\"options\":{\"include_when\":[{\"field\":\"method\",\"op\":\"eq\",\"value\":\"IMPORT\"}]}}")));
      assertThat(importInto(copy, "--in", file.toString())).isEqualTo(1);
      assertThat(err.toString())
          .contains("Line 1 has a source_event_at that event_time_path cannot give");
      assertThat(importInto(copy, "--in", file.toString(), "--ignore", "source_event_at"))
          .as(err.toString())
          .isZero();
      assertThat(out.toString()).contains("imported 2, skipped 0");
      copy.awaitCount(2);
      assertThat(data(copy)).isEqualTo(data(node));
    }
  }

  private static String data(SeededNode node) {
    return node.get("/export?format=ndjson")
        .lines()
        .map(line -> String.valueOf(((Json.Obj) Json.read(line)).get("data")))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void whatIsWrongIsSaidWithTheRightCode(@TempDir Path folder) throws IOException {
    Map<String, String> key = Map.of(Remote.KEY_VARIABLE, "k");
    String file = folder.resolve("x").toString();
    Path there = Files.writeString(folder.resolve("in"), "{}\n", StandardCharsets.UTF_8);
    List<String> exporting = List.of("--collection", "c", "--out", file);
    List<String> importing = List.of("--collection", "c", "--in", there.toString());

    assertThat(run(new ExportCommand(Map.of(), false), exporting)).isEqualTo(2);
    assertThat(err.toString()).contains("--api-key or CATCHMENT_API_KEY is needed");
    assertThat(run(new ExportCommand(key, false), exporting, "--format", "xlsx")).isEqualTo(2);
    assertThat(run(new ExportCommand(key, false), "--collection", "c")).isEqualTo(2);
    assertThat(run(new ImportCommand(key, false), "--collection", "c", "--in", file)).isEqualTo(2);
    assertThat(run(new ImportCommand(key, false), importing, "--url", "http:///")).isEqualTo(2);
    assertThat(err.toString()).contains("--url must name a host");
    String nobody = "http://127.0.0.1:1";
    assertThat(run(new ExportCommand(key, false), exporting, "--url", nobody)).isEqualTo(1);
    assertThat(run(new ImportCommand(key, false), importing, "--url", nobody)).isEqualTo(1);
    assertThat(err.toString())
        .as("no part is left to go on with")
        .contains("Nobody answers at http://127.0.0.1:1\n")
        .contains(
            "Nobody answers at http://127.0.0.1:1; lines may be imported again without harm\n");
  }
}
