package dev.catchment.replay;

import dev.catchment.base.Scope;
import dev.catchment.json.Json;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A job as it is stored.
 *
 * @param spec what was asked for, by the words of {@link Selection} and of its kind
 * @param rateLimit events a second
 * @param error why it failed, in a sentence; null unless it did
 * @param place how far it is, and who works on it
 */
public record Job(
    String id,
    Scope scope,
    Kind kind,
    Json.Obj spec,
    int rateLimit,
    Status status,
    Progress progress,
    @Nullable String error,
    Place place,
    Times times) {

  /** What it does. */
  public enum Kind {
    REPLAY,
    RETRY;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How it is. */
  public enum Status {
    PENDING,
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELLED;

    /** The word on the wire and in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Counts so far.
   *
   * @param total events to look at; null until they are counted
   * @param processed events that were looked at
   * @param started attempts that were started
   * @param skipped events for which nothing was started
   */
  public record Progress(@Nullable Long total, long processed, long started, long skipped) {}

  /**
   * Where a job stands.
   *
   * @param reached the id of the last event it is done with; empty before the first
   * @param dueAt when its next slice may be done
   * @param claimNumber rises each time a node takes it
   * @param mine whether the node that read it holds it
   */
  record Place(String reached, long dueAt, long claimNumber, boolean mine) {}

  /** Milliseconds since 1970; null for what has not come to be. */
  public record Times(long created, @Nullable Long started, @Nullable Long completed) {}
}
