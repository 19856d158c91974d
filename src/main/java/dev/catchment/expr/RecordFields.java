package dev.catchment.expr;

import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A choice of paths inside a record's data. Of the data only these stay, each in its place: objects
 * keep the order of their members, arrays have null where an element before a chosen one is left
 * out. Immutable, safe for use by several threads.
 */
public final class RecordFields {
  /** The most paths of one choice. */
  public static final int PATHS_MAX = 50;

  private final List<RecordPath> paths;

  private RecordFields(List<RecordPath> paths) {
    this.paths = paths;
  }

  /** The paths in the text of a query parameter, separated by commas. */
  public static RecordFields parse(String text, String parameter) {
    return new RecordFields(RecordPath.list(text, parameter, PATHS_MAX));
  }

  /** The chosen part; an empty object or array, or null, of data that have none of the paths. */
  public Json of(Json data) {
    List<List<FieldPath.Step>> wanted =
        paths.stream().filter(path -> path.column() == null).map(path -> path.steps(data)).toList();
    Json chosen = wanted.isEmpty() ? null : chosen(data, wanted);
    return chosen != null ? chosen : nothing(data);
  }

  private static Json nothing(Json data) {
    return switch (data) {
      case Json.Obj object -> Json.object().build();
      case Json.Arr array -> Json.array();
      default -> Json.nil();
    };
  }

  /** Recursion ends with the paths, which have at most {@link FieldPath#STEPS_MAX} steps. */
  private static @Nullable Json chosen(Json value, List<List<FieldPath.Step>> wanted) {
    if (wanted.stream().anyMatch(List::isEmpty)) {
      return value;
    }
    return switch (value) {
      case Json.Obj object -> members(object, wanted);
      case Json.Arr array -> items(array, wanted);
      default -> null;
    };
  }

  private static @Nullable Json members(Json.Obj object, List<List<FieldPath.Step>> wanted) {
    Map<String, Json> kept = new LinkedHashMap<>();
    object
        .members()
        .forEach((name, member) -> {
          List<List<FieldPath.Step>> below = new ArrayList<>();
          for (List<FieldPath.Step> steps : wanted) {
            if (name.equals(steps.getFirst().name())) {
              below.add(steps.subList(1, steps.size()));
            }
          }
          Json chosen = below.isEmpty() ? null : chosen(member, below);
          if (chosen != null) {
            kept.put(name, chosen);
          }
        });
    return kept.isEmpty() ? null : new Json.Obj(kept);
  }

  private static @Nullable Json items(Json.Arr array, List<List<FieldPath.Step>> wanted) {
    List<@Nullable Json> kept = new ArrayList<>();
    for (int i = 0; i < array.items().size(); i++) {
      List<List<FieldPath.Step>> below = new ArrayList<>();
      for (List<FieldPath.Step> steps : wanted) {
        if (steps.getFirst().index() == i) {
          below.add(steps.subList(1, steps.size()));
        }
      }
      kept.add(below.isEmpty() ? null : chosen(array.items().get(i), below));
    }
    while (!kept.isEmpty() && kept.getLast() == null) {
      kept.removeLast();
    }
    return kept.isEmpty()
        ? null
        : Json.array(
            kept.stream().map(item -> Objects.requireNonNullElse(item, Json.nil())).toList());
  }
}
