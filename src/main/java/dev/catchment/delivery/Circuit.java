package dev.catchment.delivery;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The circuit of a destination as it is shown; times are milliseconds since 1970.
 *
 * @param failureCount failures in a row so far
 * @param threshold how many open it
 * @param resetMillis how long it stays open before it tries
 * @param lastTransitionAt null when it has never been open
 * @param nextProbeAt null unless it is open
 * @param queuedCount deliveries that wait for it, up to {@link #QUEUED_MAX}: that many or more
 */
public record Circuit(
    String destinationId,
    State state,
    long failureCount,
    int threshold,
    int resetMillis,
    @Nullable Long lastTransitionAt,
    @Nullable Long nextProbeAt,
    long queuedCount) {
  /** Up to so many that wait are counted; each is looked at for that. */
  public static final int QUEUED_MAX = 10_000;

  /** What a circuit lets through. */
  public enum State {
    /** Everything. */
    CLOSED,
    /** Nothing. */
    OPEN,
    /** One delivery that tries the receiver. */
    HALF_OPEN;

    /** The word on the wire and in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static State of(String word) {
      return valueOf(word.replace('-', '_').toUpperCase(Locale.ROOT));
    }
  }
}
