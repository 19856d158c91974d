package dev.catchment.issues;

import dev.catchment.base.Scope;
import dev.catchment.delivery.ManualRetries;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An issue as it is stored and shown; times are milliseconds since 1970.
 *
 * @param destinationName null once the destination is gone
 * @param title readable, with the name the destination had
 * @param snoozedUntil until then it is to disturb nobody; null for not
 */
public record IssueRow(
    String id,
    Scope scope,
    String destinationId,
    @Nullable String destinationName,
    IssueKind kind,
    String title,
    Status status,
    @Nullable Long snoozedUntil,
    Seen seen,
    Last last,
    Times times) {

  /** Whether somebody should look at it. */
  public enum Status {
    OPEN,
    ACKNOWLEDGED,
    RESOLVED;

    /** The word on the wire and in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How often it occurred, and when. */
  public record Seen(long count, long firstAt, long lastAt) {}

  /** The last occurrence; all null for one that is not about a single attempt. */
  public record Last(
      @Nullable String attemptId,
      @Nullable String eventId,
      @Nullable String error,
      @Nullable Long statusCode) {}

  /**
   * When what happened to it.
   *
   * @param opened when it last opened or reopened; equal to {@code updated} when it just did
   */
  public record Times(long created, long opened, @Nullable Long resolved, long updated) {}

  /** {@code <destination_id>:<kind>}. */
  public String fingerprint() {
    return destinationId + ":" + kind.word();
  }

  /** The dead letters behind it. */
  public ManualRetries.Wish deadLetters() {
    return kind.isOfDestination()
        ? new ManualRetries.Wish(destinationId, null, null, true)
        : new ManualRetries.Wish(null, null, id, true);
  }
}
