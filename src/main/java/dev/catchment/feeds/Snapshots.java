package dev.catchment.feeds;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Rendered bodies in memory, least recently used out first. Safe for use by several threads. */
final class Snapshots {
  private final long weightMax;
  private final Map<String, Snapshot> byFeed = new LinkedHashMap<>(64, 0.75f, true);
  private long weight;

  Snapshots(long weightMax) {
    this.weightMax = weightMax;
  }

  synchronized Optional<Snapshot> find(String feedId) {
    return Optional.ofNullable(byFeed.get(feedId));
  }

  synchronized void put(String feedId, Snapshot snapshot) {
    remove(feedId);
    byFeed.put(feedId, snapshot);
    weight += snapshot.weight();
    while (weight > weightMax && byFeed.size() > 1) {
      remove(byFeed.keySet().iterator().next());
    }
  }

  synchronized void remove(String feedId) {
    Snapshot old = byFeed.remove(feedId);
    weight -= old == null ? 0 : old.weight();
  }
}
