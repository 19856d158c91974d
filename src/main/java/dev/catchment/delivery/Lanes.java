package dev.catchment.delivery;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries this node has claimed: one lane for each destination, so that a slow receiver
 * fills only its own, and a bound on how many run at once, shared in turn. Safe for use by several
 * threads; those that send, and those that tell of changes, never wait here.
 */
final class Lanes {
  /** How precise send times are kept. */
  private static final long TICK_MILLIS = 10;

  private final InstantSource clock;
  private final Leases leases;
  private final Places places;
  private final Runnable wantMore;
  private final Turns turns = new Turns();
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();

  /** How often any destination was said to have changed. */
  private final AtomicInteger changes = new AtomicInteger();

  private final List<Owed> keptBack = new ArrayList<>();

  /**
   * Lanes that run at most {@code inFlightMax} deliveries at once.
   *
   * @param start runs a delivery on a thread of its own and returns at once
   * @param wantMore called when a lane has room for more that the store holds, when it needs send
   *     times, and when something is to be held; returns at once
   */
  Lanes(
      int inFlightMax,
      InstantSource clock,
      Leases leases,
      BiConsumer<Owed, Destination> start,
      Runnable wantMore) {
    this.clock = clock;
    this.leases = leases;
    this.places = new Places(inFlightMax, clock, start);
    this.wantMore = wantMore;
  }

  /**
   * Sets room aside for deliveries that are about to be written as claimed.
   *
   * @param destination as read by a caller whose write fails if it has changed since
   * @return how many, from 0 to {@code wanted}; none where somebody else decides who is next
   */
  int reserve(Destination destination, int wanted) {
    return turns.now(() -> {
      Lane lane = lane(destination);
      if (lane.isUnused()) {
        lane.refresh(destination, lane.known().changes());
      }
      Lane.Waiting fresh = lane.of(DeliveryQueue.Kind.FRESH);
      if (places.isClosed()
          || fresh.overflows
          || !destination.isOpenForAll()
          || destination.pace().ordered()) {
        return 0;
      }
      int granted = Math.min(wanted, fresh.room());
      fresh.reserved += granted;
      return granted;
    });
  }

  private Lane lane(Destination destination) {
    return lanes.computeIfAbsent(destination.id(), id -> new Lane(destination));
  }

  /** Gives back room that was set aside. */
  void release(String destinationId, int count) {
    turns.now(() -> {
      Lane lane = lanes.get(destinationId);
      if (lane != null) {
        lane.of(DeliveryQueue.Kind.FRESH).reserved -= count;
        if (lane.wantsMore()) {
          wantMore.run();
        }
      }
    });
  }

  /**
   * Takes in deliveries that room was set aside for, and starts what may start.
   *
   * @param since a time before they were written as claimed
   */
  void take(Destination destination, List<Owed> claimed, long since) {
    leases.hold(claimed, since);
    turns.now(() -> {
      Lane lane = lane(destination);
      lane.of(DeliveryQueue.Kind.FRESH).reserved -= claimed.size();
      accept(lane, claimed);
      if (lane.timesWanted() > 0) {
        wantMore.run();
      }
    });
  }

  /** How often any destination was said to have changed; to be asked before some are read. */
  int changes() {
    return changes.get();
  }

  /**
   * Takes in claimed deliveries and starts what may start.
   *
   * @param destination as it was read after that many changes of any; if there have been others
   *     since, it is read again before it is used
   * @param since a time before they were claimed
   */
  void add(Destination destination, int changesBefore, List<Owed> claimed, long since) {
    leases.hold(claimed, since);
    turns.now(() -> {
      Lane lane = lane(destination);
      Lane.Known known = lane.known();
      if (changes.get() == changesBefore) {
        lane.refresh(destination, known.changes());
      } else {
        lane.changed();
      }
      accept(lane, claimed);
    });
  }

  private void accept(Lane lane, List<Owed> claimed) {
    claimed.forEach(lane::put);
    places.ready(lane);
    places.fill();
  }

  /** There is more for this destination in the store than fits its lane. */
  void overflow(Destination destination) {
    turns.now(() -> {
      Lane lane = lanes.get(destination.id());
      if (lane != null) {
        lane.of(DeliveryQueue.Kind.FRESH).overflows = true;
      }
    });
  }

  /** Leaves out what has not been started: another node has it, or its delivery is over. */
  void drop(List<Owed> lost) {
    leases.forget(lost);
    if (!lost.isEmpty()) {
      turns.now(() -> {
        Set<Owed> gone = new HashSet<>(lost);
        lost.stream()
            .map(owed -> lanes.get(owed.destinationId()))
            .distinct()
            .forEach(lane -> leaveOut(lane, gone::contains));
      });
    }
  }

  /** Leaves out what has not been started for a connection that is gone. */
  void dropConnection(String connectionId) {
    turns.soon(() ->
        lanes
            .values()
            .forEach(lane -> leaveOut(lane, owed -> owed.connectionId().equals(connectionId))));
  }

  private void leaveOut(@Nullable Lane lane, Predicate<Owed> which) {
    if (lane != null) {
      leases.forget(lane.take(which));
    }
  }

  /** Starts again what was not sent because its claim had to be renewed first. */
  void resume(List<Leases.Wanted> renewed) {
    if (!renewed.isEmpty()) {
      turns.now(() -> {
        for (Leases.Wanted wanted : renewed.reversed()) {
          Lane lane = lanes.get(wanted.destination().id());
          if (lane == null) {
            lane = lane(wanted.destination());
            lane.changed();
          }
          lane.putFirst(wanted.owed());
          places.ready(lane);
        }
        places.fill();
      });
    }
  }

  /** A delivery that was started may not be sent now, nor may what waits behind it. */
  void keepBack(Owed owed) {
    turns.soon(() -> {
      keptBack.add(owed);
      Lane lane = lanes.get(owed.destinationId());
      if (lane != null) {
        keptBack.addAll(lane.take(waiting -> !waiting.turn().probe()));
      }
      wantMore.run();
    });
  }

  /** What was kept back since this was last asked; it is still held. */
  List<Owed> takeKeptBack() {
    return turns.now(() -> {
      List<Owed> taken = List.copyOf(keptBack);
      keptBack.clear();
      return taken;
    });
  }

  /**
   * Whether there is room for so many that the store holds back for a destination. When there is
   * not, its lane asks for more once it has room.
   */
  boolean hasRoomFor(String destinationId, int count) {
    return turns.now(() -> {
      Lane lane = lanes.get(destinationId);
      if (places.isClosed() || lane == null) {
        return !places.isClosed();
      }
      Lane.Waiting fresh = lane.of(DeliveryQueue.Kind.FRESH);
      boolean room = fresh.room() >= count && !lane.isFull(DeliveryQueue.Kind.FRESH);
      fresh.overflows |= !room;
      return room;
    });
  }

  /** Nothing of that kind that is due is left in the store, but for the lanes named. */
  void drained(DeliveryQueue.Kind kind, Set<String> except) {
    turns.now(() -> {
      lanes.forEach((id, lane) -> {
        if (!except.contains(id)) {
          lane.of(kind).overflows = false;
        }
      });
      lanes.values().removeIf(lane -> lane.isUnused() && !overflows(lane));
    });
  }

  private static boolean overflows(Lane lane) {
    return lane.of(DeliveryQueue.Kind.FRESH).overflows
        || lane.of(DeliveryQueue.Kind.RETRY).overflows;
  }

  /** A delivery has been sent, or will not be; its place is free. */
  void done(Owed owed) {
    turns.soon(() -> {
      places.free();
      Lane lane = lanes.get(owed.destinationId());
      boolean wants = false;
      if (lane != null) {
        lane.inFlight--;
        places.ready(lane);
        wants = lane.wantsMore();
      }
      places.fill();
      if (wants || (lane != null && lane.timesWanted() > 0)) {
        wantMore.run();
      }
    });
  }

  /**
   * Destinations whose lanes take no more of a kind. Whoever asks leaves them out of what it
   * claims, so each of them asks for more once it has room.
   */
  List<String> full(DeliveryQueue.Kind kind) {
    return turns.now(() -> {
      List<String> full = new ArrayList<>();
      lanes.forEach((id, lane) -> {
        if (lane.isFull(kind)) {
          lane.of(kind).overflows = true;
          full.add(id);
        }
      });
      return full;
    });
  }

  /** Send times that a lane needs to go on. */
  record TimesWanted(String destinationId, int ratePerSecond, int count) {}

  /** All that are needed now. */
  List<TimesWanted> timesWanted() {
    return turns.now(() -> {
      List<TimesWanted> wanted = new ArrayList<>();
      lanes.forEach((id, lane) -> {
        Integer rate = lane.destination().pace().ratePerSecond();
        int count = lane.timesWanted();
        if (rate != null && count > 0) {
          wanted.add(new TimesWanted(id, rate, count));
        }
      });
      return wanted;
    });
  }

  /** Hands over send times that were asked for. */
  void give(String destinationId, SendTimes.Taken times) {
    turns.now(() -> {
      Lane lane = lanes.get(destinationId);
      if (lane != null) {
        lane.give(times);
      }
    });
  }

  /**
   * Starts what had to wait for its send time.
   *
   * @return when the next one comes, milliseconds since 1970
   */
  OptionalLong startTimed() {
    return turns.now(() -> {
      lanes.values().stream().filter(lane -> lane.nextTime() != null).forEach(places::ready);
      places.fill();
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
    });
  }

  /** The destination has changed; an empty id means any may have. */
  void stale(String destinationId) {
    changes.incrementAndGet();
    if (destinationId.isEmpty()) {
      lanes.values().forEach(Lane::changed);
    } else {
      Lane lane = lanes.get(destinationId);
      if (lane != null) {
        lane.changed();
      }
    }
  }

  /** Whether the destination must be read again before it is used. */
  boolean isStale(String destinationId) {
    Lane lane = lanes.get(destinationId);
    return lane == null || lane.known().isStale();
  }

  /** How often the destination was said to have changed; to be asked before it is read again. */
  int changes(String destinationId) {
    Lane lane = lanes.get(destinationId);
    return lane == null ? 0 : lane.known().changes();
  }

  /** Uses the destination as it was read after that many changes, unless a newer one is known. */
  void refresh(Destination destination, int changesBefore) {
    Lane lane = lanes.get(destination.id());
    if (lane != null) {
      lane.refresh(destination, changesBefore);
      turns.soon(() -> {
        places.ready(lane);
        places.fill();
      });
    }
  }

  /** Starts nothing more; what has not been started is still held. */
  void stop() {
    turns.now(() -> {
      places.close();
      lanes.values().forEach(lane -> lane.take(owed -> true));
    });
  }
}
