package dev.catchment.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest events in memory, so that readers need not read back what was just written. Holds a
 * run of positions without gaps; correctness never depends on it.
 */
final class Tail {
  private static final int CAPACITY_MIN = 1_024;

  private final long weightMax;

  /** A ring; an event stands at its position modulo the length, which is a power of two. */
  private @Nullable StoredEvent[] ring = new @Nullable StoredEvent[CAPACITY_MIN];

  /** Positions held: from {@code first} up to and without {@code end}. */
  private long first;

  private long end;
  private long weight;

  Tail(long weightMax) {
    this.weightMax = weightMax;
  }

  synchronized void add(List<StoredEvent> committed) {
    for (StoredEvent event : committed) {
      if (event.position() != end) {
        // Another node appended between, or this is the first: what is here does not join on.
        clear(event.position());
      }
      if (end - first == ring.length) {
        grow();
      }
      ring[at(end++)] = event;
      weight += event.event().weight();
    }
    while (weight > weightMax) {
      StoredEvent oldest = ring[at(first)];
      ring[at(first++)] = null;
      weight -= oldest == null ? 0 : oldest.event().weight();
    }
  }

  private int at(long position) {
    return (int) (position & (ring.length - 1));
  }

  private void clear(long next) {
    for (long position = first; position < end; position++) {
      ring[at(position)] = null;
    }
    first = next;
    end = next;
    weight = 0;
  }

  private void grow() {
    @Nullable StoredEvent[] old = ring;
    ring = new @Nullable StoredEvent[old.length * 2];
    for (long position = first; position < end; position++) {
      ring[at(position)] = old[(int) (position & (old.length - 1))];
    }
  }

  /** Whether nothing is known to follow the position. */
  synchronized boolean endsAt(long position) {
    return end > first && end == position + 1;
  }

  /** What follows the position, oldest first; empty when the tail does not reach that far back. */
  synchronized List<StoredEvent> after(long position, int max) {
    if (position + 1 < first || position + 1 >= end) {
      return List.of();
    }
    long until = Math.min(end, position + 1 + max);
    List<StoredEvent> found = new ArrayList<>((int) (until - position - 1));
    for (long next = position + 1; next < until; next++) {
      StoredEvent event = ring[at(next)];
      if (event != null) {
        found.add(event);
      }
    }
    return found;
  }
}
