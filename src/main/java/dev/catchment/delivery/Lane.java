package dev.catchment.delivery;

import java.util.ArrayDeque;

/** The claimed deliveries of one destination on this node. Guarded by the lock of its lanes. */
final class Lane {
  /** How many claimed deliveries of one destination may wait in memory. */
  static final int WAITING_MAX = 1_000;

  final ArrayDeque<Owed> waiting = new ArrayDeque<>();
  Destination destination;
  int inFlight;
  int reserved;

  /** More of this destination is due in the store than has been claimed. */
  boolean overflows;

  /** The destination has changed since it was read. */
  boolean stale;

  Lane(Destination destination) {
    this.destination = destination;
  }

  int room() {
    return WAITING_MAX - waiting.size() - reserved;
  }

  boolean canStart() {
    return !waiting.isEmpty() && inFlight < destination.maxInFlight();
  }

  boolean isIdle() {
    return waiting.isEmpty() && inFlight == 0 && reserved == 0 && !overflows;
  }
}
