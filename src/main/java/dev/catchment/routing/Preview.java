package dev.catchment.routing;

import dev.catchment.expr.Condition;
import dev.catchment.expr.FilterRules;
import dev.catchment.json.Json;
import dev.catchment.transform.TransformResult;
import dev.catchment.transform.Transforms;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a filter and a transform would make of an event. Nothing is sent or stored.
 *
 * @param failed the condition to blame; null when the event matches
 * @param conditions the members of the filter, in order
 * @param output the body that would be sent; null when none would, or when it is not JSON
 * @param error why there is no body to send; null when there is one, or when nothing matched
 */
public record Preview(
    @Nullable Condition failed,
    List<Tried> conditions,
    @Nullable Json output,
    @Nullable String error) {

  /** A member of the filter, and whether it holds. */
  public record Tried(Condition condition, boolean passed) {}

  /**
   * Tries an event.
   *
   * @param expression null for a body that is sent as it came
   */
  public static Preview of(
      EventSample event, FilterRules filter, @Nullable String expression, Transforms transforms) {
    List<Tried> tried =
        filter.conditions().stream()
            .map(condition -> new Tried(condition, condition.holds(event.view())))
            .toList();
    Condition failed = filter.firstFailing(event.view()).orElse(null);
    if (failed != null) {
      return new Preview(failed, tried, null, null);
    }
    if (expression == null) {
      return new Preview(null, tried, event.view().body().orElse(null), null);
    }
    return switch (transforms.apply(expression, event.view().body(), event.facts())) {
      case TransformResult.Made made -> new Preview(null, tried, made.value(), null);
      case TransformResult.Failed refused ->
          new Preview(null, tried, null, ConnectionTransformer.FAILED + refused.reason());
    };
  }

  /** The expression that bodies are sent through; null for none. */
  public static @Nullable String inEffect(Connection.Transform transform) {
    return transform.enabled() ? transform.expression() : null;
  }

  /** Whether the event would be delivered. */
  public boolean matched() {
    return failed == null;
  }
}
