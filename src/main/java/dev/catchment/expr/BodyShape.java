package dev.catchment.expr;

import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes bodies in which a path leads to a value: the other way round than {@link BodyPath}. */
public final class BodyShape {
  /** An array is not filled up with null further than this. */
  private static final int INDEX_MAX = 100;

  private BodyShape() {}

  /** The lower-case name of the header that a path names where the body has no such member. */
  public static Optional<String> header(BodyPath path) {
    FieldPath steps = path.path();
    return steps.nameAt(0).equals("headers") && steps.length() == 2
        ? Optional.of(steps.nameAt(1).toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  /** Whether the first name of a path may be meant to stand for the body itself. */
  public static boolean mayDrop(BodyPath path) {
    String first = path.path().nameAt(0);
    return first.equals("body") || first.equals("payload");
  }

  /**
   * The body with the value at the end of the path, and objects and arrays on the way to it. Empty
   * when something else stands in the way.
   *
   * @param body null for none so far
   * @param dropped whether the first name does not count
   */
  public static Optional<Json> with(
      @Nullable Json body, BodyPath path, boolean dropped, Json value) {
    return Optional.ofNullable(put(body, path.path().steps(dropped ? 1 : 0), value));
  }

  private static @Nullable Json put(@Nullable Json at, List<FieldPath.Step> steps, Json value) {
    if (steps.isEmpty()) {
      return at == null ? value : null;
    }
    FieldPath.Step step = steps.getFirst();
    List<FieldPath.Step> rest = steps.subList(1, steps.size());
    return switch (at) {
      case null ->
          step.name() == null
              ? item(new Json.Arr(List.of()), step, rest, value)
              : member(new Json.Obj(Map.of()), step.name(), rest, value);
      case Json.Obj object -> step.name() == null ? null : member(object, step.name(), rest, value);
      case Json.Arr array -> step.index() < 0 ? null : item(array, step, rest, value);
      default -> null;
    };
  }

  private static @Nullable Json member(
      Json.Obj object, String name, List<FieldPath.Step> rest, Json value) {
    Json below = put(object.get(name), rest, value);
    if (below == null) {
      return null;
    }
    Map<String, Json> members = new LinkedHashMap<>(object.members());
    members.put(name, below);
    return new Json.Obj(members);
  }

  private static @Nullable Json item(
      Json.Arr array, FieldPath.Step step, List<FieldPath.Step> rest, Json value) {
    if (step.index() > INDEX_MAX) {
      return null;
    }
    List<Json> items = new ArrayList<>(array.items());
    while (items.size() <= step.index()) {
      items.add(Json.nil());
    }
    Json there = items.get(step.index());
    Json below = put(there instanceof Json.Null ? null : there, rest, value);
    if (below == null) {
      return null;
    }
    items.set(step.index(), below);
    return new Json.Arr(items);
  }
}
