package dev.catchment.access;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts attempts to sign in by client address and e-mail: so many in a window, then a pause that
 * doubles each time the limit is hit again. Safe for use by several threads.
 */
final class SignInLimit {
  static final int ATTEMPTS_MAX = 20;
  static final long WINDOW_MILLIS = 60_000;
  static final long PAUSE_MILLIS_MAX = 900_000;

  /** Beyond this many the one that has been quiet for longest is forgotten. */
  static final int PAIRS_MAX = 10_000;

  private record Pair(String address, String email) {}

  private static final class Tally {
    private long windowStart;
    private int attempts;
    private int strikes;
    private long pausedUntil;
  }

  private static final class Tallies extends LinkedHashMap<Pair, Tally> {
    private static final long serialVersionUID = 1L;

    Tallies() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Pair, Tally> eldest) {
      return size() > PAIRS_MAX;
    }
  }

  private final InstantSource clock;
  private final Tallies tallies = new Tallies();

  SignInLimit(InstantSource clock) {
    this.clock = clock;
  }

  /** Counts one attempt; the milliseconds to wait before the next when it may not be made, or 0. */
  synchronized long attempt(String address, String email) {
    long now = clock.millis();
    Tally tally = tallies.computeIfAbsent(new Pair(address, email), any -> new Tally());
    if (now < tally.pausedUntil) {
      return tally.pausedUntil - now;
    }
    if (now - tally.windowStart >= WINDOW_MILLIS) {
      tally.windowStart = now;
      tally.attempts = 0;
      if (now - tally.pausedUntil >= PAUSE_MILLIS_MAX) {
        tally.strikes = 0;
      }
    }
    tally.attempts++;
    if (tally.attempts <= ATTEMPTS_MAX) {
      return 0;
    }
    long pause = Math.min(PAUSE_MILLIS_MAX, WINDOW_MILLIS << Math.min(tally.strikes, 10));
    tally.strikes++;
    tally.pausedUntil = now + pause;
    return pause;
  }
}
