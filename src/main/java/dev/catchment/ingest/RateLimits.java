package dev.catchment.ingest;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The limits of a server on the requests of one address and of one source. */
public final class RateLimits {
  /** More senders than this in one second are not told apart. */
  private static final int KEPT_MAX = 100_000;

  private final int perAddress;
  private final int perSource;
  private final ConcurrentMap<String, RateWindow> addresses = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, RateWindow> sources = new ConcurrentHashMap<>();

  /** Requests a second for each address and for each source; 0 for no limit. */
  public RateLimits(int perAddress, int perSource) {
    this.perAddress = perAddress;
    this.perSource = perSource;
  }

  /**
   * Counts a request.
   *
   * @param ofSource the source's own limit; 0 for none
   * @return null when no limit applies
   */
  RateWindow.@Nullable Left take(
      String sourceId, int ofSource, @Nullable String address, long nowMillis) {
    RateWindow.Left left = null;
    if (perAddress > 0 && address != null) {
      left = window(addresses, address, nowMillis).take(perAddress, nowMillis);
      if (!left.allowed()) {
        // What one sender sends too much does not use up the source's share.
        return left;
      }
    }
    int limit =
        ofSource == 0 || perSource == 0
            ? Math.max(ofSource, perSource)
            : Math.min(ofSource, perSource);
    if (limit == 0) {
      return left;
    }
    RateWindow.Left source = window(sources, sourceId, nowMillis).take(limit, nowMillis);
    return left == null ? source : RateWindow.Left.stricter(left, source);
  }

  private static RateWindow window(
      ConcurrentMap<String, RateWindow> windows, String key, long nowMillis) {
    RateWindow known = windows.get(key);
    if (known != null) {
      return known;
    }
    if (windows.size() >= KEPT_MAX) {
      windows.values().removeIf(window -> window.isOver(nowMillis));
    }
    String shared = windows.size() >= KEPT_MAX ? "" : key;
    return windows.computeIfAbsent(shared, any -> new RateWindow());
  }
}
