package dev.catchment.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class BenchCommandTest {
  private static final List<String> CONTRACT =
      List.of(
          "rate_per_s",
          "p50_ms",
          "p99_ms",
          "sent",
          "acknowledged",
          "delivered",
          "lost",
          "duplicates",
          "rss_mb",
          "ceiling_per_s");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine bench =
      BenchCommand.line(
              new Surroundings(
                  Launch.likeThis(FakeNode.class.getName()), System::nanoTime, new SecureRandom()))
          .setOut(new PrintWriter(out, true))
          .setErr(new PrintWriter(err, true));

  @ParameterizedTest
  @CsvSource({"ingest,1", "deliver,1", "deliver,3", "collections,1"})
  void anHonestServerBalancesAndTheReportKeepsItsContract(String kind, int fanOut) {
    try (FakeNode node = new FakeNode(FakeNode.Flaws.NONE, 0)) {
      int code = run(node, kind, "--rate", "500", "--fan-out", "" + fanOut);

      assertThat(err.toString()).isEmpty();
      assertThat(code).isZero();
      Json.Obj report = report();
      assertThat(new ArrayList<>(report.members().keySet()).subList(0, CONTRACT.size()))
          .isEqualTo(CONTRACT);
      // 0.2 s of warm-up and 0.4 s of load at 500 a second.
      assertThat(number(report, "sent")).isEqualTo(300);
      assertThat(number(report, "acknowledged")).isEqualTo(300);
      assertThat(number(report, "delivered")).isEqualTo(300.0 * fanOut);
      assertThat(number(report, "lost")).isZero();
      assertThat(number(report, "duplicates")).isZero();
      assertThat(number(report, "rate_per_s")).isBetween(1.0, 510.0 * fanOut);
      assertThat(number(report, "p99_ms")).isPositive();
      assertThat(number(report, "sql_statements_per_event")).isEqualTo(2);
      assertThat(node.deleted()).contains("/v1/sources/source1");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ingest, 'stored events: 1399, must be at least 1400'",
    "deliver, 'deliveries lost: 1, must be at most 0'",
    "collections, 'events looked at: 1399, must be at least 1400'"
  })
  void aServerThatLosesEveryThousandthEventMakesTheRunVoid(String kind, String reason) {
    try (FakeNode node = new FakeNode(new FakeNode.Flaws(1_000, 0, 0, 0, 0), 0)) {
      int code = run(node, kind, "--rate", "2000", "--seconds", "0.5", "--drain", "0.5");

      assertThat(code).isEqualTo(1);
      assertThat(err.toString()).contains("VOID: " + reason);
      assertThat(number(report(), "acknowledged")).isEqualTo(1_400);
      assertThat(number(report(), "lost")).isEqualTo(1);
    }
  }

  @Test
  void questionsToManyRecordsAreTimedAndTheirAnswersCounted() {
    try (FakeNode node = new FakeNode(FakeNode.Flaws.NONE, 0)) {
      int code = run(node, "collections", "--records", "400", "--collections", "3");

      assertThat(err.toString()).isEmpty();
      assertThat(code).isZero();
      Json.Obj report = report();
      assertThat(number(report, "records")).isEqualTo(400);
      assertThat(number(report, "collections")).isEqualTo(3);
      for (String question :
          List.of("point_read", "first_page", "deep_page", "where", "search", "list", "change")) {
        assertThat(number(report, question + "_p99_ms")).as(question).isPositive();
      }
      assertThat(number(report, "unchanged_list_p99_ms")).isPositive();
      assertThat(number(report, "export_per_s")).isPositive();
      assertThat(number(report, "backfill_per_s")).isPositive();
      assertThat(number(report, "rebuild_per_s")).isPositive();
    }
  }

  @Test
  void anExportThatLacksARecordMakesTheRunVoid() {
    try (FakeNode node = new FakeNode(FakeNode.Flaws.NONE, 0, 1)) {
      int code = run(node, "collections", "--records", "400", "--collections", "1");

      assertThat(code).isEqualTo(1);
      assertThat(err.toString()).contains("VOID: exported records: 399, must be at least 400");
    }
  }

  @Test
  void deadDestinationsAreMeasuredInRoundsThatTakeTurns() {
    try (FakeNode node = new FakeNode(FakeNode.Flaws.NONE, 0)) {
      int code = run(node, "deliver", "--rate", "500", "--dead-destinations", "1", "--rounds", "2");

      assertThat(err.toString()).isEmpty();
      assertThat(code).isZero();
      Json.Obj report = report();
      // 0.2 s of warm-up and 0.4 s of load at 500 a second, whichever source they go to.
      assertThat(number(report, "sent")).isEqualTo(300);
      assertThat(number(report, "delivered")).isEqualTo(300);
      assertThat(number(report, "lost")).isZero();
      assertThat(number(report, "rounds")).isEqualTo(2);
      assertThat(number(report, "alone_per_s")).isPositive();
      assertThat(number(report, "beside_to_alone")).isPositive();
    }
  }

  @Test
  void aDeliveryMadeTwiceMakesTheRunVoid() {
    try (FakeNode node = new FakeNode(new FakeNode.Flaws(0, 0, 0, 100, 0), 0)) {
      int code = run(node, "deliver", "--rate", "500");

      assertThat(code).isEqualTo(1);
      assertThat(err.toString()).contains("VOID: deliveries made twice: 3");
      assertThat(number(report(), "duplicates")).isEqualTo(3);
    }
  }

  @Test
  void anEventIdGivenTwiceMakesTheRunVoid() {
    try (FakeNode node = new FakeNode(new FakeNode.Flaws(0, 0, 0, 0, 100), 0)) {
      assertThat(run(node, "ingest", "--rate", "500")).isEqualTo(1);
      assertThat(err.toString()).contains("VOID: 3 event ids were given to more than one event");
    }
  }

  @Test
  void eventsWithoutACertainAnswerMayOrMayNotBeStored() {
    try (FakeNode node = new FakeNode(new FakeNode.Flaws(0, 7, 10, 0, 0), 0)) {
      assertThat(run(node, "ingest", "--rate", "500")).isZero();
      assertThat(number(report(), "refused")).isEqualTo(42);
      assertThat(number(report(), "uncertain")).isEqualTo(26);
      assertThat(number(report(), "lost")).isZero();
    }
  }

  @Test
  void aServerOfItsOwnIsStartedMeasuredAndEndedBesideItsCeiling() {
    // Long enough for a machine that is busy with something else to answer anything at all.
    int code =
        bench.execute(
            "ingest",
            "--json",
            "--signed",
            "--seconds",
            "3",
            "--warmup",
            "1",
            "--ceiling-seconds",
            "1");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    Json.Obj report = report();
    assertThat(number(report, "ceiling_per_s")).isPositive();
    assertThat(number(report, "ratio")).isPositive();
    assertThat(number(report, "rss_mb")).isPositive();
    assertThat(number(report, "rss_idle_mb")).isPositive();
    assertThat(number(report, "start_ms")).isPositive();
    assertThat(ProcessHandle.current().children()).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void theTableNamesEveryFigureAndTheVerdict() {
    try (FakeNode node = new FakeNode(new FakeNode.Flaws(100, 0, 0, 0, 0), 0)) {
      int code =
          bench.execute(
              "ingest",
              "--url",
              "" + node.url(),
              "--api-key",
              FakeNode.KEY,
              "--rate",
              "500",
              "--seconds",
              "0.4",
              "--warmup",
              "0",
              "--ceiling-seconds",
              "0");

      assertThat(code).isEqualTo(1);
      assertThat(out.toString()).contains(CONTRACT).contains("VOID: stored events: 198");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--url=https://x --api-key=k",
        "--url=http://127.0.0.1:1",
        "--seconds=0",
        "--rate=-1",
        "--connections=0",
        "--bytes=10",
        "--keys=0",
        "--max-in-flight=1001"
      })
  void wrongOptionsAreRefusedBeforeAnythingIsSent(String options) {
    List<String> arguments = new ArrayList<>(List.of("ingest"));
    arguments.addAll(List.of(options.split(" ")));

    assertThat(bench.execute(arguments.toArray(String[]::new))).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aServerThatIsNotThereMakesTheRunVoid() {
    int code =
        bench.execute(
            "ingest", "--url", "http://127.0.0.1:1", "--api-key", "k", "--ceiling-seconds", "0");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).startsWith("VOID: POST /v1/sources failed");
  }

  private int run(FakeNode node, String kind, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(kind, "--json", "--url", "" + node.url(), "--api-key", FakeNode.KEY));
    if (!List.of(more).contains("--seconds")) {
      arguments.addAll(List.of("--seconds", "0.4"));
    }
    arguments.addAll(List.of("--warmup", "0.2", "--ceiling-seconds", "0"));
    arguments.addAll(List.of(more));
    return bench.execute(arguments.toArray(String[]::new));
  }

  private Json.Obj report() {
    return (Json.Obj) Json.parse(out.toString()).orElseThrow();
  }

  private static double number(Json.Obj report, String name) {
    if (report.get(name) instanceof Json.Num number) {
      return number.value().doubleValue();
    }
    throw new AssertionError("No number " + name + " in " + report.text());
  }
}
