package dev.catchment.delivery;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The places in which deliveries run, so many at once, shared in turn by the lanes that have
 * something to send. Guarded by the lock of the lanes.
 */
final class Places {
  /**
   * A lane may hold this many times the places that are free. So a lane alone gets two thirds of
   * all, and the more lanes there are, the fewer places each of them gets.
   */
  private static final int SHARE = 2;

  /** This part of all places is kept for lanes that have nothing under way. */
  private static final int KEPT_PART = 8;

  private final int inFlightMax;
  private final InstantSource clock;
  private final BiConsumer<Owed, Destination> start;
  private final ArrayDeque<Lane> ready = new ArrayDeque<>();
  private final Set<Lane> inReady = new HashSet<>();
  private int inFlight;
  private boolean closed;

  /**
   * @param start runs a delivery on a thread of its own and returns at once
   */
  Places(int inFlightMax, InstantSource clock, BiConsumer<Owed, Destination> start) {
    this.inFlightMax = inFlightMax;
    this.clock = clock;
    this.start = start;
  }

  /** Puts a lane in the row of those that have something to send, if it has. */
  void ready(Lane lane) {
    if (lane.canStart() && inReady.add(lane)) {
      ready.addLast(lane);
    }
  }

  /** A place is free. */
  void free() {
    inFlight--;
  }

  /** Starts what may start. */
  void fill() {
    long nowMicros = TimeUnit.MILLISECONDS.toMicros(clock.millis());
    int passedOver = 0;
    while (!closed && inFlight < inFlightMax && passedOver < ready.size()) {
      Lane lane = ready.removeFirst();
      if (lane.canStart() && hasItsShare(lane)) {
        ready.addLast(lane);
        passedOver++;
        continue;
      }
      inReady.remove(lane);
      Owed next = lane.next(nowMicros);
      if (next != null) {
        passedOver = 0;
        lane.inFlight++;
        inFlight++;
        ready(lane);
        start.accept(next, lane.destination());
      }
    }
  }

  private boolean hasItsShare(Lane lane) {
    int free = inFlightMax - inFlight;
    return lane.inFlight > 0 && (free <= inFlightMax / KEPT_PART || lane.inFlight > SHARE * free);
  }

  /** Starts nothing more. */
  void close() {
    closed = true;
    ready.clear();
    inReady.clear();
  }

  boolean isClosed() {
    return closed;
  }
}
