package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.collections.Collections;
import dev.catchment.collections.RecordQuery;
import dev.catchment.collections.RecordScan;
import dev.catchment.collections.ScanBounds;
import dev.catchment.insight.AggregateBounds;
import dev.catchment.insight.Aggregates;
import dev.catchment.insight.Aggregation;
import dev.catchment.insight.Question;
import dev.catchment.testkit.BothDatabases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Questions about more than one answer may take. */
final class AggregateBoundsTest {
  private static final AggregateBounds WIDE =
      new AggregateBounds(1_000, 60_000, 1_000, 1 << 20, 1_000, 1 << 20);
  private static final RecordQuery ALL = RecordQuery.parse(RecordQuery.Given.all());

  private static AggregateBounds records(long max) {
    return new AggregateBounds(max, 60_000, 1_000, 1 << 20, 1_000, 1 << 20);
  }

  private static AggregateBounds groups(int max, long characters) {
    return new AggregateBounds(1_000, 60_000, max, characters, 1_000, 1 << 20);
  }

  private static AggregateBounds distinct(int max, long characters) {
    return new AggregateBounds(1_000, 60_000, 1_000, 1 << 20, max, characters);
  }

  private static Aggregation aggregation(ApiNode node, AggregateBounds bounds) {
    return new Aggregation(
        node.database, new RecordScan(ScanBounds.standard()), InstantSource.system(), bounds);
  }

  private static Aggregates answer(ApiNode node, Table table, AggregateBounds bounds) {
    return answer(table, node, aggregation(node, bounds));
  }

  private static Aggregates answer(Table table, ApiNode node, Aggregation aggregation) {
    return aggregation.answer(
        tx -> Collections.get(tx, node.scope, table.id), ALL, question(), 100);
  }

  private static Question question() {
    return Question.parse(new Question.Given("count,distinct(n)", "g", null, null, "g"));
  }

  /** Five records in three groups, each with another {@code n}. */
  private static Table filled(ApiNode node) throws Exception {
    Table table = new Table(node);
    for (int i = 0; i < 5; i++) {
      table.add("{\"id\":" + i + ",\"n\":" + i + ",\"g\":" + i % 3 + "}");
    }
    return table;
  }

  private static List<String> values(Aggregates answer) {
    return answer.rows().stream().map(row -> row.values().text()).toList();
  }

  @BothDatabases
  void anAnswerOfAllRecordsMeetsNoBound(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = filled(node);
      for (AggregateBounds bounds :
          List.of(WIDE, records(5), groups(3, 1 << 20), distinct(5, 1 << 20))) {
        Aggregates answer = answer(node, table, bounds);
        assertThat(answer.bounds()).as(bounds.toString()).isEmpty();
        assertThat(answer.scanned()).isEqualTo(5);
        assertThat(answer.groups()).isEqualTo(3);
        assertThat(values(answer))
            .containsExactly(
                "{\"count\":2,\"distinct(n)\":2}",
                "{\"count\":2,\"distinct(n)\":2}",
                "{\"count\":1,\"distinct(n)\":1}");
      }
    }
  }

  @BothDatabases
  void ofTooManyRecordsThoseLastUpdatedAreLookedAt(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Aggregates answer = answer(node, filled(node), records(2));
      assertThat(answer.bounds()).containsExactly("records");
      assertThat(answer.scanned()).isEqualTo(2);
      assertThat(answer.matched()).isEqualTo(2);
      assertThat(answer.rows())
          .extracting(row -> row.group().getFirst().orElseThrow().text())
          .as("of the records 3 and 4")
          .containsExactly("0", "1");
    }
  }

  @BothDatabases
  void whoHasNoTimeLeftIsToldWhatWasLookedAtSoFar(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = filled(node);
      AtomicLong asked = new AtomicLong();
      Aggregation slow =
          new Aggregation(
              node.database,
              new RecordScan(ScanBounds.standard()),
              () -> Instant.EPOCH.plus(Duration.ofMinutes(2 * asked.getAndIncrement())),
              WIDE);
      Aggregates answer = answer(table, node, slow);
      assertThat(answer.bounds()).containsExactly("time");
      assertThat(answer.scanned()).isZero();
      assertThat(answer.rows()).isEmpty();
    }
  }

  @BothDatabases
  void groupsWithoutAPlaceAreLeftOutAndTheOthersAreRight(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = filled(node);
      for (AggregateBounds bounds : List.of(groups(2, 1 << 20), groups(1_000, 200))) {
        Aggregates answer = answer(node, table, bounds);
        assertThat(answer.bounds()).as(bounds.toString()).containsExactly("groups");
        assertThat(answer.groups()).isEqualTo(2);
        assertThat(answer.scanned()).isEqualTo(5);
        assertThat(answer.matched()).as("those of the left out group too").isEqualTo(5);
        // The newest records are of the groups 1 and 0.
        assertThat(values(answer))
            .containsExactly("{\"count\":2,\"distinct(n)\":2}", "{\"count\":2,\"distinct(n)\":2}");
      }
    }
  }

  @BothDatabases
  void differentValuesAreCountedUpToABoundThatIsTold(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = filled(node);
      for (AggregateBounds bounds : List.of(distinct(3, 1 << 20), distinct(1_000, 200))) {
        Aggregates answer = answer(node, table, bounds);
        assertThat(answer.bounds()).as(bounds.toString()).containsExactly("distinct");
        // The newest three are each of another group.
        assertThat(values(answer))
            .containsExactly(
                "{\"count\":2,\"distinct(n)\":1}",
                "{\"count\":2,\"distinct(n)\":1}",
                "{\"count\":1,\"distinct(n)\":1}");
      }
    }
  }

  @BothDatabases
  void oneQuestionTooManyIsToldToComeBack(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Table table = filled(node);
      Aggregation aggregation = aggregation(node, WIDE);
      // While each looks for its collection the next is asked.
      assertThatThrownBy(() ->
              aggregation.answer(
                  outer -> {
                    assertThat(answer(table, node, aggregation).bounds()).isEmpty();
                    aggregation.answer(
                        inner -> {
                          answer(table, node, aggregation);
                          return Collections.get(inner, node.scope, table.id);
                        },
                        ALL,
                        question(),
                        1);
                    return Collections.get(outer, node.scope, table.id);
                  },
                  ALL,
                  question(),
                  1))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(Failure.Code.UNAVAILABLE);
                assertThat(failure.retryAfterSeconds()).isPositive();
              });
      assertThat(answer(table, node, aggregation).bounds()).as("and then may").isEmpty();
    }
  }
}
