package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.base.Sha256;
import dev.catchment.expr.FilterRules;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A tie from one source to one destination.
 *
 * @param identity who and whose it is
 * @param ends what it ties
 * @param matching which events it takes
 * @param transform what makes the bodies that are sent
 * @param totals matches so far
 * @param times when it was made and last changed
 */
public record Connection(
    Identity identity,
    Ends ends,
    Matching matching,
    Transform transform,
    Totals totals,
    Times times) {

  /** A new connection that sends every body as it came. */
  public static Connection of(Identity identity, Ends ends) {
    return new Connection(
        identity, ends, Matching.ALL, Transform.NONE, new Totals(0, null), new Times(0, 0));
  }

  /** Who and whose it is. */
  public record Identity(String id, Scope scope, String name, @Nullable String description) {}

  /** What it ties; names are null once the thing is gone. */
  public record Ends(
      String sourceId,
      @Nullable String sourceName,
      String destinationId,
      @Nullable String destinationName) {
    /** The same, before anybody has looked up the names. */
    public static Ends of(String sourceId, String destinationId) {
      return new Ends(sourceId, null, destinationId, null);
    }
  }

  /**
   * Which events it takes.
   *
   * @param enabled false: not evaluated
   * @param filter what an event must match; an empty rule set matches everything
   */
  public record Matching(boolean enabled, Status status, FilterRules filter) {
    /** Every event, at once. */
    public static final Matching ALL = new Matching(true, Status.ACTIVE, FilterRules.none());
  }

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

  /** Matches so far, and the receipt of the last. */
  public record Totals(long eventCount, @Nullable Long lastEventAt) {}

  /** Milliseconds since 1970; set by the store. */
  public record Times(long createdAt, long updatedAt) {}

  public String id() {
    return identity.id();
  }

  public Scope scope() {
    return identity.scope();
  }

  public Status status() {
    return matching.status();
  }

  public FilterRules filter() {
    return matching.filter();
  }

  /** The same, taking other events. */
  public Connection with(Matching other) {
    return new Connection(identity, ends, other, transform, totals, times);
  }

  /** The same with another transform. */
  public Connection with(Transform other) {
    return new Connection(identity, ends, matching, other, totals, times);
  }

  /** Whether events are matched against it at all. */
  boolean isEvaluated() {
    return matching.enabled() && status() != Status.DISABLED;
  }
}
