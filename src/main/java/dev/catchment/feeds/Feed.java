package dev.catchment.feeds;

import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A feed as it is stored.
 *
 * @param identity who and whose it is
 * @param settings how its lists behave
 * @param counts how many items are in each state
 * @param dates when it was made and last changed for readers
 * @param revision raised by every transaction that touches the feed
 */
public record Feed(
    Identity identity, Settings settings, Counts counts, Dates dates, long revision) {

  /**
   * Who and whose it is.
   *
   * @param id the collection's id, 32 hex digits
   * @param manualSourceId the built-in source of hand-made items
   */
  public record Identity(
      String id,
      Scope scope,
      String name,
      String slug,
      @Nullable String description,
      ContentType type,
      CollectionRow.Status status,
      String manualSourceId) {}

  /** Where a new arrival goes. */
  public enum InsertPosition {
    TOP,
    BOTTOM;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What happens when an item enters a full list. */
  public enum WhenFull {
    /** A move is refused; an arrival waits in the inbox. */
    HOLD,
    /** The last unpinned item of the list makes room. */
    ROLL;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How its lists behave. */
  public record Settings(
      InsertPosition insertPosition, WhenFull whenFull, int liveMax, int stagingMax) {}

  /** How many items are in each state. */
  public record Counts(int inbox, int staging, int live, int rejected) {
    /** All of them. */
    public int total() {
      return inbox + staging + live + rejected;
    }
  }

  /**
   * Milliseconds since 1970.
   *
   * @param modifiedAt the last visible change; strictly rising
   * @param lastItemAt the last arrival; null before the first
   */
  public record Dates(long createdAt, long modifiedAt, @Nullable Long lastItemAt) {}

  public String id() {
    return identity.id();
  }

  FeedTag tag() {
    return new FeedTag(
        identity.id(),
        identity.scope(),
        identity.name(),
        identity.type(),
        counts.staging(),
        counts.live(),
        dates.createdAt(),
        dates.modifiedAt(),
        revision);
  }
}
