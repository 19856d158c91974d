package dev.catchment.feeds;

import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Dialect;
import dev.catchment.db.Row;
import dev.catchment.worker.Step;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the feeds without asking the store: tags of all, and the bodies that were
 * read lately. An unchanged poll touches nothing else. Its step takes in what other nodes changed.
 */
public final class FeedMemory implements Step {
  private static final int LOCKS = 64;
  private static final long LOOK_AGAIN_MILLIS = 1_000;

  /** How far back to look for changes of nodes whose clocks are behind, in milliseconds. */
  private static final long OVERLAP_MILLIS = 10_000;

  private static final String RENDER =
      "SELECT "
          + Feeds.COLUMNS
          + ", "
          + Items.COLUMNS
          + " FROM feeds f JOIN collections c ON c.id = f.collection_id"
          + " LEFT JOIN feed_items i"
          + " ON i.collection_id = f.collection_id AND i.list IN (1, 2)"
          + " LEFT JOIN records r"
          + " ON r.generation = c.generation AND r.record_key = i.record_key"
          + " WHERE f.collection_id = ? ORDER BY i.list, i.unpinned, i.rank, i.item_id";

  private final Database database;
  private final InstantSource clock;
  private final Rendering rendering;
  private final long staleMillis;
  private final FeedIndex index = new FeedIndex();
  private final Snapshots snapshots;
  private final Arrivals arrivals = new Arrivals();
  private final Set<String> pending = ConcurrentHashMap.newKeySet();
  private final List<ReentrantLock> locks = new ArrayList<>();
  private volatile boolean ready;
  private volatile boolean shared;
  private volatile long freshAt;
  private long newest;

  /** A memory that knows nothing until {@link #load}. */
  public FeedMemory(Database database, InstantSource clock, FeedSettings settings) {
    this.database = database;
    this.clock = clock;
    this.rendering = new Rendering(settings.payload());
    this.staleMillis = settings.staleMax().toMillis();
    this.snapshots = new Snapshots((long) settings.snapshotCacheMib() << 20);
    for (int i = 0; i < LOCKS; i++) {
      locks.add(new ReentrantLock());
    }
    database.listen(
        Channel.FEEDS,
        subject -> {
          pending.add(subject);
          arrivals.tell();
        });
  }

  Rendering rendering() {
    return rendering;
  }

  Arrivals arrivals() {
    return arrivals;
  }

  /** Reads all tags; to be called once before the first reader is served. */
  public void load() {
    database.write(tx -> Feeds.adoptRendering(tx, rendering.fingerprint()));
    shared = database.read(tx -> tx.dialect() == Dialect.POSTGRESQL);
    reload();
    ready = true;
  }

  /** Whether it can answer: it has been loaded, and it is not older than allowed. */
  public boolean isReady() {
    return ready && (!shared || clock.millis() - freshAt <= staleMillis);
  }

  /** Takes in what changed since the last step; on a shared store also asks each second. */
  @Override
  public Next step() {
    long now = clock.millis();
    if (pending.remove("")) {
      reload();
    }
    for (String id : Set.copyOf(pending)) {
      pending.remove(id);
      refresh(id);
    }
    if (shared) {
      long since = newest - OVERLAP_MILLIS;
      for (Feed feed : database.read(tx -> Feeds.listEveryones(tx, since))) {
        takeIn(feed.tag());
      }
      freshAt = now;
      return Step.at(now + LOOK_AGAIN_MILLIS);
    }
    return Step.whenWoken();
  }

  private void reload() {
    long now = clock.millis();
    Set<String> gone = new HashSet<>(index.ids());
    for (Feed feed : database.read(tx -> Feeds.listEveryones(tx, 0))) {
      gone.remove(feed.id());
      takeIn(feed.tag());
    }
    gone.forEach(this::refresh);
    freshAt = now;
  }

  private void takeIn(FeedTag tag) {
    newest = Math.max(newest, tag.modifiedAt());
    Optional<FeedTag> known = index.find(tag.id());
    if (known.isPresent() && known.get().revision() >= tag.revision()) {
      return;
    }
    if (ready) {
      // It may have been deleted since it was read: only a look under its lock is certain.
      refresh(tag.id());
    } else {
      index.put(tag);
    }
  }

  /** Makes this node's memory as new as the store for one feed. */
  public void refresh(String feedId) {
    locked(
        feedId,
        () -> {
          Optional<Feed> feed = database.read(tx -> Feeds.findAnyones(tx, feedId));
          if (feed.isPresent()) {
            index.put(feed.get().tag());
          } else {
            forget(feedId);
          }
          return feed;
        });
  }

  private void forget(String feedId) {
    index.remove(feedId);
    snapshots.remove(feedId);
  }

  /** The tag of a feed, from memory alone. */
  public Optional<FeedTag> find(String feedId) {
    return index.find(feedId);
  }

  /**
   * One page of an owner's feeds, last modified first, from memory alone.
   *
   * @param tags at most {@code size} of them
   * @param total how many there are on all pages
   * @param generation changes whenever anything on any page does
   */
  public record Page(List<FeedTag> tags, int total, long generation) {}

  /** The page behind that many feeds; null stands for all projects or all types. */
  public Page page(
      String orgId, @Nullable String envId, @Nullable ContentType type, long skip, int size) {
    FeedIndex.Page page = index.page(new FeedIndex.Owner(orgId, envId, type), skip, size);
    return new Page(page.tags(), page.total(), page.generation());
  }

  /**
   * The newest body of a feed: from memory, or read and rendered once for all who ask. Throws
   * whatever the store throws when it must be read.
   */
  public Optional<Snapshot> snapshot(FeedTag tag) {
    Optional<Snapshot> known = current(tag.id(), tag.modifiedAt());
    return known.isPresent()
        ? known
        : locked(
            tag.id(),
            () -> {
              Optional<Snapshot> meanwhile = current(tag.id(), tag.modifiedAt());
              return meanwhile.isPresent() ? meanwhile : render(tag.id());
            });
  }

  private Optional<Snapshot> current(String feedId, long modifiedAt) {
    return snapshots.find(feedId).filter(snapshot -> snapshot.modifiedAt() >= modifiedAt);
  }

  private record Line(Feed feed, Optional<Item> item) {
    static Line of(Row row) {
      return new Line(
          Feeds.row(row),
          row.find("data") == null ? Optional.empty() : Optional.of(Items.row(row)));
    }
  }

  private Optional<Snapshot> render(String feedId) {
    // One statement: the counts, the date and the items are of one instant on both databases.
    List<Line> lines = database.read(tx -> tx.list(RENDER, Line::of, feedId));
    if (lines.isEmpty()) {
      forget(feedId);
      return Optional.empty();
    }
    Feed feed = lines.getFirst().feed();
    List<Item> items = lines.stream().flatMap(line -> line.item().stream()).toList();
    Snapshot snapshot =
        Snapshot.of(feed.dates().modifiedAt(), feed.tag().etag(), rendering.body(feed, items));
    index.put(feed.tag());
    snapshots.put(feedId, snapshot);
    return Optional.of(snapshot);
  }

  private <T> T locked(String feedId, Supplier<T> work) {
    ReentrantLock lock = locks.get(Math.floorMod(feedId.hashCode(), LOCKS));
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
