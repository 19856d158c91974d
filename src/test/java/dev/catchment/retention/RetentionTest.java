package dev.catchment.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionOptions;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.db.Tx;
import dev.catchment.expr.BodyPath;
import dev.catchment.ingest.Sources;
import dev.catchment.issues.IssueRow;
import dev.catchment.issues.IssueTracker;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.trial.TestNotes;
import dev.catchment.trial.TestSessions;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What goes, what stays, and in how small pieces. */
final class RetentionTest {
  private static final String OTHER = "b".repeat(32);

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @BothDatabases
  void oldEventsGoWithTheirBodiesAndAttempts(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      for (int i = 0; i < 6; i++) {
        node.attempts(node.receive("x".repeat(i * 5_000)), i, false);
      }
      node.clock.pass(Duration.ofDays(31));
      for (int i = 0; i < 4; i++) {
        node.attempts(node.receive("y".repeat(20_000)), 1, false);
      }
      node.readAll();
      Retention retention = node.retention("a", CleanedNode.days(30));

      assertThat(node.round(retention)).as("something was removed").isEqualTo(60_000);
      assertThat(node.positions()).isEqualTo(range(7, 10));
      assertThat(node.number("SELECT COUNT(*) AS n FROM event_bodies")).isEqualTo(4);
      assertThat(node.number("SELECT COUNT(*) AS n FROM attempts")).isEqualTo(4);
      assertThat(node.number("SELECT event_count AS n FROM source_totals")).isEqualTo(10);

      node.clock.pass(Duration.ofMinutes(1));
      assertThat(node.round(retention)).as("nothing was left").isEqualTo(3_600_000);
      assertThat(retention.step())
          .as("woken before its time, it does nothing")
          .isEqualTo(Step.at(node.clock.millis() + 3_600_000));
    }
  }

  @BothDatabases
  void testSessionsGoADayAfterTheirEndWithEverythingTheyHave(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      TestSessions sessions = new TestSessions(node.ids, new Sources(Sample.vault()));
      String over = node.database.write(sessions::create).id();
      for (int i = 0; i < 700; i++) {
        node.receive(over, TestSessions.scope(over), new byte[i % 100 == 0 ? 1 << 20 : 1]);
      }
      StoredEvent ordinary = node.receive("stays");
      String noted = node.receive(over, TestSessions.scope(over), new byte[1]).event().id();
      node.database.write(tx -> {
        TestNotes.write(tx, over, noted, "a note");
        return noted;
      });
      node.clock.pass(Duration.ofDays(10));
      String later = node.database.write(sessions::create).id();
      node.receive(later, TestSessions.scope(later), new byte[1]);
      Retention retention = node.retention("a", CleanedNode.days(0));

      node.clock.pass(Duration.ofDays(5).minusHours(2));
      node.round(retention);
      assertThat(node.positions()).as("one day more it can be read").hasSize(703);
      assertThat(node.database.<Boolean>read(tx -> sessions.find(tx, over).isPresent())).isTrue();

      node.clock.pass(Duration.ofHours(3));
      assertThat(node.database.<Boolean>read(tx -> sessions.find(tx, over).isPresent())).isFalse();
      assertThat(node.round(retention)).as("something was removed").isEqualTo(60_000);
      assertThat(node.positions()).hasSize(2).contains(ordinary.position());
      for (String table : List.of("sources", "source_terms")) {
        assertThat(node.number("SELECT COUNT(*) AS n FROM " + table)).as(table).isEqualTo(1);
      }
      assertThat(node.number("SELECT COUNT(*) AS n FROM test_notes")).isZero();
      assertThat(node.number("SELECT COUNT(*) AS n FROM event_bodies")).isZero();
      assertThat(node.number("SELECT COUNT(*) AS n FROM source_totals")).isEqualTo(2);
      assertThat(node.database.<Boolean>read(tx -> sessions.find(tx, later).isPresent())).isTrue();
    }
  }

  @BothDatabases
  void keysOfDuplicatesGoWithTheirWindow(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      for (int i = 0; i < 700; i++) {
        node.receiveKeyed("short-" + i, 5_000);
      }
      node.receiveKeyed("long", 3_600_000);
      node.clock.pass(Duration.ofMinutes(1));
      node.readAll();
      node.round(node.retention("a", CleanedNode.days(30)));
      assertThat(node.number("SELECT COUNT(*) AS n FROM dedup_keys")).isEqualTo(1);
      assertThat(node.receiveKeyed("long", 3_600_000).event().isDuplicate()).isTrue();
      assertThat(node.receiveKeyed("short-1", 5_000).event().isDuplicate()).isFalse();
    }
  }

  @BothDatabases
  void resolvedIssuesGoAfterAYearAndEndedJobsAfterTheirHours(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      IssueTracker tracker = new IssueTracker(node.ids, List.of());
      for (IssueRow.Status status : List.of(IssueRow.Status.RESOLVED, IssueRow.Status.OPEN)) {
        String destination = node.ids.next();
        node.database.write(tx -> {
          tracker.circuitOpened(tx, Sample.SCOPE, destination, CleanedNode.START);
          String id =
              tx.find(
                      "SELECT id FROM issues WHERE destination_id = ?",
                      row -> row.string("id"),
                      destination)
                  .orElseThrow();
          return tracker.change(tx, Sample.SCOPE, id, status, null);
        });
      }
      node.database.write(tx ->
          tx.update(
              """
              INSERT INTO jobs (id, org_id, env_id, kind, spec, rate_limit, status, processed,
                started, skipped, reached, due_at, claimed_until, claim_number, created_at,
                completed_at)
              VALUES ('j', 'o', 'e', 'retry', '{}', 1, 'completed', 0, 0, 0, '', 0, 0, 0, 0, ?)
              """,
              CleanedNode.START));
      node.clock.pass(Duration.ofHours(24));
      Retention retention = node.retention("a", CleanedNode.days(30));
      node.round(retention);
      assertThat(node.number("SELECT COUNT(*) AS n FROM jobs")).as("just not").isEqualTo(1);
      node.clock.pass(Duration.ofHours(1));
      node.round(retention);
      assertThat(node.number("SELECT COUNT(*) AS n FROM jobs")).isZero();
      assertThat(node.number("SELECT COUNT(*) AS n FROM issues")).isEqualTo(2);
      node.clock.pass(Duration.ofDays(365));
      node.round(retention);
      assertThat(node.number("SELECT COUNT(*) AS n FROM issues WHERE status = 'open'"))
          .isEqualTo(1);
      assertThat(node.number("SELECT COUNT(*) AS n FROM issues")).isEqualTo(1);
    }
  }

  @BothDatabases
  void zeroDaysIsForEver(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      node.receive("a");
      node.receive("b");
      node.clock.pass(Duration.ofDays(10_000));
      node.readAll();
      node.round(node.retention("a", CleanedNode.days(0)));
      assertThat(node.positions()).hasSize(2);
    }
  }

  @BothDatabases
  void anEventWithAnUnfinishedDeliveryStaysUntilItEnds(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      StoredEvent waiting = node.receive("waits");
      node.attempts(waiting, 3, false);
      node.attempts(waiting, 1, true);
      node.receive("done");
      node.receive("last");
      node.clock.pass(Duration.ofDays(40));
      node.readAll();
      Retention retention = node.retention("a", CleanedNode.days(30));
      node.round(retention);
      assertThat(node.positions()).containsExactly(1L, 3L);
      assertThat(node.number("SELECT COUNT(*) AS n FROM attempts")).isEqualTo(4);

      node.database.write(tx -> tx.update("UPDATE attempts SET open = 0"));
      node.clock.pass(Duration.ofHours(1));
      node.round(retention);
      assertThat(node.positions()).containsExactly(3L);
    }
  }

  @BothDatabases
  void whatAReaderHasYetToReadStays(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      for (int i = 0; i < 9; i++) {
        node.receive("x");
      }
      node.clock.pass(Duration.ofDays(40));
      Retention retention =
          node.retention(
              "a", new RetentionSettings(30, 1, 90, Duration.ofHours(24), Optional.empty()));
      node.read("routing", 9);
      node.round(retention);
      assertThat(node.positions()).as("a reader that never began").hasSize(9);

      node.read("collections", 4);
      node.clock.pass(Duration.ofHours(1));
      node.round(retention);
      assertThat(node.positions()).isEqualTo(range(4, 9));

      node.read("later", 6);
      node.read("collections", 9);
      node.clock.pass(Duration.ofHours(1));
      node.round(retention);
      assertThat(node.positions()).as("also one of a later version").isEqualTo(range(6, 9));
    }
  }

  @BothDatabases
  void whatAPausedCollectionNeedsStays(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      node.receive("a");
      collection(node, "c", "paused");
      node.receive(OTHER, Sample.SCOPE, new byte[0]);
      node.receive("b");
      node.receive("c");
      node.receive(OTHER, Sample.SCOPE, new byte[0]);
      node.clock.pass(Duration.ofDays(40));
      node.readAll();
      node.round(node.retention("a", CleanedNode.days(30)));
      assertThat(node.positions()).containsExactly(3L, 4L, 5L);
    }
  }

  private static void collection(CleanedNode node, String id, String status) {
    node.database.write(tx ->
        Collections.create(
            tx,
            Sample.SCOPE,
            new Collections.Draft(id, id, id, null, CleanedNode.SOURCE, null),
            new CollectionRow.FoldSpec(
                BodyPath.parse("id", "primary_key_path"),
                null,
                CollectionOptions.none(),
                CollectionRow.Status.valueOf(status.toUpperCase(Locale.ROOT)))));
  }

  @BothDatabases
  void eachEnvironmentKeepsItsNewest(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      Scope other = new Scope(Sample.SCOPE.orgId(), "2".repeat(32));
      Scope third = new Scope(Sample.SCOPE.orgId(), "3".repeat(32));
      for (int i = 0; i < 25; i++) {
        node.receive("x");
        if (i < 12) {
          node.receive(OTHER, other, new byte[0]);
        }
        if (i < 3) {
          node.receive(OTHER, third, new byte[0]);
        }
      }
      node.readAll();
      node.round(
          node.retention(
              "a", new RetentionSettings(0, 10, 90, Duration.ofHours(24), Optional.empty())));

      assertThat(node.positions()).hasSize(23);
      assertThat(count(node, Sample.SCOPE)).isEqualTo(10);
      assertThat(count(node, other)).isEqualTo(10);
      assertThat(count(node, third)).isEqualTo(3);
      assertThat(node.positions()).contains(40L).doesNotContain(1L, 2L);
    }
  }

  private static long count(CleanedNode node, Scope scope) {
    return node.database.read(
        tx -> tx.number("SELECT COUNT(*) AS n FROM events WHERE env_id = ?", scope.envId()));
  }

  @BothDatabases
  void countingDownTheIndexGoesInStretches(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      for (int i = 0; i < 20; i++) {
        node.receive("x");
      }
      for (int kept : List.of(1, 3, 4, 7, 8, 19, 20, 21)) {
        CountFinder finder = new CountFinder(kept, 4);
        List<Long> found = new ArrayList<>();
        while (node.database.read(tx -> step(tx, finder, found))) {
          // Each step is a bounded read.
        }
        assertThat(found).as("kept %d", kept).isEqualTo(range(1, 20 - kept));
      }
    }
  }

  private static boolean step(Tx tx, CountFinder finder, List<Long> found) {
    var window = finder.next(tx, Long.MAX_VALUE);
    window.ifPresent(events -> events.forEach(event -> found.add(event.position())));
    return window.isPresent();
  }

  @BothDatabases
  void noTransactionRemovesMoreThanASliceAndIntakeGoesOnBetween(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      for (int i = 0; i < 700; i++) {
        node.receive("x");
      }
      node.attempts(node.receive("much tried"), 1_000, false);
      for (int i = 0; i < 60; i++) {
        node.attempts(node.receive("x"), 20, false);
      }
      node.receive("z".repeat(3 << 20));
      node.receive("z".repeat(3 << 20));
      node.clock.pass(Duration.ofDays(40));
      node.receive("young");
      node.readAll();
      Retention retention = node.retention("a", CleanedNode.days(30));

      int received = 0;
      long rows = rows(node);
      while (node.positions().getFirst() < 764) {
        Step.Next.At next = (Step.Next.At) retention.step();
        long now = rows(node);
        assertThat(rows - now).isLessThanOrEqualTo(EventSweep.SLICE_ROWS_MAX);
        assertThat(next.epochMillis()).as("a pause").isGreaterThan(node.clock.millis());
        node.clock.set(next.epochMillis());
        node.receive("in between");
        received++;
        rows = rows(node);
      }
      assertThat(node.positions()).hasSize(1 + received);
      assertThat(node.number("SELECT COUNT(*) AS n FROM attempts")).isZero();
      assertThat(received).isGreaterThan(10);
    }
  }

  private static long rows(CleanedNode node) {
    return node.number(
        "SELECT (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM attempts) AS n");
  }

  @BothDatabases
  void ofTwoNodesOneCleansAndTheOtherTakesOverWhenItIsGone(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      for (int i = 0; i < 700; i++) {
        node.receive("x");
      }
      node.clock.pass(Duration.ofDays(40));
      node.readAll();
      Retention first = node.retention("a", CleanedNode.days(30));
      Retention second = node.retention("b", CleanedNode.days(30));
      first.step();
      List<Long> left = node.positions();
      assertThat(left.size()).isLessThan(700);
      assertThat(second.step()).isEqualTo(Step.at(node.clock.millis() + 60_000));
      assertThat(node.positions()).isEqualTo(left);

      node.clock.pass(Duration.ofMinutes(1));
      node.round(second);
      assertThat(node.positions()).containsExactly(700L);
      assertThat(node.round(first)).as("its round is over").isGreaterThanOrEqualTo(60_000);
    }
  }

  @BothDatabases
  void oldTombstonesGoAndAreNoLongerCounted(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      collection(node, "c", "active");
      record(node, "old", true, 0);
      record(node, "older", true, 0);
      record(node, "living", false, 0);
      record(node, "young", true, Duration.ofDays(60).toMillis());
      node.database.write(tx -> tx.update("UPDATE collections SET tombstone_count = 3"));
      long claim = node.number("SELECT claim_number AS n FROM cursors WHERE name = 'collections'");
      node.clock.pass(Duration.ofDays(91));
      node.round(node.retention("a", CleanedNode.days(30)));

      List<String> keys =
          node.database.read(tx ->
              tx.list(
                  "SELECT record_key FROM records ORDER BY record_key",
                  row -> row.string("record_key")));
      assertThat(keys).containsExactly("living", "young");
      assertThat(node.number("SELECT tombstone_count AS n FROM collections")).isEqualTo(1);
      assertThat(node.number("SELECT claim_number AS n FROM cursors WHERE name = 'collections'"))
          .as("a batch folded over them is folded again")
          .isGreaterThan(claim);
    }
  }

  private static void record(CleanedNode node, String key, boolean deleted, long later) {
    long at = CleanedNode.START + later;
    node.database.write(tx ->
        tx.update(
            """
            INSERT INTO records (generation, record_key, id, data, source_event_id,
              source_event_at, position, deleted, created_at, updated_at, change_number, changed_at)
            SELECT generation, ?, ?, '{}', 'x', ?, 1, ?, ?, ?, 1, 1 FROM collections
             WHERE id = 'c'
            """,
            key,
            node.ids.next(),
            at,
            deleted,
            at,
            at));
  }

  @BothDatabases
  void refusedRequestsGoByAgeAndByNumber(BothDatabases.Store store) {
    try (CleanedNode node = new CleanedNode(store)) {
      refused(node, CleanedNode.SOURCE, 400);
      node.clock.pass(Duration.ofDays(8));
      refused(node, CleanedNode.SOURCE, 10_450);
      refused(node, OTHER, 5);
      Retention retention = node.retention("a", CleanedNode.days(30));
      node.round(retention);

      assertThat(node.number("SELECT COUNT(*) AS n FROM refused_requests")).isEqualTo(10_005);
      assertThat(node.number("SELECT MIN(received_at) AS n FROM refused_requests"))
          .isGreaterThan(CleanedNode.START);
      node.clock.pass(Duration.ofHours(1));
      assertThat(node.round(retention)).isEqualTo(3_600_000);
    }
  }

  private static void refused(CleanedNode node, String source, int count) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new @Nullable Object[] {node.ids.next(), source, node.clock.millis()});
    }
    byte[] body = {};
    rows.replaceAll(row -> new @Nullable Object[] {row[0], row[1], row[2], body});
    node.database.write(tx ->
        tx.batch(
            """
            INSERT INTO refused_requests (id, source_id, received_at, body, org_id, env_id, method,
              payload_size, payload_truncated, reason, response_status, headers, query_params)
            VALUES (?, ?, ?, ?, 'o', 'e', 'POST', 0, 0, 'ip_denied', 403, '{}', '{}')
            """,
            rows));
  }
}
