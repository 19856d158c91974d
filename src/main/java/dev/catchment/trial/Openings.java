package dev.catchment.trial;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many test sessions one address may open: ten in an hour, which begins with its first. Counted
 * by each node. Safe for use by several threads.
 */
public final class Openings {
  /** Sessions that one address may open within a window. */
  public static final int OPENED_MAX = 10;

  private static final long WINDOW_MILLIS = Duration.ofHours(1).toMillis();

  /** More addresses than this are not told apart. */
  static final int ADDRESSES_MAX = 100_000;

  private final Map<String, Window> windows = new HashMap<>();

  private static final class Window {
    final long endsAt;
    int opened;

    Window(long endsAt) {
      this.endsAt = endsAt;
    }
  }

  /**
   * What is left after asking.
   *
   * @param allowed whether one more may be opened
   * @param remaining how many more may be opened before the window ends
   * @param resetSeconds whole seconds to the end of the window, at least 1
   */
  public record Left(boolean allowed, int remaining, long resetSeconds) {}

  /**
   * Counts one opening, if it is allowed.
   *
   * @param address null when it is not known
   * @param now milliseconds since 1970
   */
  public synchronized Left take(@Nullable String address, long now) {
    String key = address == null ? "" : address;
    Window window = windows.get(key);
    if (window == null || isOver(window, now)) {
      window = open(key, now);
    }
    boolean allowed = window.opened < OPENED_MAX;
    if (allowed) {
      window.opened++;
    }
    return new Left(
        allowed,
        OPENED_MAX - window.opened,
        Math.max(1, Math.ceilDiv(window.endsAt - now, 1_000L)));
  }

  private Window open(String key, long now) {
    if (windows.size() >= ADDRESSES_MAX) {
      windows.values().removeIf(window -> isOver(window, now));
    }
    String shared = windows.size() >= ADDRESSES_MAX ? "" : key;
    Window known = windows.get(shared);
    if (known != null && !isOver(known, now)) {
      return known;
    }
    Window opened = new Window(now + WINDOW_MILLIS);
    windows.put(shared, opened);
    return opened;
  }

  /** A clock that was set back must not lengthen a window. */
  private static boolean isOver(Window window, long now) {
    return now >= window.endsAt || window.endsAt - now > WINDOW_MILLIS;
  }
}
