package dev.catchment.ingest;

import dev.catchment.verify.Fetch;
import dev.catchment.verify.KeySource;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Keys that were fetched from providers for verifications. One that was had is kept for a day, and
 * longer while it cannot be had again. What a request names may be forged, so one that could not be
 * had is not asked for again for a while, and a source causes few calls in vain.
 */
final class FetchedKeys implements KeySource {
  private static final int KEPT_MAX = 100;
  private static final int MISSING_MAX = 1_000;
  private static final long KEPT_MILLIS = 86_400_000;
  private static final long MISSING_MILLIS = 30_000;

  /** Fetches for one source that are under way or were in vain, in the time of a missing one. */
  private static final int VAIN_MAX = 5;

  private record Known(byte[] bytes, long until) {}

  private final InstantSource clock;
  private final Function<Fetch, Optional<byte[]>> get;
  private final Map<Fetch, Known> known = new Newest<>(KEPT_MAX);
  private final Map<Fetch, Long> missingUntil = new Newest<>(MISSING_MAX);
  private final Map<String, Vain> vain = new Newest<>(MISSING_MAX);
  private final Map<Fetch, CompletableFuture<Void>> underWay = new HashMap<>();

  /** Forgets what was used the longest time ago. */
  private static final class Newest<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private final int max;

    Newest(int max) {
      super(16, 0.75f, true);
      this.max = max;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > max;
    }
  }

  /** The fetches for one source in a stretch of time. */
  private static final class Vain {
    private long until;
    private int count;

    boolean begin(long now) {
      if (now >= until) {
        until = now + MISSING_MILLIS;
        count = 0;
      }
      return count++ < VAIN_MAX;
    }

    void wasNot() {
      count = Math.max(0, count - 1);
    }
  }

  /** Keys got by a blocking call; empty when there is none. */
  FetchedKeys(InstantSource clock, Function<Fetch, Optional<byte[]>> get) {
    this.clock = clock;
    this.get = get;
  }

  @Override
  public synchronized Optional<byte[]> find(Fetch fetch) {
    Known found = known.get(fetch);
    return found == null || clock.millis() >= found.until()
        ? Optional.empty()
        : Optional.of(found.bytes());
  }

  /** Fetches it unless it is known, or was missing a moment ago; waits for whoever does already. */
  void fetch(Fetch fetch, String sourceId) {
    long now = clock.millis();
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> other;
    synchronized (this) {
      Known found = known.get(fetch);
      if ((found != null && now < found.until())
          || now < missingUntil.getOrDefault(fetch, Long.MIN_VALUE)) {
        return;
      }
      other = underWay.get(fetch);
      if (other == null) {
        if (!vain.computeIfAbsent(sourceId, any -> new Vain()).begin(now)) {
          return;
        }
        underWay.put(fetch, mine);
      }
    }
    if (other != null) {
      other.join();
      return;
    }
    Optional<byte[]> fetched = Optional.empty();
    try {
      fetched = get.apply(fetch);
    } finally {
      settle(fetch, sourceId, fetched);
      mine.complete(null);
    }
  }

  private synchronized void settle(Fetch fetch, String sourceId, Optional<byte[]> fetched) {
    long now = clock.millis();
    underWay.remove(fetch);
    if (fetched.isPresent()) {
      vain.computeIfAbsent(sourceId, any -> new Vain()).wasNot();
      missingUntil.remove(fetch);
      known.put(fetch, new Known(fetched.get(), now + KEPT_MILLIS));
      return;
    }
    missingUntil.put(fetch, now + MISSING_MILLIS);
    Known old = known.get(fetch);
    if (old != null) {
      known.put(fetch, new Known(old.bytes(), now + MISSING_MILLIS));
    }
  }
}
