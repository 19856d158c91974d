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

  /** How often the destination was said to have changed, and how often when it was last read. */
  int changes;

  int changesRead;

  Lane(Destination destination) {
    this.destination = destination;
  }

  boolean isStale() {
    return changes != changesRead;
  }

  int room() {
    return WAITING_MAX - waiting.size() - reserved;
  }

  boolean canStart() {
    return !waiting.isEmpty() && inFlight < destination.maxInFlight();
  }

  /** Nobody relies on what it knows of its destination. */
  boolean isUnused() {
    return waiting.isEmpty() && inFlight == 0 && reserved == 0;
  }

  /** The store holds more and there is room for it. */
  boolean wantsMore() {
    return overflows && room() >= WAITING_MAX / 2;
  }
}
