package dev.catchment.delivery;

import java.util.List;
import java.util.Locale;

/**
 * When a failed delivery is tried again.
 *
 * @param enabled false: one attempt only
 * @param attemptsMax 1 to 10; the first attempt counts
 * @param intervalsSeconds 1 to 20 entries of 1 to 604,800
 * @param jitter whether delays are stretched by a random factor from 1.0 to 1.1
 */
public record RetrySpec(
    boolean enabled,
    int attemptsMax,
    Backoff backoff,
    List<Integer> intervalsSeconds,
    boolean jitter) {

  /** 30 s, 5 min, 30 min and 2 h between five attempts. */
  public static RetrySpec standard() {
    return new RetrySpec(
        true, 5, Backoff.EXPONENTIAL, List.of(30, 300, 1_800, 7_200, 86_400), true);
  }

  /** The same, but for one attempt only when {@code retries} is false. */
  RetrySpec orOnce(boolean retries) {
    return retries ? this : new RetrySpec(false, 1, backoff, intervalsSeconds, jitter);
  }

  /** How the delay grows. */
  public enum Backoff {
    /** By the list of intervals; its last entry repeats. */
    EXPONENTIAL,
    /** The first interval times the number of the attempt. */
    LINEAR,
    /** Always the first interval. */
    FIXED;

    /** The word on the wire and in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** From the first attempt to the last that the schedule allows, without jitter. */
  public long wholeMillis() {
    long whole = 0;
    for (int attempt = 1; enabled && attempt < attemptsMax; attempt++) {
      whole += delayMillis(attempt);
    }
    return whole;
  }

  /** The delay after the failed attempt of that number, counted from 1, in milliseconds. */
  public long delayMillis(int attempt) {
    long seconds =
        switch (backoff) {
          case EXPONENTIAL ->
              intervalsSeconds.get(Math.min(attempt - 1, intervalsSeconds.size() - 1));
          case LINEAR -> (long) intervalsSeconds.getFirst() * attempt;
          case FIXED -> intervalsSeconds.getFirst();
        };
    return seconds * 1_000;
  }
}
