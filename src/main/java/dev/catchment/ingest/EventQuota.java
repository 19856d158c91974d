package dev.catchment.ingest;

import dev.catchment.db.Database;
import dev.catchment.log.MonthlyCounts;
import dev.catchment.observe.Log;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many events an organization may have accepted in a calendar month of UTC. Safe for use by
 * several threads.
 *
 * <p>A node counts what it accepts itself at once, and asks the store for what the others accepted
 * at most once a second, and only while requests come. So one node alone is exact, and several go
 * over the quota by no more than what the others accept in about a second.
 */
final class EventQuota implements AutoCloseable {
  private static final Log LOG = Log.of("ingest.quota");
  private static final long READ_EVERY_MILLIS = 1_000;

  private final Database database;
  private final InstantSource clock;
  private final long limit;
  private final ConcurrentMap<String, Share> shares = new ConcurrentHashMap<>();
  private final ExecutorService readers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("catchment-quota-", 0).factory());

  /** What one organization has used of a month. */
  static final class Share {
    private final long limit;
    private final long endsAt;
    private final AtomicLong used;
    private final AtomicLong readAt;

    private Share(long limit, long used, long now) {
      this.limit = limit;
      this.endsAt = MonthlyCounts.monthEnd(now);
      this.used = new AtomicLong(used);
      this.readAt = new AtomicLong(now);
    }

    /** Throws the refusal when nothing is left. */
    void check(long now) {
      if (used.get() >= limit) {
        throw spent(now);
      }
    }

    /** Takes the place of one event; throws the refusal when there is none. */
    void take(long now) {
      if (used.getAndUpdate(taken -> Math.min(taken + 1, Math.max(taken, limit))) >= limit) {
        throw spent(now);
      }
    }

    private Refusal spent(long now) {
      return Refusal.quota(Math.max(1, Math.ceilDiv(endsAt - now, 1_000L)));
    }

    /** Gives a place back whose event was not stored, or repeats another. */
    void giveBack() {
      used.decrementAndGet();
    }

    private boolean isOver(long now) {
      return now >= endsAt;
    }

    private boolean isToBeRead(long now) {
      long last = readAt.get();
      return now - last >= READ_EVERY_MILLIS && readAt.compareAndSet(last, now);
    }

    /** What is under way here is not in the store yet, so the store can only add. */
    private void learn(long stored) {
      used.accumulateAndGet(stored, Math::max);
    }
  }

  /** Quotas of {@code limit} events for each organization and month. */
  EventQuota(Database database, InstantSource clock, long limit) {
    this.database = database;
    this.clock = clock;
    this.limit = limit;
  }

  /** What the organization has used of this month, without blocking the caller. */
  CompletionStage<Share> of(String orgId) {
    long now = clock.millis();
    Share share = shares.get(orgId);
    if (share == null || share.isOver(now)) {
      return CompletableFuture.supplyAsync(() -> read(orgId, now), readers);
    }
    if (share.isToBeRead(now)) {
      readers.execute(() -> refresh(orgId, share));
    }
    return CompletableFuture.completedFuture(share);
  }

  private Share read(String orgId, long now) {
    long stored = database.read(tx -> MonthlyCounts.accepted(tx, orgId));
    return shares.compute(
        orgId,
        (id, known) -> known == null || known.isOver(now) ? new Share(limit, stored, now) : known);
  }

  /** A store that is away limits nobody: it takes no events either. */
  private void refresh(String orgId, Share share) {
    try {
      long stored = database.read(tx -> MonthlyCounts.accepted(tx, orgId));
      if (!share.isOver(database.now())) {
        share.learn(stored);
      }
    } catch (RuntimeException e) {
      LOG.info("quota.unread", "reason", e.getMessage());
    }
  }

  @Override
  public void close() {
    readers.close();
  }
}
