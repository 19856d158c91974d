package dev.catchment.whole;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.PackagedServer;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;

/** A run over stored events goes on by itself whenever the process is killed. */
@Timeout(240)
final class CollectionCrashIT {
  private static final int STORED = 5_000;

  /** Numbers of the events that come beside the runs. */
  private static final int BESIDE = 500_000;

  /** Slow enough for a run of a second or two. */
  private static final int ADDED = 400;

  private static final Json.Obj OPTIONS =
      Json.object()
          .put("event_time_path", "at")
          .put("delete_when", Json.read("[{\"field\":\"type\",\"op\":\"eq\",\"value\":\"gone\"}]"))
          .build();

  private static final String EXPRESSION = "{ 'v': n, 'w': $sum([1.." + ADDED + "]) }";

  /** What the expression makes of an event. */
  static Json.Obj data(Change change) {
    return Json.object().put("v", change.n()).put("w", ADDED * (ADDED + 1) / 2).build();
  }

  @BothDatabases
  void backfillsAndRebuildsThatAreKilledEndAsAFoldOverTheLog(BothDatabases.Store store) {
    try (PackagedServer server = new PackagedServer(store)) {
      server.start();
      String source = Setup.source(server);
      // These have everything but what the expression says, which a rebuild brings.
      List<String> rebuilt =
          List.of(
              Setup.collection(server, source, "rebuilt", OPTIONS),
              Setup.collection(server, source, "rebuilt-late", OPTIONS));
      Traffic before =
          new Traffic(
              List.of(server), source, new Traffic.Stream(0, n -> Change.of(n).body(), 16, 0));
      try (before) {
        before.awaitMore(STORED);
      }
      Json.Obj expression =
          Json.object()
              .put("options", Json.object().put("data_expression", EXPRESSION).build())
              .build();
      rebuilt.forEach(id -> call(server, "PATCH", "/v1/collections/" + id, expression, 200));
      List<String> backfilled = List.of(Setup.collection(server, source, "backfilled", OPTIONS));
      backfilled.forEach(id -> call(server, "PATCH", "/v1/collections/" + id, expression, 200));

      Traffic beside =
          new Traffic(
              List.of(server), source, new Traffic.Stream(BESIDE, n -> Change.of(n).body(), 2, 10));
      try (beside) {
        backfilled.forEach(id -> begin(server, id, false));
        rebuilt.forEach(id -> begin(server, id, true));
        List<Victim> victims = new ArrayList<>();
        backfilled.forEach(id -> victims.add(new Victim(id, false)));
        victims.add(new Victim(rebuilt.getFirst(), false));
        victims.add(new Victim(rebuilt.getLast(), true));
        assertThat(killEach(server, victims)).as("kills").isGreaterThanOrEqualTo(2);
        beside.awaitMore(20);
      }
      List<String> all = new ArrayList<>(backfilled);
      all.addAll(rebuilt);
      all.forEach(id -> Ledger.await(() -> Progress.of(server, id).isCompleted(), "the run's end"));
      FoldLedger ledger = new FoldLedger(server, List.of(before, beside));
      all.forEach(ledger::balance);
      balanceTables(server);
    }
  }

  /**
   * A run in which the server is killed.
   *
   * @param late once everything stored is folded; else while there is more
   */
  private record Victim(String collectionId, boolean late) {
    boolean isDue(Progress now) {
      return now.status().equals("running")
          && now.total() > 0
          && (late ? now.progress() >= now.total() : now.isMidway());
    }
  }

  private record Progress(String status, long progress, long total) {
    static Progress of(PackagedServer server, String collectionId) {
      Json.Obj answer =
          (Json.Obj)
              Json.read(
                  server.call("GET", "/v1/collections/" + collectionId + "/backfill", null).body());
      return new Progress(
          PackagedServer.text(answer, "status"),
          Ledger.number(answer, "progress"),
          Ledger.number(answer, "total"));
    }

    boolean isMidway() {
      return progress > 0 && progress < total;
    }

    boolean isCompleted() {
      return status.equals("completed");
    }
  }

  /**
   * Kills the server once in each run, whichever comes to it first, and starts it again.
   *
   * @return how often; a run may end before it is due
   */
  private static int killEach(PackagedServer server, List<Victim> victims) {
    Map<Victim, Progress> killed = new LinkedHashMap<>();
    List<Victim> left = new ArrayList<>(victims);
    Ledger.await(
        () -> {
          left.removeIf(victim -> Progress.of(server, victim.collectionId()).isCompleted());
          for (Victim victim : List.copyOf(left)) {
            Progress now = Progress.of(server, victim.collectionId());
            if (victim.isDue(now)) {
              server.kill();
              server.start();
              assertThat(Progress.of(server, victim.collectionId()).progress())
                  .as("what was read need not be read again")
                  .isGreaterThanOrEqualTo(now.progress());
              left.remove(victim);
              killed.put(victim, now);
            }
          }
          return left.isEmpty();
        },
        "every run to be killed or to end");
    return killed.size();
  }

  /**
   * Nothing stands under the generations that were replaced, and nothing twice under the others.
   */
  private static void balanceTables(PackagedServer server) {
    Ledger.await(
        () -> server.number("SELECT COUNT(*) AS n FROM generations WHERE dropped = 1") == 0,
        "the generations that were read before to be swept");
    assertThat(server.number("SELECT COUNT(*) AS n FROM rebuilds")).isZero();
    assertThat(server.number("SELECT COUNT(*) AS n FROM generations")).isEqualTo(3);
    assertThat(server.number("SELECT COUNT(*) AS n FROM records"))
        .isEqualTo(
            server.number("SELECT SUM(record_count + tombstone_count) AS n FROM collections"));
    assertThat(server.number("SELECT COUNT(*) AS n FROM record_events"))
        .isEqualTo(server.number("SELECT SUM(applied_count + stale_count) AS n FROM collections"));
    assertThat(server.number("SELECT COUNT(*) AS n FROM skipped_events"))
        .isEqualTo(server.number("SELECT SUM(skipped_count) AS n FROM collections"));
  }

  private static void begin(PackagedServer server, String collectionId, boolean rebuild) {
    call(
        server,
        "POST",
        "/v1/collections/" + collectionId + "/backfill",
        Json.object().put("rebuild", rebuild).build(),
        202);
  }

  private static void call(
      PackagedServer server, String method, String path, Json.Obj body, int wanted) {
    HttpResponse<String> answer = server.call(method, path, body.text());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(wanted);
  }
}
