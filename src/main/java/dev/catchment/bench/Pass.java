package dev.catchment.bench;

import java.util.function.LongPredicate;

/**
 * One stretch of load.
 *
 * @param rate events a second, sent at their times whatever the answers do (open loop); 0 sends
 *     whenever a connection is free (closed loop)
 * @param nanos how long
 * @param mayIssue asked with the number of events sent so far; false holds the next one back, which
 *     only makes sense in a closed loop
 */
record Pass(double rate, long nanos, LongPredicate mayIssue) {
  static Pass open(double rate, long nanos) {
    return new Pass(rate, nanos, sent -> true);
  }

  /** How many events an open loop sends. */
  long slots() {
    return (long) (rate * nanos / 1e9);
  }

  boolean closedLoop() {
    return rate <= 0;
  }
}
