package dev.catchment.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How much more each lane takes: the room set aside for deliveries that are about to be written,
 * and which lanes left some in the store and ask for more once they have room. Safe for use by
 * several threads, which wait for the lock of the lanes.
 */
final class LaneRoom {
  private final Map<String, Lane> lanes;
  private final Turns turns;
  private final Places places;
  private final Runnable wantMore;

  /**
   * The room of those lanes, which that lock guards.
   *
   * @param wantMore called when a lane has room for more that the store holds; returns at once
   */
  LaneRoom(Map<String, Lane> lanes, Turns turns, Places places, Runnable wantMore) {
    this.lanes = lanes;
    this.turns = turns;
    this.places = places;
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
      Lane lane = lanes.computeIfAbsent(destination.id(), id -> new Lane(destination));
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

  /** There is more for this destination in the store than fits its lane. */
  void overflow(Destination destination) {
    turns.now(() -> {
      Lane lane = lanes.get(destination.id());
      if (lane != null) {
        lane.of(DeliveryQueue.Kind.FRESH).overflows = true;
      }
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
}
