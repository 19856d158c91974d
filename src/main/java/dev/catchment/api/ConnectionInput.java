package dev.catchment.api;

import dev.catchment.expr.FilterRules;
import dev.catchment.routing.Connection;
import dev.catchment.transform.Transforms;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The fields of a connection in the body of a change. */
final class ConnectionInput {
  private static final String EXPRESSION = "transform_expression";

  private ConnectionInput() {}

  /** A connection with what the body changes; its expression has been checked. */
  static Connection merged(Connection old, Input input) {
    Connection.Identity identity = old.identity();
    return new Connection(
        new Connection.Identity(
            identity.id(),
            identity.scope(),
            input.name(identity.name()),
            input.description(identity.description())),
        old.ends(),
        matching(old.matching(), input),
        transform(old.transform(), input),
        old.totals(),
        old.times());
  }

  private static Connection.Matching matching(Connection.Matching old, Input input) {
    return new Connection.Matching(
        input.flag("enabled", old.enabled()),
        Connection.Status.valueOf(
            input.word("status", Fields.STATUSES, old.status().word()).toUpperCase(Locale.ROOT)),
        input.has("filter_rules")
            ? FilterRules.parse(input.body().get("filter_rules"), "filter_rules")
            : old.filter());
  }

  /**
   * An expression is switched on as it comes, and off as it goes, unless the body says otherwise.
   */
  private static Connection.Transform transform(Connection.Transform old, Input input) {
    String expression = input.nullableText(EXPRESSION, Transforms.TEXT_CHARS_MAX, old.expression());
    boolean comes = expression != null && old.expression() == null;
    boolean stays = expression != null || old.expression() == null;
    return Connection.Transform.of(
        input.flag("transform_enabled", comes || (stays && old.enabled())), expression);
  }

  /**
   * The expression of the body, checked; to be called outside of transactions, for compiling takes
   * time.
   */
  static @Nullable String expression(
      Input input, @Nullable String fallback, Transforms transforms) {
    String expression = input.nullableText(EXPRESSION, Transforms.TEXT_CHARS_MAX, fallback);
    if (expression != null && input.has(EXPRESSION)) {
      transforms.check(expression, EXPRESSION);
    }
    return expression;
  }
}
