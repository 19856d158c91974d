package dev.catchment.insight;

import dev.catchment.base.Failure;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordQuery;
import dev.catchment.collections.RecordRow;
import dev.catchment.collections.RecordScan;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.expr.RecordView;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Answers questions about all records of a collection by looking at each, the newest first, within
 * bounds that the answer tells. Safe for use by several threads.
 */
public final class Aggregation {
  /** How often the time is asked for. */
  private static final int RECORDS_PER_LOOK = 1_000;

  /** Each holds one of the store's few reading connections. */
  private static final int AT_ONCE_MAX = 2;

  private static final long RETRY_SECONDS = 2;

  private final Database database;
  private final RecordScan scan;
  private final InstantSource clock;
  private final AggregateBounds bounds;
  private final Semaphore places = new Semaphore(AT_ONCE_MAX);

  /** Answers within the bounds of a node. */
  public Aggregation(Database database, RecordScan scan, InstantSource clock) {
    this(database, scan, clock, AggregateBounds.standard());
  }

  /** Answers by {@code clock}, within these bounds. */
  public Aggregation(
      Database database, RecordScan scan, InstantSource clock, AggregateBounds bounds) {
    this.database = database;
    this.scan = scan;
    this.clock = clock;
    this.bounds = bounds;
  }

  /**
   * The answer.
   *
   * @param collection finds it in the transaction that reads its records
   * @param query which records count; its order does not
   * @param limit groups at most
   * @throws Failure {@code UNAVAILABLE} when too many questions are asked at once
   */
  public Aggregates answer(
      Function<Tx, CollectionRow> collection, RecordQuery query, Question question, int limit) {
    if (!places.tryAcquire()) {
      throw Failure.retryLater("Too many questions are asked at once", RETRY_SECONDS);
    }
    try {
      Run run = new Run(query, question, clock.millis() + bounds.millisMax());
      database.read(tx -> {
        scan.each(
            tx, collection.apply(tx), RecordQuery.parse(RecordQuery.Given.all()), null, run::take);
        return true;
      });
      return run.result(limit);
    } finally {
      places.release();
    }
  }

  /** One question while it is answered. */
  private final class Run {
    private final RecordQuery query;
    private final Question question;
    private final long until;
    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final Tally.Room groupRoom =
        new Tally.Room(bounds.groupsMax(), bounds.groupCharactersMax());
    private final Tally.Room distinctRoom =
        new Tally.Room(bounds.distinctMax(), bounds.distinctCharactersMax());
    private final List<String> met = new ArrayList<>();
    private long scanned;
    private long matched;

    Run(RecordQuery query, Question question, long until) {
      this.query = query;
      this.question = question;
      this.until = until;
    }

    boolean take(RecordRow record) {
      if (scanned >= bounds.recordsMax()) {
        met.add("records");
        return false;
      }
      if (scanned % RECORDS_PER_LOOK == 0 && clock.millis() > until) {
        met.add("time");
        return false;
      }
      scanned++;
      if (query.wants(record)) {
        matched++;
        count(record.view());
      }
      return true;
    }

    private void count(RecordView record) {
      Group.Key key = Group.Key.of(question, record);
      String identity = key.identity();
      Group group = groups.get(identity);
      if (group == null) {
        if (!groupRoom.take(identity.length())) {
          return;
        }
        group =
            new Group(
                key,
                question.metrics().stream().map(metric -> metric.start(distinctRoom)).toList());
        groups.put(identity, group);
      }
      group.add(question, record);
    }

    Aggregates result(int limit) {
      if (groupRoom.isFull()) {
        met.add("groups");
      }
      if (distinctRoom.isFull()) {
        met.add("distinct");
      }
      List<Aggregates.Row> rows =
          groups.values().stream()
              .map(group -> group.row(question))
              .sorted(Group.order(question))
              .limit(limit)
              .toList();
      return new Aggregates(rows, groups.size(), scanned, matched, List.copyOf(met));
    }
  }
}
