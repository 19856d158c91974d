package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.base.Sha256;
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
 * @param transform what makes the bodies that are sent
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
    long updatedAt,
    Transform transform) {

  /** A connection that sends bodies as they came. */
  public Connection(
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
    this(
        id,
        scope,
        ends,
        name,
        description,
        enabled,
        filter,
        status,
        totals,
        createdAt,
        updatedAt,
        Transform.NONE);
  }

  /**
   * A JSONata expression.
   *
   * @param enabled false: bodies are sent as they came
   * @param expression null for none
   * @param hash of the expression; null for none
   */
  public record Transform(boolean enabled, @Nullable String expression, @Nullable String hash) {
    /** No expression. */
    public static final Transform NONE = new Transform(false, null, null);

    /** An expression with its hash. */
    public static Transform of(boolean enabled, @Nullable String expression) {
      return new Transform(enabled, expression, expression == null ? null : Sha256.hex(expression));
    }

    /** The hash of the expression that deliveries are routed with now; null for none. */
    public @Nullable String inEffect() {
      return enabled ? hash : null;
    }
  }

  /** The same with another status, switched on or off. */
  public Connection with(Status newStatus, boolean newEnabled) {
    return new Connection(
        id,
        scope,
        ends,
        name,
        description,
        newEnabled,
        filter,
        newStatus,
        totals,
        createdAt,
        updatedAt,
        transform);
  }

  /** The same with another transform. */
  public Connection with(Transform newTransform) {
    return new Connection(
        id,
        scope,
        ends,
        name,
        description,
        enabled,
        filter,
        status,
        totals,
        createdAt,
        updatedAt,
        newTransform);
  }

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
