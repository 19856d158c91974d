package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.observe.Log;
import dev.catchment.observe.Metrics;
import dev.catchment.worker.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps refused requests, as many as is good for the node: takes them without waiting, and writes
 * them in groups. Whoever sends what is refused, however fast, does not slow those down whose
 * requests are accepted; what is too much is counted and dropped. Safe for use by several threads.
 */
public final class Refusals implements Step, AutoCloseable {
  /** How much of a body is kept. */
  public static final int BODY_BYTES_MAX = 64 << 10;

  /** How many are kept in one second for each source. */
  static final int SOURCE_RATE_MAX = 100;

  /** Of how many sources requests are kept in one second. */
  static final int SOURCES_MAX = 10_000;

  /** How much may wait to be written. */
  static final int WAITING_MAX = 4_000;

  static final long WAITING_BYTES_MAX = 16L << 20;

  /** How much one transaction writes; more would hold up the appends beside it. */
  private static final int GROUP_MAX = 200;

  private static final long GROUP_BYTES_MAX = 1L << 20;

  /** A source is trimmed after so many of its requests were written. */
  static final int TRIM_EVERY = 500;

  private static final int TRIM_SLICE = 200;

  /** A clock that steps back by more than this begins a new second. */
  private static final long BACK_SECONDS_MAX = 5;

  private static final Log LOG = Log.of("ingest.refusals");

  private final Database database;
  private final Ids ids;
  private final Map<Reason, Metrics.Count> refused = new EnumMap<>(Reason.class);
  private final Metrics.Count tooMany;
  private final Metrics.Count noRoom;
  private final Metrics.Count notStored;

  private final ArrayDeque<RefusedRequests.New> waiting = new ArrayDeque<>();
  private final Map<String, Integer> thisSecond = new HashMap<>();
  private long second;
  private long waitingBytes;
  private volatile Runnable wake = () -> {};

  private final List<RefusedRequests.New> group = new ArrayList<>();
  private final Map<String, Integer> untrimmed = new HashMap<>();

  /** Refusals that are kept in that store and counted by reason. */
  public Refusals(Database database, Ids ids, Metrics metrics) {
    this.database = database;
    this.ids = ids;
    for (Reason reason : Reason.values()) {
      refused.put(
          reason,
          metrics.count(
              "catchment_requests_refused",
              "Requests to known sources that became no event",
              "reason",
              reason.word()));
    }
    this.tooMany = unkept(metrics, "source_rate");
    this.noRoom = unkept(metrics, "queue_full");
    this.notStored = unkept(metrics, "not_stored");
  }

  private static Metrics.Count unkept(Metrics metrics, String cause) {
    return metrics.count(
        "catchment_refused_requests_unkept",
        "Refused requests that were counted but not kept",
        "cause",
        cause);
  }

  /** Whom to wake when there is something to write. */
  public void wakes(Runnable loop) {
    wake = loop;
  }

  /** Takes a refused request to be kept. Returns at once; may be called from an event loop. */
  public void add(Refused request) {
    Metrics.Count count = refused.get(request.reason());
    if (count != null) {
      count.add(1);
    }
    // The rate first: whoever is over it costs no copy of the body.
    if (!isWithinRate(request)) {
      tooMany.add(1);
      return;
    }
    RefusedRequests.New row = new RefusedRequests.New(ids.next(), request.cutTo(BODY_BYTES_MAX));
    if (offer(row)) {
      wake.run();
    } else {
      noRoom.add(1);
    }
  }

  private boolean isWithinRate(Refused request) {
    long now = Math.floorDiv(request.receivedAt(), 1_000L);
    synchronized (waiting) {
      if (now > second || now < second - BACK_SECONDS_MAX) {
        second = now;
        thisSecond.clear();
      }
      int before = thisSecond.getOrDefault(request.sourceId(), 0);
      if (before >= SOURCE_RATE_MAX || (before == 0 && thisSecond.size() >= SOURCES_MAX)) {
        return false;
      }
      thisSecond.put(request.sourceId(), before + 1);
      return true;
    }
  }

  private boolean offer(RefusedRequests.New row) {
    long weight = row.refused().weight();
    synchronized (waiting) {
      if (waiting.size() >= WAITING_MAX || waitingBytes + weight > WAITING_BYTES_MAX) {
        return false;
      }
      waiting.addLast(row);
      waitingBytes += weight;
      return true;
    }
  }

  @Override
  public synchronized Next step() {
    // A group whose transaction failed is still here and goes first.
    if (group.isEmpty()) {
      take();
    }
    if (group.isEmpty()) {
      return Step.whenWoken();
    }
    write();
    group.forEach(row -> untrimmed.merge(row.refused().sourceId(), 1, Integer::sum));
    group.clear();
    trim();
    return Step.again();
  }

  private void take() {
    long bytes = 0;
    synchronized (waiting) {
      while (!waiting.isEmpty() && group.size() < GROUP_MAX && bytes < GROUP_BYTES_MAX) {
        RefusedRequests.New row = waiting.removeFirst();
        group.add(row);
        bytes += row.refused().weight();
      }
      waitingBytes -= bytes;
    }
  }

  private void write() {
    try {
      insert(group);
    } catch (Failure e) {
      // The store is away; the same group is tried again.
      throw e;
    } catch (RuntimeException e) {
      LOG.error("refusals.group_failed", e);
      group.forEach(this::writeAlone);
    }
  }

  /** One that cannot be stored must not take its neighbours with it. */
  private void writeAlone(RefusedRequests.New row) {
    try {
      insert(List.of(row));
    } catch (RuntimeException e) {
      LOG.error("refusals.not_stored", e, "source", row.refused().sourceId());
      notStored.add(1);
    }
  }

  private void insert(List<RefusedRequests.New> rows) {
    database.write(
        Durability.DERIVED,
        tx -> {
          RefusedRequests.insert(tx, rows);
          return rows.size();
        });
  }

  /** Between two runs of retention a source under attack would fill the disk. */
  private void trim() {
    List<String> due =
        untrimmed.entrySet().stream()
            .filter(source -> source.getValue() >= TRIM_EVERY)
            .map(Map.Entry::getKey)
            .toList();
    for (String source : due) {
      trim(source);
      untrimmed.remove(source);
    }
    if (untrimmed.size() > SOURCES_MAX) {
      // What so many sources have in excess is left to retention.
      untrimmed.clear();
    }
  }

  private void trim(String source) {
    int deleted;
    do {
      deleted =
          database.write(
              Durability.DERIVED,
              tx ->
                  RefusedRequests.deleteBeyond(
                      tx, source, RefusedRequests.KEPT_FOR_SOURCE_MAX, TRIM_SLICE));
    } while (deleted == TRIM_SLICE);
  }

  /** Writes what is still waiting; what cannot be written now is given up. */
  @Override
  public void close() {
    try {
      while (step() instanceof Next.Again) {
        // Each step writes a part.
      }
    } catch (RuntimeException e) {
      LOG.warn("refusals.given_up", "reason", e.getMessage());
    }
  }
}
