package dev.catchment.delivery;

import dev.catchment.db.Database;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final InstantSource clock;
  private final Leases leases;
  private final Places places;
  private final Runnable wantMore;
  private final Turns turns = new Turns();
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private final LaneRoom room;

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
    this.room = new LaneRoom(lanes, turns, places, wantMore);
  }

  /** How much more these lanes take. */
  LaneRoom room() {
    return room;
  }

  /** What keeps the rates of these lanes, by the send times of that store. */
  Pacer pacer(Database database) {
    return new Pacer(database, lanes, turns, places, clock);
  }

  private Lane lane(Destination destination) {
    return lanes.computeIfAbsent(destination.id(), id -> new Lane(destination));
  }

  /**
   * Takes in deliveries that {@link LaneRoom#reserve} set room aside for, and starts what may
   * start.
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
