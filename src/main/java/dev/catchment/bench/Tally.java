package dev.catchment.bench;

import org.HdrHistogram.Histogram;

/**
 * How one pass went. Latencies run from an event's scheduled time to its answer, in microseconds,
 * so a server that stalls is charged for everything that had to wait.
 */
final class Tally {
  private final Pass pass;
  private final long start;
  private final Histogram latencies = new Histogram(3);
  private long issued;
  private long inTime;
  private long unsent;

  /** A pass that starts at that time. */
  Tally(Pass pass, long startNanos) {
    this.pass = pass;
    this.start = startNanos;
  }

  long end() {
    return start + pass.nanos();
  }

  /** When the next event is due: its place in an open loop's schedule, else now. */
  long due(long now) {
    return pass.closedLoop() ? now : start + (long) (issued * 1e9 / pass.rate());
  }

  /**
   * Whether there is more to send.
   *
   * @param backlogNanos for how long after the end an open loop still sends what was due before it
   */
  boolean unfinished(long now, long backlogNanos) {
    return pass.closedLoop()
        ? now < end() && issued < pass.most()
        : issued < pass.slots() && now < end() + backlogNanos;
  }

  boolean mayIssue(long sent) {
    return pass.mayIssue().test(sent);
  }

  void issue() {
    issued++;
  }

  void answer(long dueNanos, long now) {
    latencies.recordValue(Math.max(0, now - dueNanos) / 1_000);
    if (now <= end()) {
      inTime++;
    }
  }

  /** Charges what was due and never sent with the time it has waited so far. */
  void close(long now) {
    for (long slot = issued; !pass.closedLoop() && slot < pass.slots(); slot++) {
      latencies.recordValue(Math.max(0, now - start - (long) (slot * 1e9 / pass.rate())) / 1_000);
      unsent++;
    }
  }

  boolean closedLoop() {
    return pass.closedLoop();
  }

  long startNanos() {
    return start;
  }

  long issued() {
    return issued;
  }

  /** Events of an open loop that were due and not sent. */
  long unsent() {
    return unsent;
  }

  Histogram latencies() {
    return latencies;
  }

  /** Acknowledged events a second, counting only what was acknowledged before the end. */
  double perSecond() {
    return inTime * 1e9 / pass.nanos();
  }
}
