package dev.catchment.expr;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A compiled path into a JSON value. Immutable, safe for use by several threads.
 *
 * <p>Names are separated by dots; array elements are {@code [0]} or {@code .0}, counted from 0;
 * names that hold dots or brackets are written as JSON strings in brackets, {@code ["a.b"]}; a dot
 * may stand before a bracket. A leading {@code $} or {@code $.} is dropped, so {@code $} alone is
 * the whole value. There are no wildcards: {@code *} is a name like any other.
 */
public final class FieldPath {
  /** The longest text of a path, in characters. */
  public static final int LENGTH_MAX = 1024;

  /** The most names and indexes of one path. */
  public static final int STEPS_MAX = 64;

  private final String text;
  private final List<Step> steps;

  private FieldPath(String text, List<Step> steps) {
    this.text = text;
    this.steps = steps;
  }

  /** The path of a text. Throws {@link PathSyntaxException} when it is not one. */
  public static FieldPath parse(String text) {
    return new FieldPath(text, PathParser.parse(text));
  }

  /** The path in the request field {@code field}; a text that is not a path is its failure. */
  public static FieldPath parse(String text, String field) {
    try {
      return parse(text);
    } catch (PathSyntaxException e) {
      throw Failure.body(field, "must be a path: " + e.problem());
    }
  }

  /**
   * The value at the end of the path; empty when the path leads nowhere. JSON {@code null} is a
   * value.
   */
  public Optional<Json> find(Json root) {
    return find(root, 0);
  }

  /** As {@link #find(Json)}, without the first {@code skipped} steps. */
  Optional<Json> find(Json root, int skipped) {
    Json at = root;
    for (int i = skipped; i < steps.size(); i++) {
      Json next = steps.get(i).from(at);
      if (next == null) {
        return Optional.empty();
      }
      at = next;
    }
    return Optional.of(at);
  }

  /** The steps without the first {@code skipped}. */
  List<Step> steps(int skipped) {
    return steps.subList(skipped, steps.size());
  }

  /** How many names and indexes the path has; 0 for the whole value. */
  int length() {
    return steps.size();
  }

  /** The name of that step; empty when there is no such step, or it is an index in brackets. */
  String nameAt(int step) {
    String name = step < steps.size() ? steps.get(step).name() : null;
    return name == null ? "" : name;
  }

  /** The path as it was written. */
  @Override
  public String toString() {
    return text;
  }

  /**
   * One name or index.
   *
   * @param name the member it names, null for an index in brackets
   * @param index the element it counts, -1 for a name that is no number or was quoted
   */
  record Step(@Nullable String name, int index) {
    private @Nullable Json from(Json value) {
      return switch (value) {
        case Json.Obj object -> name == null ? null : object.get(name);
        case Json.Arr array ->
            index >= 0 && index < array.items().size() ? array.items().get(index) : null;
        case Json.Str none -> null;
        case Json.Num none -> null;
        case Json.Bool none -> null;
        case Json.Null none -> null;
      };
    }
  }
}
