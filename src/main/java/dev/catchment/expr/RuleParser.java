package dev.catchment.expr;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the conditions of one request field; its failures name the one at fault. */
final class RuleParser {
  private static final int QUOTED_CHARACTERS_MAX = 64;
  private static final List<String> GROUPS = List.of("all", "any", "not");

  private final String field;
  private final boolean ofQuery;
  private final int rulesMax;
  private int rules;

  private RuleParser(String field, boolean ofQuery, int rulesMax) {
    this.field = field;
    this.ofQuery = ofQuery;
    this.rulesMax = rulesMax;
  }

  /** Rules over events, in a field of a body. */
  RuleParser(String field) {
    this(field, false, FilterRules.RULES_MAX);
  }

  /** Rules over records, in a parameter of a query. */
  static RuleParser ofQuery(String parameter, int rulesMax) {
    return new RuleParser(parameter, true, rulesMax);
  }

  /** The conditions of an array, which all must hold. */
  List<Condition> parse(Json tree) {
    if (!(tree instanceof Json.Arr array) || array.items().size() > rulesMax) {
      throw notAnArray();
    }
    return members(array, "rule ", 1);
  }

  Failure notAnArray() {
    return failure("must be an array of up to " + rulesMax + " rules");
  }

  /** The members of an array, named by the prefix and their number, counted from 1. */
  private List<Condition> members(Json.Arr array, String prefix, int depth) {
    List<Condition> members = new ArrayList<>();
    for (Json item : array.items()) {
      members.add(condition(item, prefix + (members.size() + 1), depth));
    }
    return List.copyOf(members);
  }

  private Condition condition(Json item, String name, int depth) {
    if (!(item instanceof Json.Obj object)) {
      throw fault(name, "is not an object");
    }
    List<String> groups =
        GROUPS.stream().filter(group -> object.members().containsKey(group)).toList();
    if (groups.isEmpty()) {
      return rule(object, name);
    }
    String group = groups.getFirst();
    if (groups.size() > 1 || object.members().containsKey("field")) {
      throw fault(name, "holds '" + group + "' beside another condition");
    }
    if (depth > FilterRules.GROUPS_DEPTH_MAX) {
      throw fault(name, "is a group inside more than " + FilterRules.GROUPS_DEPTH_MAX + " others");
    }
    return group(object.members().getOrDefault(group, Json.nil()), group, name, depth);
  }

  private Condition group(Json content, String group, String name, int depth) {
    if (group.equals("not")) {
      return new Condition.Not(condition(content, name + ".not", depth + 1));
    }
    if (!(content instanceof Json.Arr array) || array.items().isEmpty()) {
      throw fault(name, "needs an '" + group + "' that is an array of rules, at least one");
    }
    List<Condition> members = members(array, name + "." + group + ".", depth + 1);
    return group.equals("all") ? new Condition.All(members) : new Condition.Any(members);
  }

  private Condition rule(Json.Obj object, String name) {
    if (++rules > rulesMax) {
      throw fault(name, "is one more than the " + rulesMax + " that there may be");
    }
    if (!(object.get("field") instanceof Json.Str path)) {
      throw fault(name, "has no 'field' that is a string");
    }
    if (!(object.get("op") instanceof Json.Str word)) {
      throw fault(name, "has no 'op' that is a string");
    }
    Op op =
        Op.find(word.value())
            .orElseThrow(() ->
                fault(
                    name,
                    "has the unknown op '" + quoted(word.value()) + "', known are " + words()));
    Json value = object.get("value");
    if (value == null) {
      throw fault(name, "has no 'value'");
    }
    try {
      FieldPath compiled = FieldPath.parse(path.value());
      objection(compiled, op, value)
          .ifPresent(wanted -> {
            throw fault(name, "needs a 'value' that is " + wanted);
          });
      return new Condition.Rule(compiled, op, value);
    } catch (PathSyntaxException e) {
      throw fault(name, "has a 'field' that is not a path: " + e.problem());
    }
  }

  private Optional<String> objection(FieldPath path, Op op, Json value) {
    return ofQuery ? RecordRules.objection(path, op, value) : op.objection(value);
  }

  private Failure fault(String name, String problem) {
    return failure("must hold valid rules: " + name + " " + problem);
  }

  private Failure failure(String rule) {
    return ofQuery ? Failure.query(field, rule) : Failure.body(field, rule);
  }

  private static String words() {
    return Arrays.stream(Op.values()).map(Op::word).collect(Collectors.joining(", "));
  }

  private static String quoted(String text) {
    return text.length() <= QUOTED_CHARACTERS_MAX
        ? text
        : text.substring(0, QUOTED_CHARACTERS_MAX) + "…";
  }
}
