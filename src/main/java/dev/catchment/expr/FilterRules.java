package dev.catchment.expr;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A compiled rule set over events: conditions all of which must hold; none at all matches
 * everything. A condition is a rule {@code {field, op, value}} or, where a rule may stand, a group
 * {@code {"all": […]}}, {@code {"any": […]}} or {@code {"not": {…}}}. Immutable, safe for use by
 * several threads.
 */
public final class FilterRules {
  /** The most rules of one set, those in groups included. */
  public static final int RULES_MAX = 50;

  /** How many groups may stand within each other. */
  public static final int GROUPS_DEPTH_MAX = 5;

  private static final FilterRules NONE = new FilterRules(List.of());

  private final List<Condition> conditions;

  private FilterRules(List<Condition> conditions) {
    this.conditions = conditions;
  }

  /** The set that matches everything. */
  public static FilterRules none() {
    return NONE;
  }

  /**
   * The rules of a request field: an array of conditions, a string that holds such an array as JSON
   * text, or null for none. Anything else is a {@link Failure} of that field which names the rule,
   * counted from 1 and by its groups as in {@code rule 2.any.1}, and what is wrong with it.
   */
  public static FilterRules parse(@Nullable Json rules, String field) {
    RuleParser parser = new RuleParser(field);
    Json tree =
        rules instanceof Json.Str text
            ? Json.parse(text.value()).orElseThrow(parser::notAnArray)
            : rules;
    return tree == null || tree instanceof Json.Null ? NONE : new FilterRules(parser.parse(tree));
  }

  /** Whether every condition holds. */
  public boolean matches(EventView event) {
    for (Condition condition : conditions) {
      if (!condition.holds(event)) {
        return false;
      }
    }
    return true;
  }

  /** The first condition to blame; empty when the event matches. */
  public Optional<Condition> firstFailing(EventView event) {
    return new Condition.All(conditions).failing(event);
  }

  /** The conditions, in order. */
  public List<Condition> conditions() {
    return conditions;
  }

  /** Whether there is no rule, so that everything matches. */
  public boolean isEmpty() {
    return conditions.isEmpty();
  }

  /** The conditions as an array, to store and to show. */
  public Json toJson() {
    return Json.array(conditions.stream().map(Condition::toJson).toList());
  }
}
