package dev.catchment.worker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Starts a node's loops, says how they are, and stops them in the reverse order. */
public final class Supervisor implements AutoCloseable {
  private static final long STOP_MILLIS_MAX = 10_000;

  private final List<Loop> loops;

  /** Loops in the order in which they are to start. */
  public Supervisor(List<Loop> loops) {
    this.loops = List.copyOf(loops);
  }

  /** Starts the loops, each on a thread of its own. */
  public void start() {
    loops.forEach(Loop::start);
  }

  /** The loops in trouble and why; empty when all is well. */
  public Map<String, String> troubles() {
    Map<String, String> troubles = new LinkedHashMap<>();
    for (Loop loop : loops) {
      String trouble = loop.trouble();
      if (trouble != null) {
        troubles.put(loop.name(), trouble);
      }
    }
    return troubles;
  }

  @Override
  public void close() {
    loops.reversed().forEach(loop -> loop.stop(STOP_MILLIS_MAX));
  }
}
