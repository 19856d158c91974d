package dev.catchment.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest events in memory, so that readers need not read back what was just written. Holds a
 * run of positions without gaps; correctness never depends on it.
 */
final class Tail {
  private final long weightMax;
  private final ArrayDeque<StoredEvent> events = new ArrayDeque<>();
  private long weight;

  Tail(long weightMax) {
    this.weightMax = weightMax;
  }

  synchronized void add(List<StoredEvent> committed) {
    for (StoredEvent event : committed) {
      if (!events.isEmpty() && event.position() != events.getLast().position() + 1) {
        // Another node appended between: what is here no longer joins on.
        events.clear();
        weight = 0;
      }
      events.addLast(event);
      weight += event.event().weight();
    }
    while (weight > weightMax) {
      weight -= events.removeFirst().event().weight();
    }
  }

  /** Whether nothing is known to follow the position. */
  synchronized boolean endsAt(long position) {
    return !events.isEmpty() && events.getLast().position() == position;
  }

  /** What follows the position, oldest first; empty when the tail does not reach that far back. */
  synchronized List<StoredEvent> after(long position, int max) {
    if (events.isEmpty()
        || events.getFirst().position() > position + 1
        || events.getLast().position() <= position) {
      return List.of();
    }
    List<StoredEvent> found = new ArrayList<>(Math.min(max, events.size()));
    long skip = position + 1 - events.getFirst().position();
    for (StoredEvent event : events) {
      if (skip-- > 0) {
        continue;
      }
      if (found.size() == max) {
        break;
      }
      found.add(event);
    }
    return found;
  }
}
