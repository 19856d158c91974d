package dev.catchment.expr;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A compiled rule set over events: up to 50 rules, all of which must hold; none at all matches
 * everything. Immutable, safe for use by several threads.
 */
public final class FilterRules {
  /** The most rules of one set. */
  public static final int RULES_MAX = 50;

  private static final int QUOTED_CHARACTERS_MAX = 64;
  private static final FilterRules NONE = new FilterRules(List.of());

  private final List<Rule> rules;

  private FilterRules(List<Rule> rules) {
    this.rules = rules;
  }

  /** One rule: the field's path as it was written, the operator and the value it compares with. */
  public static final class Rule {
    private final String field;
    private final EventPath path;
    private final Op op;
    private final Json value;

    private Rule(FieldPath path, Op op, Json value) {
      this.field = path.toString();
      this.path = new EventPath(path);
      this.op = op;
      this.value = value;
    }

    private boolean holds(EventView event) {
      return op.holds(path.find(event), value);
    }

    /** {@code {field, op, value}}. */
    public Json.Obj toJson() {
      return Json.object().put("field", field).put("op", op.word()).put("value", value).build();
    }
  }

  /** The set that matches everything. */
  public static FilterRules none() {
    return NONE;
  }

  /**
   * The rules of a request field: an array of up to 50 objects {@code {field, op, value}}, a string
   * that holds such an array as JSON text, or null for none. Anything else is a {@link Failure} of
   * that field which names the rule, counted from 1, and what is wrong with it.
   */
  public static FilterRules parse(@Nullable Json rules, String field) {
    Json tree =
        rules instanceof Json.Str text
            ? Json.parse(text.value()).orElseThrow(() -> notAnArray(field))
            : rules;
    if (tree == null || tree instanceof Json.Null) {
      return NONE;
    }
    if (!(tree instanceof Json.Arr array) || array.items().size() > RULES_MAX) {
      throw notAnArray(field);
    }
    List<Rule> compiled = new ArrayList<>(array.items().size());
    for (Json item : array.items()) {
      compiled.add(rule(item, field, compiled.size() + 1));
    }
    return new FilterRules(List.copyOf(compiled));
  }

  private static Rule rule(Json item, String field, int number) {
    if (!(item instanceof Json.Obj object)) {
      throw fault(field, number, "is not an object");
    }
    if (!(object.get("field") instanceof Json.Str path)) {
      throw fault(field, number, "has no 'field' that is a string");
    }
    if (!(object.get("op") instanceof Json.Str word)) {
      throw fault(field, number, "has no 'op' that is a string");
    }
    Op op =
        Op.find(word.value())
            .orElseThrow(() ->
                fault(
                    field,
                    number,
                    "has the unknown op '" + quoted(word.value()) + "', known are " + words()));
    Json value = object.get("value");
    if (value == null) {
      throw fault(field, number, "has no 'value'");
    }
    op.objection(value)
        .ifPresent(wanted -> {
          throw fault(field, number, "needs a 'value' that is " + wanted);
        });
    try {
      return new Rule(FieldPath.parse(path.value()), op, value);
    } catch (PathSyntaxException e) {
      throw fault(field, number, "has a 'field' that is not a path: " + e.problem());
    }
  }

  private static Failure notAnArray(String field) {
    return Failure.body(field, "must be an array of up to " + RULES_MAX + " rules");
  }

  private static Failure fault(String field, int number, String problem) {
    return Failure.body(field, "must hold valid rules: rule " + number + " " + problem);
  }

  private static String words() {
    return Arrays.stream(Op.values()).map(Op::word).collect(Collectors.joining(", "));
  }

  private static String quoted(String text) {
    return text.length() <= QUOTED_CHARACTERS_MAX
        ? text
        : text.substring(0, QUOTED_CHARACTERS_MAX) + "…";
  }

  /** Whether every rule holds. */
  public boolean matches(EventView event) {
    return firstFailing(event).isEmpty();
  }

  /** The first rule that does not hold; empty when the event matches. */
  public Optional<Rule> firstFailing(EventView event) {
    for (Rule rule : rules) {
      if (!rule.holds(event)) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }

  /** Whether there is no rule, so that everything matches. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /** The rules as an array of {@code {field, op, value}}, to store and to show. */
  public Json toJson() {
    return Json.array(rules.stream().map(Rule::toJson).toList());
  }
}
