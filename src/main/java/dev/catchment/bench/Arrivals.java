package dev.catchment.bench;

import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * What reached the receiver, for each branch of the fan-out by sequence number. Written by the
 * receiver's thread, read by others.
 */
final class Arrivals {
  private final BitSet[] branches;
  private Histogram latencies = new Histogram(3);
  private long from = Long.MAX_VALUE;
  private long until = Long.MAX_VALUE;
  private long inTime;
  private long delivered;
  private long duplicates;
  private long foreign;

  Arrivals(int branches) {
    this.branches =
        IntStream.range(0, branches).mapToObj(branch -> new BitSet()).toArray(BitSet[]::new);
  }

  /** From here on arrivals between the two times are measured; only what is due after the first. */
  synchronized void measure(long fromNanos, long untilNanos) {
    from = fromNanos;
    until = untilNanos;
    inTime = 0;
    latencies = new Histogram(3);
  }

  synchronized void arrive(int branch, long seq, long dueMicros, long now) {
    if (branch < 0 || branch >= branches.length || seq < 0 || seq > Integer.MAX_VALUE - 1) {
      foreign++;
      return;
    }
    BitSet seen = branches[branch];
    if (seen.get((int) seq)) {
      duplicates++;
      return;
    }
    seen.set((int) seq);
    delivered++;
    if (now >= from && now <= until) {
      inTime++;
    }
    if (dueMicros >= from / 1_000) {
      latencies.recordValue(Math.max(0, now / 1_000 - dueMicros));
    }
  }

  /** First arrivals on all branches together. */
  synchronized long delivered() {
    return delivered;
  }

  /** Arrivals after the first of the same event on the same branch. */
  synchronized long duplicates() {
    return duplicates;
  }

  /** Requests that carried none of our events. */
  synchronized long foreign() {
    return foreign;
  }

  /** First arrivals a second between the two times. */
  synchronized double perSecond() {
    return inTime * 1e9 / (until - from);
  }

  /** From the scheduled time of sending to the arrival, in microseconds. */
  synchronized Histogram latencies() {
    return latencies.copy();
  }

  /** A copy of each branch. */
  synchronized Stream<BitSet> branches() {
    return Stream.of(branches).map(seen -> (BitSet) seen.clone()).toList().stream();
  }
}
