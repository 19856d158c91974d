package dev.catchment.bench;

import java.util.function.LongPredicate;

/**
 * One stretch of load.
 *
 * @param rate events a second, sent at their times whatever the answers do (open loop); 0 sends
 *     whenever a connection is free (closed loop)
 * @param nanos how long
 * @param most how many events at most
 * @param mayIssue asked with the number of events sent so far; false holds the next one back, which
 *     only makes sense in a closed loop
 */
record Pass(double rate, long nanos, long most, LongPredicate mayIssue) {
  static Pass open(double rate, long nanos) {
    return new Pass(rate, nanos, Long.MAX_VALUE, sent -> true);
  }

  /** That many events as fast as answers come, giving up after so many milliseconds. */
  static Pass of(long events, long millisMax) {
    return new Pass(0, millisMax * 1_000_000, events, sent -> true);
  }

  /** A closed loop that the predicate holds back. */
  static Pass held(long nanos, LongPredicate mayIssue) {
    return new Pass(0, nanos, Long.MAX_VALUE, mayIssue);
  }

  /** How many events an open loop sends. */
  long slots() {
    return (long) (rate * nanos / 1e9);
  }

  boolean closedLoop() {
    return rate <= 0;
  }
}
