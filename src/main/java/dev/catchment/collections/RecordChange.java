package dev.catchment.collections;

import org.jspecify.annotations.Nullable;

/**
 * What a batch of events did to one record.
 *
 * @param before the row before the batch; null when there was none
 * @param after the row to write
 * @param held whether the record is now held by another event than before; false when only its
 *     creation time moved
 */
public record RecordChange(@Nullable RecordRow before, RecordRow after, boolean held) {
  /** Whether the record has become visible. */
  public boolean appeared() {
    return !after.deleted() && (before == null || before.deleted());
  }

  /** Whether the record has stopped being visible. */
  public boolean vanished() {
    return after.deleted() && before != null && !before.deleted();
  }
}
