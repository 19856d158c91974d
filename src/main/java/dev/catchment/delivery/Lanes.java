package dev.catchment.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries this node has claimed: one lane for each destination, so that a slow receiver
 * fills only its own, and a bound on how many run at once, shared in turn. Safe for use by several
 * threads.
 */
final class Lanes {
  private final int inFlightMax;
  private final BiConsumer<Owed, Destination> start;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final ArrayDeque<Lane> ready = new ArrayDeque<>();
  private final Set<Lane> inReady = new HashSet<>();
  private final Map<String, Owed> held = new HashMap<>();
  private int inFlight;
  private boolean stopped;

  /**
   * Lanes that run at most {@code inFlightMax} deliveries at once.
   *
   * @param start runs a delivery on a thread of its own and returns at once
   */
  Lanes(int inFlightMax, BiConsumer<Owed, Destination> start) {
    this.inFlightMax = inFlightMax;
    this.start = start;
  }

  /**
   * Sets room aside for deliveries that are about to be written as claimed.
   *
   * @param destination as read by a caller whose write fails if it has changed since
   * @return how many, from 0 to {@code wanted}
   */
  synchronized int reserve(Destination destination, int wanted) {
    Lane lane = lanes.computeIfAbsent(destination.id(), id -> new Lane(destination));
    if (lane.isUnused()) {
      lane.destination = destination;
      lane.changesRead = lane.changes;
    }
    if (stopped || lane.overflows || destination.status() != Destination.Status.ACTIVE) {
      return 0;
    }
    int granted = Math.min(wanted, lane.room());
    lane.reserved += granted;
    return granted;
  }

  /**
   * Gives back room that was set aside.
   *
   * @return whether the store holds more for the destination and there is room for it
   */
  synchronized boolean release(String destinationId, int count) {
    Lane lane = lanes.get(destinationId);
    if (lane == null) {
      return false;
    }
    lane.reserved -= count;
    return lane.wantsMore();
  }

  /** Takes in deliveries that room was set aside for, and starts what may start. */
  synchronized void take(Destination destination, List<Owed> claimed) {
    Lane lane = lanes.computeIfAbsent(destination.id(), id -> new Lane(destination));
    lane.reserved -= claimed.size();
    accept(lane, claimed);
  }

  /**
   * Takes in claimed deliveries and starts what may start.
   *
   * @param destination may have changed since it was read, so it is read again before it is used
   */
  synchronized void add(Destination destination, List<Owed> claimed) {
    Lane lane = lanes.computeIfAbsent(destination.id(), id -> new Lane(destination));
    lane.changes++;
    accept(lane, claimed);
  }

  private void accept(Lane lane, List<Owed> claimed) {
    for (Owed owed : claimed) {
      lane.waiting.addLast(owed);
      held.put(owed.id(), owed);
    }
    makeReady(lane);
    pump();
  }

  /** There is more for this destination in the store than fits its lane. */
  synchronized void overflow(Destination destination) {
    Lane lane = lanes.get(destination.id());
    if (lane != null) {
      lane.overflows = true;
    }
  }

  /** Leaves out what has not been started: another node has it, or its delivery is over. */
  synchronized void drop(List<Owed> lost) {
    for (Owed owed : lost) {
      Lane lane = lanes.get(owed.destinationId());
      if (lane != null && lane.waiting.remove(owed)) {
        held.remove(owed.id());
      }
    }
  }

  /** Leaves out what has not been started for a connection that is gone. */
  synchronized void dropConnection(String connectionId) {
    for (Lane lane : lanes.values()) {
      lane.waiting.removeIf(owed -> {
        boolean gone = owed.connectionId().equals(connectionId);
        if (gone) {
          held.remove(owed.id());
        }
        return gone;
      });
    }
  }

  /** Nothing that is due is left in the store, but for the lanes named. */
  synchronized void drained(Set<String> except) {
    lanes.forEach((id, lane) -> {
      if (!except.contains(id)) {
        lane.overflows = false;
      }
    });
    lanes.values().removeIf(lane -> lane.isUnused() && !lane.overflows);
  }

  /**
   * A delivery has been sent, or will not be; its place is free.
   *
   * @return whether the store holds more for its destination and there is room for it
   */
  synchronized boolean done(Owed owed) {
    inFlight--;
    Lane lane = lanes.get(owed.destinationId());
    boolean wantsMore = false;
    if (lane != null) {
      lane.inFlight--;
      makeReady(lane);
      wantsMore = lane.wantsMore();
    }
    pump();
    return wantsMore;
  }

  /** The claim is settled or given back; its lease need not be renewed. */
  synchronized void forget(List<Owed> settled) {
    settled.forEach(owed -> held.remove(owed.id()));
  }

  /** All claims whose leases must be renewed. */
  synchronized List<Owed> held() {
    return new ArrayList<>(held.values());
  }

  /**
   * Destinations whose lanes take no more. Whoever asks leaves them out of what it claims, so each
   * of them asks for more once it has room.
   */
  synchronized List<String> full() {
    List<String> full = new ArrayList<>();
    lanes.forEach((id, lane) -> {
      if (lane.room() <= 0) {
        lane.overflows = true;
        full.add(id);
      }
    });
    return full;
  }

  /** The destination has changed; an empty id means any may have. */
  synchronized void stale(String destinationId) {
    if (destinationId.isEmpty()) {
      lanes.values().forEach(lane -> lane.changes++);
    } else {
      Lane lane = lanes.get(destinationId);
      if (lane != null) {
        lane.changes++;
      }
    }
  }

  /** Whether the destination must be read again before it is used. */
  synchronized boolean isStale(String destinationId) {
    Lane lane = lanes.get(destinationId);
    return lane == null || lane.isStale();
  }

  /** How often the destination was said to have changed; to be asked before it is read again. */
  synchronized int changes(String destinationId) {
    Lane lane = lanes.get(destinationId);
    return lane == null ? 0 : lane.changes;
  }

  /** Uses the destination as it was read after that many changes, unless a newer one is known. */
  synchronized void refresh(Destination destination, int changes) {
    Lane lane = lanes.get(destination.id());
    if (lane != null && changes >= lane.changesRead) {
      lane.destination = destination;
      lane.changesRead = changes;
      makeReady(lane);
    }
  }

  /** Starts nothing more; what has not been started is still held. */
  synchronized void stop() {
    stopped = true;
    lanes.values().forEach(lane -> lane.waiting.clear());
    ready.clear();
    inReady.clear();
  }

  private void makeReady(Lane lane) {
    if (lane.canStart() && inReady.add(lane)) {
      ready.addLast(lane);
    }
  }

  private void pump() {
    while (!stopped && inFlight < inFlightMax && !ready.isEmpty()) {
      Lane lane = ready.removeFirst();
      inReady.remove(lane);
      @Nullable Owed next = lane.canStart() ? lane.waiting.pollFirst() : null;
      if (next != null) {
        lane.inFlight++;
        inFlight++;
        makeReady(lane);
        start.accept(next, lane.destination);
      }
    }
  }
}
