package dev.catchment.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.db.Where;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** What is kept of refused requests, and how much at most. */
final class RefusalsTest {
  private static final long START = 1_772_357_400_000L;
  private static final String SOURCE = "a".repeat(32);
  private static final RefusedRequests.Filter ANY =
      new RefusedRequests.Filter(null, List.of(), null, null, null);

  private final SettableClock clock = new SettableClock(START);
  private final Metrics metrics = new Metrics();
  private final Ids ids = new Ids(clock, new SplittableRandom(1));

  private Refused refused(String source, byte[] body) {
    return new Refused(
        source,
        Sample.SCOPE,
        Sample.event("e", source, "text/plain", body).request(),
        body,
        body.length,
        true,
        Reason.SOURCE_PAUSED,
        "why",
        503,
        clock.millis());
  }

  private Database open(BothDatabases.Store store) {
    return new OpenDatabase(clock, metrics).open(store.settings("a"));
  }

  private static void finish(Refusals refusals) {
    while (refusals.step() instanceof Step.Next.Again) {
      // Each step writes a part.
    }
  }

  private static long kept(Database database) {
    return database.read(tx -> RefusedRequests.count(tx, Sample.SCOPE, ANY, 1_000_000));
  }

  private long unkept(String cause) {
    return metrics
        .count(
            "catchment_refused_requests_unkept",
            "Refused requests that were counted but not kept",
            "cause",
            cause)
        .total();
  }

  @BothDatabases
  void whatIsKeptIsReadBackByteForByte(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Refusals refusals = new Refusals(database, ids, metrics);
      byte[] odd = {0, (byte) 0xff, 7};
      refusals.add(refused(SOURCE, odd));
      assertThat(kept(database)).as("nothing is written by the caller").isZero();
      finish(refusals);

      RefusedRequest row =
          database
              .read(tx -> RefusedRequests.list(tx, Sample.SCOPE, ANY, new Where.Page(false, 10, 0)))
              .getFirst();
      assertThat(row.refused().body()).as("lists leave the body out").isEmpty();
      RefusedRequest whole = database.read(tx -> RefusedRequests.get(tx, Sample.SCOPE, row.id()));
      assertThat(whole.refused()).usingRecursiveComparison().isEqualTo(refused(SOURCE, odd));
      assertThat(whole.truncated()).isFalse();
      assertThat(whole.obstacle()).isNull();
    }
  }

  @BothDatabases
  void aLargeBodyIsCutAtOnce(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Refusals refusals = new Refusals(database, ids, metrics);
      byte[] body = new byte[Refusals.BODY_BYTES_MAX + 1];
      Arrays.fill(body, (byte) 'x');
      refusals.add(refused(SOURCE, Arrays.copyOf(body, Refusals.BODY_BYTES_MAX)));
      refusals.add(refused(SOURCE, body));
      finish(refusals);

      List<RefusedRequest> rows =
          database
              .read(tx -> RefusedRequests.list(tx, Sample.SCOPE, ANY, new Where.Page(true, 10, 0)))
              .stream()
              .map(row -> database.read(tx -> RefusedRequests.get(tx, Sample.SCOPE, row.id())))
              .toList();
      assertThat(rows)
          .allSatisfy(row -> assertThat(row.refused().body()).hasSize(Refusals.BODY_BYTES_MAX));
      assertThat(rows).extracting(RefusedRequest::truncated).containsExactly(false, true);
      assertThat(rows.getLast().refused().payloadSize()).isEqualTo(Refusals.BODY_BYTES_MAX + 1L);
      assertThat(rows.getLast().obstacle()).contains("not kept whole");
    }
  }

  @BothDatabases
  void aSourceKeepsAHundredASecondAndTheOthersAreCounted(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Refusals refusals = new Refusals(database, ids, metrics);
      for (int i = 0; i < 150; i++) {
        refusals.add(refused(SOURCE, new byte[0]));
      }
      refusals.add(refused("b".repeat(32), new byte[0]));
      clock.pass(Duration.ofSeconds(1));
      refusals.add(refused(SOURCE, new byte[0]));
      finish(refusals);

      assertThat(kept(database)).isEqualTo(102);
      assertThat(unkept("source_rate")).isEqualTo(50);
      assertThat(
              metrics
                  .count(
                      "catchment_requests_refused",
                      "Requests to known sources that became no event",
                      "reason",
                      "source_paused")
                  .total())
          .isEqualTo(152);

      clock.pass(Duration.ofHours(-1));
      for (int i = 0; i < 150; i++) {
        refusals.add(refused(SOURCE, new byte[0]));
      }
      finish(refusals);
      assertThat(kept(database)).as("a clock set back does not stop the keeping").isEqualTo(202);
    }
  }

  @BothDatabases
  void whatWaitsIsBoundedInNumberInBytesAndInSources(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Refusals refusals = new Refusals(database, ids, metrics);
      for (int i = 0; i < Refusals.WAITING_MAX + 10; i++) {
        refusals.add(refused("s" + i / 50, new byte[0]));
      }
      assertThat(unkept("queue_full")).isEqualTo(10);
      finish(refusals);
      assertThat(kept(database)).isEqualTo(Refusals.WAITING_MAX);

      clock.pass(Duration.ofSeconds(1));
      byte[] large = new byte[Refusals.BODY_BYTES_MAX];
      for (int i = 0; i < 300; i++) {
        refusals.add(refused("s" + i / 50, large));
      }
      long room = Refusals.WAITING_BYTES_MAX / Refusals.BODY_BYTES_MAX;
      assertThat(unkept("queue_full")).isBetween(10 + 300 - room, 10 + 300 - room + 5);
      finish(refusals);

      clock.pass(Duration.ofSeconds(1));
      for (int i = 0; i < Refusals.SOURCES_MAX + 5; i++) {
        refusals.add(refused("t" + i, new byte[0]));
      }
      assertThat(unkept("source_rate")).isEqualTo(5);
    }
  }

  @BothDatabases
  void oneThatCannotBeStoredDoesNotTakeItsNeighboursWithIt(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Refusals first = new Refusals(database, ids, metrics);
      first.add(refused(SOURCE, new byte[0]));
      finish(first);
      Ids sameIds = new Ids(clock, new SplittableRandom(1));
      Refusals second = new Refusals(database, sameIds, metrics);
      for (int i = 0; i < 3; i++) {
        second.add(refused(SOURCE, new byte[0]));
      }
      second.close();

      assertThat(kept(database)).isEqualTo(3);
      assertThat(unkept("not_stored")).isEqualTo(1);
    }
  }

  @BothDatabases
  void aSourceUnderAttackIsTrimmedToItsNewest(BothDatabases.Store store) {
    try (Database database = open(store)) {
      List<String> written = fill(database, SOURCE, RefusedRequests.KEPT_FOR_SOURCE_MAX);
      fill(database, "b".repeat(32), 3);
      Refusals refusals = new Refusals(database, ids, metrics);
      for (int i = 0; i < Refusals.TRIM_EVERY; i++) {
        if (i % Refusals.SOURCE_RATE_MAX == 0) {
          clock.pass(Duration.ofSeconds(1));
        }
        refusals.add(refused(SOURCE, new byte[0]));
      }
      finish(refusals);

      assertThat(kept(database)).isEqualTo(RefusedRequests.KEPT_FOR_SOURCE_MAX + 3);
      String oldest =
          database
              .read(tx ->
                  RefusedRequests.list(
                      tx,
                      Sample.SCOPE,
                      new RefusedRequests.Filter(SOURCE, List.of(), null, null, null),
                      new Where.Page(true, 1, 0)))
              .getFirst()
              .id();
      assertThat(oldest).isEqualTo(written.get(Refusals.TRIM_EVERY));
    }
  }

  private List<String> fill(Database database, String source, int count) {
    List<RefusedRequests.New> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new RefusedRequests.New(ids.next(), refused(source, new byte[0])));
    }
    database.write(tx -> {
      RefusedRequests.insert(tx, rows);
      return true;
    });
    return rows.stream().map(RefusedRequests.New::id).toList();
  }

  @BothDatabases
  void slicesTakeTheOldestAndNoMoreThanTheyMay(BothDatabases.Store store) {
    try (Database database = open(store)) {
      List<String> old = fill(database, SOURCE, 7);
      clock.pass(Duration.ofDays(1));
      List<String> young = fill(database, "b".repeat(32), 3);

      assertThat(beyond(database, 1)).isEqualTo(1);
      assertThat(beyond(database, 10)).isEqualTo(1);
      assertThat(beyond(database, 10)).isZero();
      Set<String> left = new TreeSet<>(old.subList(2, 7));
      left.addAll(young);
      assertThat(idsOf(database)).isEqualTo(left);

      assertThat(before(database, clock.millis())).isEqualTo(4);
      assertThat(before(database, clock.millis())).isEqualTo(1);
      assertThat(idsOf(database)).isEqualTo(new TreeSet<>(young));
      Optional<String> first = database.read(tx -> RefusedRequests.sourceAfter(tx, ""));
      assertThat(first).contains("b".repeat(32));
      Optional<String> second =
          database.read(tx -> RefusedRequests.sourceAfter(tx, "b".repeat(32)));
      assertThat(second).isEmpty();
    }
  }

  private static int beyond(Database database, int max) {
    return database.write(tx -> RefusedRequests.deleteBeyond(tx, SOURCE, 5, max));
  }

  private static int before(Database database, long time) {
    return database.write(tx -> RefusedRequests.deleteBefore(tx, time, 4));
  }

  private static Set<String> idsOf(Database database) {
    Set<String> found = new TreeSet<>();
    database
        .read(tx -> RefusedRequests.list(tx, Sample.SCOPE, ANY, new Where.Page(true, 1_000, 0)))
        .forEach(row -> found.add(row.id()));
    return found;
  }
}
