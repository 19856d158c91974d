package dev.catchment.collections;

import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * A rebuild under way.
 *
 * @param generation the one that it fills
 * @param phase what it does
 * @param position events of the log up to here are in it, once it is folded
 * @param comparedKey keys up to here have been compared with the records that are read
 * @param told changes of the records that are read have been compared up to this number
 * @param firstChange changes that readers must be told have this number or a greater one
 * @param counts what it brings along
 */
record Rebuild(
    long generation,
    Phase phase,
    long position,
    String comparedKey,
    long told,
    long firstChange,
    Counts counts) {
  /** What a rebuild does, one after the other. */
  enum Phase {
    /** Stored events are folded. */
    FOLD,
    /** What came of them is compared with the records that are read. */
    COMPARE,
    /** What the projector has read meanwhile is folded and compared, until it can be swapped in. */
    FOLLOW
  }

  /** What the collection counts once it is swapped in. */
  record Counts(
      long changeNumber,
      long records,
      long tombstones,
      long applied,
      long stale,
      long skipped,
      Json.Obj skippedReasons,
      long timeFallbacks,
      @Nullable Long lastSyncAt) {}
}
