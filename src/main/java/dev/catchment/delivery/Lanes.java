package dev.catchment.delivery;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries this node has claimed: one lane for each destination, so that a slow receiver
 * fills only its own, and a bound on how many run at once, shared in turn. Safe for use by several
 * threads.
 */
final class Lanes {
  /**
   * A lane may hold this many times the places that are free. So a lane alone gets two thirds of
   * all, and the more lanes there are, the fewer places each of them gets.
   */
  private static final int SHARE = 2;

  /** This part of all places is kept for lanes that have nothing under way. */
  private static final int KEPT_PART = 8;

  /** How precise send times are kept. */
  private static final long TICK_MILLIS = 10;

  private final int inFlightMax;
  private final InstantSource clock;
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
  Lanes(int inFlightMax, InstantSource clock, BiConsumer<Owed, Destination> start) {
    this.inFlightMax = inFlightMax;
    this.clock = clock;
    this.start = start;
  }

  /**
   * Sets room aside for deliveries that are about to be written as claimed.
   *
   * @param destination as read by a caller whose write fails if it has changed since
   * @return how many, from 0 to {@code wanted}; none where somebody else decides who is next
   */
  synchronized int reserve(Destination destination, int wanted) {
    Lane lane = lanes.computeIfAbsent(destination.id(), id -> new Lane(destination));
    if (lane.isUnused()) {
      lane.destination = destination;
      lane.changesRead = lane.changes;
    }
    Lane.Waiting fresh = lane.of(DeliveryQueue.Kind.FRESH);
    if (stopped || fresh.overflows || !destination.isOpenForAll() || destination.pace().ordered()) {
      return 0;
    }
    int granted = Math.min(wanted, fresh.room());
    fresh.reserved += granted;
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
    lane.of(DeliveryQueue.Kind.FRESH).reserved -= count;
    return lane.wantsMore();
  }

  /**
   * Takes in deliveries that room was set aside for, and starts what may start.
   *
   * @return whether the destination needs send times
   */
  synchronized boolean take(Destination destination, List<Owed> claimed) {
    Lane lane = lanes.computeIfAbsent(destination.id(), id -> new Lane(destination));
    lane.of(DeliveryQueue.Kind.FRESH).reserved -= claimed.size();
    accept(lane, claimed);
    return lane.timesWanted() > 0;
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
      lane.put(owed);
      held.put(owed.id(), owed);
    }
    makeReady(lane);
    pump();
  }

  /** There is more for this destination in the store than fits its lane. */
  synchronized void overflow(Destination destination) {
    Lane lane = lanes.get(destination.id());
    if (lane != null) {
      lane.of(DeliveryQueue.Kind.FRESH).overflows = true;
    }
  }

  /** Leaves out what has not been started: another node has it, or its delivery is over. */
  synchronized void drop(List<Owed> lost) {
    Set<Owed> gone = Set.copyOf(lost);
    lost.stream()
        .map(owed -> lanes.get(owed.destinationId()))
        .distinct()
        .forEach(lane -> leaveOut(lane, gone::contains));
  }

  /** Leaves out what has not been started for a connection that is gone. */
  synchronized void dropConnection(String connectionId) {
    lanes
        .values()
        .forEach(lane -> leaveOut(lane, owed -> owed.connectionId().equals(connectionId)));
  }

  private void leaveOut(@Nullable Lane lane, Predicate<Owed> which) {
    if (lane != null) {
      lane.take(which).forEach(owed -> held.remove(owed.id()));
    }
  }

  /** Takes out what has not been started for a destination; it is still held. */
  synchronized List<Owed> takeWaiting(String destinationId) {
    Lane lane = lanes.get(destinationId);
    return lane == null ? List.of() : lane.take(owed -> !owed.turn().probe());
  }

  /** Nothing of that kind that is due is left in the store, but for the lanes named. */
  synchronized void drained(DeliveryQueue.Kind kind, Set<String> except) {
    lanes.forEach((id, lane) -> {
      if (!except.contains(id)) {
        lane.of(kind).overflows = false;
      }
    });
    lanes.values().removeIf(lane -> lane.isUnused() && !overflows(lane));
  }

  private static boolean overflows(Lane lane) {
    return lane.of(DeliveryQueue.Kind.FRESH).overflows
        || lane.of(DeliveryQueue.Kind.RETRY).overflows;
  }

  /**
   * A delivery has been sent, or will not be; its place is free.
   *
   * @return whether its lane has room for more that the store holds, or needs send times
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
    return wantsMore || (lane != null && lane.timesWanted() > 0);
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
   * Destinations whose lanes take no more of a kind. Whoever asks leaves them out of what it
   * claims, so each of them asks for more once it has room.
   */
  synchronized List<String> full(DeliveryQueue.Kind kind) {
    List<String> full = new ArrayList<>();
    lanes.forEach((id, lane) -> {
      if (lane.isFull(kind)) {
        lane.of(kind).overflows = true;
        full.add(id);
      }
    });
    return full;
  }

  /** Send times that a lane needs to go on. */
  record TimesWanted(String destinationId, int ratePerSecond, int count) {}

  /** All that are needed now. */
  synchronized List<TimesWanted> timesWanted() {
    List<TimesWanted> wanted = new ArrayList<>();
    lanes.forEach((id, lane) -> {
      Integer rate = lane.destination.pace().ratePerSecond();
      int count = lane.timesWanted();
      if (rate != null && count > 0) {
        wanted.add(new TimesWanted(id, rate, count));
      }
    });
    return wanted;
  }

  /** Hands over send times that were asked for. */
  synchronized void give(String destinationId, SendTimes.Taken times) {
    Lane lane = lanes.get(destinationId);
    if (lane != null) {
      lane.give(times);
    }
  }

  /**
   * Starts what had to wait for its send time.
   *
   * @return when the next one comes, milliseconds since 1970
   */
  synchronized OptionalLong startTimed() {
    lanes.values().stream().filter(lane -> lane.nextTime() != null).forEach(this::makeReady);
    pump();
    long next = Long.MAX_VALUE;
    for (Lane lane : lanes.values()) {
      Long micros = lane.nextTime();
      if (micros != null) {
        next = Math.min(next, TimeUnit.MICROSECONDS.toMillis(micros + 999));
      }
    }
    // Those that are due within one tick go together.
    return next == Long.MAX_VALUE
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(next, clock.millis() + TICK_MILLIS));
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
    lanes.values().forEach(lane -> lane.take(owed -> true));
    ready.clear();
    inReady.clear();
  }

  private boolean hasItsShare(Lane lane) {
    int free = inFlightMax - inFlight;
    return lane.inFlight > 0 && (free <= inFlightMax / KEPT_PART || lane.inFlight > SHARE * free);
  }

  private void makeReady(Lane lane) {
    if (lane.canStart() && inReady.add(lane)) {
      ready.addLast(lane);
    }
  }

  private void pump() {
    long nowMicros = TimeUnit.MILLISECONDS.toMicros(clock.millis());
    int passedOver = 0;
    while (!stopped && inFlight < inFlightMax && passedOver < ready.size()) {
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
        makeReady(lane);
        start.accept(next, lane.destination);
      }
    }
  }
}
