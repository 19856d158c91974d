package dev.catchment.collections;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a collection stands in the log while it does not follow it with the others.
 *
 * @param start events up to this position are not its own
 * @param status whether events are applied
 * @param catchUp the position it has reached while it is paused or catching up; null while it
 *     follows the log with the others, and while it is disabled
 */
record Standing(long start, CollectionRow.Status status, @Nullable Long catchUp) {
  /** As its row says. */
  static Standing of(CollectionRow row) {
    return new Standing(
        row.progress().startPosition(), row.fold().status(), row.progress().catchUpPosition());
  }

  /**
   * With another status. Pausing remembers how far the collection is; coming back from a pause
   * catches up from there; coming back from disabled starts at the end of the log.
   *
   * @param reached the position of those that follow the log
   * @param head tells the position of the newest event
   */
  Standing with(CollectionRow.Status becomes, long reached, LongSupplier head) {
    if (becomes == status) {
      return this;
    }
    if (status == CollectionRow.Status.DISABLED) {
      long newest = head.getAsLong();
      return new Standing(
          newest, becomes, becomes == CollectionRow.Status.PAUSED ? (Long) newest : null);
    }
    return switch (becomes) {
      case ACTIVE -> new Standing(start, becomes, catchUp);
      case PAUSED -> new Standing(start, becomes, catchUp == null ? (Long) reached : catchUp);
      case DISABLED -> new Standing(start, becomes, null);
    };
  }
}
