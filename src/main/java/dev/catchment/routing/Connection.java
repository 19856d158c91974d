package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.expr.FilterRules;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A tie from one source to one destination.
 *
 * @param enabled false: not evaluated
 * @param filter what an event must match; an empty rule set matches everything
 * @param totals matches so far
 * @param createdAt milliseconds since 1970
 */
public record Connection(
    String id,
    Scope scope,
    Ends ends,
    String name,
    @Nullable String description,
    boolean enabled,
    FilterRules filter,
    Status status,
    Totals totals,
    long createdAt,
    long updatedAt) {

  /** What it ties; names are null once the thing is gone. */
  public record Ends(
      String sourceId,
      @Nullable String sourceName,
      String destinationId,
      @Nullable String destinationName) {}

  /** Whether events pass. */
  public enum Status {
    ACTIVE,
    /** Matches are held and sent in order of receipt on resume. */
    PAUSED,
    /** Not evaluated. */
    DISABLED;

    /** The word on the wire and in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether events are matched against it at all. */
  boolean isEvaluated() {
    return enabled && status != Status.DISABLED;
  }

  /** Matches so far, and the receipt of the last. */
  public record Totals(long eventCount, @Nullable Long lastEventAt) {}
}
