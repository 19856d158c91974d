package dev.catchment.retention;

import dev.catchment.db.Tx;
import dev.catchment.log.OldEvents;
import dev.catchment.log.OldEvents.OldEvent;
import java.util.List;
import java.util.Optional;

/**
 * Walks the log from its far end for events received before a time. Positions are given in the
 * order of receipt, give or take a moment, so the walk ends at the first window without any.
 */
final class AgeFinder implements EventSweep.Finder {
  private final long receivedBefore;
  private long after;

  AgeFinder(long receivedBefore) {
    this.receivedBefore = receivedBefore;
  }

  @Override
  public Optional<List<OldEvent>> next(Tx tx, long below) {
    List<OldEvent> window = OldEvents.between(tx, after, below, EventSweep.WINDOW_MAX);
    List<OldEvent> old =
        window.stream().filter(event -> event.receivedAt() < receivedBefore).toList();
    if (old.isEmpty()) {
      return Optional.empty();
    }
    after = window.getLast().position();
    return Optional.of(old);
  }
}
