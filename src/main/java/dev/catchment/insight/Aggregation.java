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
  /** Records that one question looks at. */
  private static final long RECORDS_MAX = 1_000_000;

  private static final long MILLIS_MAX = 10_000;

  /** How often the time is asked for. */
  private static final int RECORDS_PER_LOOK = 1_000;

  private static final int GROUPS_MAX = 10_000;
  private static final long GROUP_CHARS_MAX = 8L << 20;
  private static final int DISTINCT_MAX = 500_000;
  private static final long DISTINCT_CHARS_MAX = 48L << 20;

  /** Each holds one of the store's few reading connections. */
  private static final int AT_ONCE_MAX = 2;

  private static final long RETRY_SECONDS = 2;

  private final Database database;
  private final RecordScan scan;
  private final InstantSource clock;
  private final Semaphore places = new Semaphore(AT_ONCE_MAX);

  public Aggregation(Database database, RecordScan scan, InstantSource clock) {
    this.database = database;
    this.scan = scan;
    this.clock = clock;
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
      Run run = new Run(query, question, clock.millis() + MILLIS_MAX);
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
    private final Tally.Room groupRoom = new Tally.Room(GROUPS_MAX, GROUP_CHARS_MAX);
    private final Tally.Room distinctRoom = new Tally.Room(DISTINCT_MAX, DISTINCT_CHARS_MAX);
    private final List<String> bounds = new ArrayList<>();
    private long scanned;
    private long matched;

    Run(RecordQuery query, Question question, long until) {
      this.query = query;
      this.question = question;
      this.until = until;
    }

    boolean take(RecordRow record) {
      if (scanned >= RECORDS_MAX) {
        bounds.add("records");
        return false;
      }
      if (scanned % RECORDS_PER_LOOK == 0 && clock.millis() > until) {
        bounds.add("time");
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
        bounds.add("groups");
      }
      if (distinctRoom.isFull()) {
        bounds.add("distinct");
      }
      List<Aggregates.Row> rows =
          groups.values().stream()
              .map(group -> group.row(question))
              .sorted(Group.order(question))
              .limit(limit)
              .toList();
      return new Aggregates(rows, groups.size(), scanned, matched, List.copyOf(bounds));
    }
  }
}
