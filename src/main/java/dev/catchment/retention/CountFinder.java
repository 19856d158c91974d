package dev.catchment.retention;

import dev.catchment.db.Tx;
import dev.catchment.log.OldEvents;
import dev.catchment.log.OldEvents.OldEvent;
import java.util.List;
import java.util.Optional;

/**
 * Finds what each environment has beyond a number of events: counts down from the newest by the
 * index, a stretch at a time, and then walks up from the oldest.
 */
final class CountFinder implements EventSweep.Finder {
  /** Entries of the index that one read passes. */
  private static final int STRETCH_MAX = 10_000;

  /** Greater than every id, which are hex digits. */
  private static final String ABOVE_ALL = "g";

  private final long kept;
  private final int stretchMax;
  private String environment = "";
  private String oldestKept = "";
  private long counted;
  private String after = "";

  CountFinder(long kept) {
    this(kept, STRETCH_MAX);
  }

  CountFinder(long kept, int stretchMax) {
    this.kept = kept;
    this.stretchMax = stretchMax;
    // Begins as if done with an environment before all others.
    this.counted = kept;
  }

  @Override
  public Optional<List<OldEvent>> next(Tx tx, long below) {
    if (counted < kept) {
      countDown(tx);
      return Optional.of(List.of());
    }
    List<OldEvent> window =
        OldEvents.ofEnvironment(tx, environment, after, oldestKept, EventSweep.WINDOW_MAX);
    if (!window.isEmpty()) {
      after = window.getLast().id();
      return Optional.of(window);
    }
    return begin(OldEvents.environmentAfter(tx, environment));
  }

  private Optional<List<OldEvent>> begin(Optional<String> next) {
    if (next.isEmpty()) {
      return Optional.empty();
    }
    environment = next.get();
    oldestKept = ABOVE_ALL;
    counted = 0;
    after = "";
    return Optional.of(List.of());
  }

  private void countDown(Tx tx) {
    int stretch = (int) Math.min(stretchMax, kept - counted);
    Optional<String> lowest = OldEvents.idBelow(tx, environment, oldestKept, stretch - 1);
    // An environment that has no more than it may keep has nothing below its oldest.
    oldestKept = lowest.orElse("");
    counted = lowest.isPresent() ? counted + stretch : kept;
  }
}
