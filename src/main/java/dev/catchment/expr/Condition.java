package dev.catchment.expr;

import dev.catchment.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * One member of a rule set: a rule, or a group of conditions. Immutable, safe for use by several
 * threads.
 */
public sealed interface Condition {
  /** Whether it holds for an event. */
  boolean holds(EventView event);

  /** As it is stored and shown. */
  Json.Obj toJson();

  /**
   * The innermost condition to blame when it does not hold: in a group of which all must hold the
   * first that fails, and itself otherwise. Empty when it holds.
   */
  default Optional<Condition> failing(EventView event) {
    return holds(event) ? Optional.empty() : Optional.of(this);
  }

  /**
   * {@code {field, op, value}}.
   *
   * @param path the field, which reads as it was written
   */
  record Rule(FieldPath path, EventPath field, Op op, Json value) implements Condition {
    Rule(FieldPath path, Op op, Json value) {
      this(path, new EventPath(path), op, value);
    }

    @Override
    public boolean holds(EventView event) {
      return op.holds(field.find(event), value);
    }

    @Override
    public Json.Obj toJson() {
      return Json.object()
          .put("field", path.toString())
          .put("op", op.word())
          .put("value", value)
          .build();
    }
  }

  /** {@code {"all": […]}}: every one must hold. */
  record All(List<Condition> members) implements Condition {
    @Override
    public boolean holds(EventView event) {
      return members.stream().allMatch(member -> member.holds(event));
    }

    @Override
    public Optional<Condition> failing(EventView event) {
      for (Condition member : members) {
        Optional<Condition> failing = member.failing(event);
        if (failing.isPresent()) {
          return failing;
        }
      }
      return Optional.empty();
    }

    @Override
    public Json.Obj toJson() {
      return group("all", members);
    }
  }

  /** {@code {"any": […]}}: at least one must hold. */
  record Any(List<Condition> members) implements Condition {
    @Override
    public boolean holds(EventView event) {
      return members.stream().anyMatch(member -> member.holds(event));
    }

    @Override
    public Json.Obj toJson() {
      return group("any", members);
    }
  }

  /** {@code {"not": {…}}}: it must not hold. */
  record Not(Condition member) implements Condition {
    @Override
    public boolean holds(EventView event) {
      return !member.holds(event);
    }

    @Override
    public Json.Obj toJson() {
      return Json.object().put("not", member.toJson()).build();
    }
  }

  private static Json.Obj group(String name, List<Condition> members) {
    return Json.object()
        .put(name, Json.array(members.stream().map(Condition::toJson).toList()))
        .build();
  }
}
