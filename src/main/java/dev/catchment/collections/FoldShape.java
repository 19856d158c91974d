package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a collection goes beyond one key path, whole replacement and data as they came.
 *
 * @param keyPaths where the parts of the key are, two to five; empty for the one key path
 * @param merge what a newer event does to the data of its record
 * @param dataExpression the JSONata expression that makes the data; null for as they came
 */
public record FoldShape(List<BodyPath> keyPaths, Merge merge, @Nullable String dataExpression) {
  private static final int PATHS_MIN = 2;
  private static final int PATHS_MAX = 5;
  private static final int PATH_CHARS_MAX = 1_000;

  /** The longest expression, in characters. */
  private static final int EXPRESSION_CHARS_MAX = 64 * 1024;

  /** What a newer event does to the data of its record. */
  public enum Merge {
    /** Its data take the place of the record's. */
    REPLACE,
    /** Its data are merged into the record's by the rules of JSON Merge Patch (RFC 7386). */
    DEEP;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Nothing beyond. */
  static FoldShape plain() {
    return new FoldShape(List.of(), Merge.REPLACE, null);
  }

  /** This shape with the given members in place of its own; JSON null resets one. */
  FoldShape merged(Json.Obj changes) {
    return new FoldShape(
        changes.members().containsKey("key_paths") ? paths(changes.get("key_paths")) : keyPaths,
        changes.members().containsKey("merge") ? merge(changes.get("merge")) : merge,
        changes.members().containsKey("data_expression")
            ? expression(changes.get("data_expression"))
            : dataExpression);
  }

  private static List<BodyPath> paths(@Nullable Json value) {
    if (value == null || value instanceof Json.Null) {
      return List.of();
    }
    String field = "options.key_paths";
    String rule = "must be an array of " + PATHS_MIN + " to " + PATHS_MAX + " paths, or null";
    if (!(value instanceof Json.Arr(List<Json> items))
        || items.size() < PATHS_MIN
        || items.size() > PATHS_MAX) {
      throw Failure.body(field, rule);
    }
    List<BodyPath> paths = new ArrayList<>();
    for (Json item : items) {
      if (!(item instanceof Json.Str(String text)) || text.length() > PATH_CHARS_MAX) {
        throw Failure.body(field, rule);
      }
      paths.add(BodyPath.parse(text, field));
    }
    return List.copyOf(paths);
  }

  private static Merge merge(@Nullable Json value) {
    return switch (value) {
      case null -> Merge.REPLACE;
      case Json.Null none -> Merge.REPLACE;
      case Json.Str(String word) when word.equals(Merge.REPLACE.word()) -> Merge.REPLACE;
      case Json.Str(String word) when word.equals(Merge.DEEP.word()) -> Merge.DEEP;
      default -> throw Failure.body("options.merge", "must be one of: replace, deep");
    };
  }

  private static @Nullable String expression(@Nullable Json value) {
    return switch (value) {
      case null -> null;
      case Json.Null none -> null;
      case Json.Str(String text) when !text.isBlank() && text.length() <= EXPRESSION_CHARS_MAX ->
          text;
      default ->
          throw Failure.body(
              "options.data_expression",
              "must be a JSONata expression of at most "
                  + EXPRESSION_CHARS_MAX
                  + " characters, or null");
    };
  }

  /** The members as they are stored and shown. */
  Json.Obj toJson() {
    return Json.object()
        .put(
            "key_paths",
            keyPaths.isEmpty()
                ? Json.nil()
                : Json.texts(keyPaths.stream().map(BodyPath::toString).toList()))
        .put("merge", merge.word())
        .put("data_expression", dataExpression)
        .build();
  }

  /**
   * The key of several parts: they are joined by colons, and a colon or backslash inside a part has
   * a backslash before it. So different parts never make the same key.
   */
  static String joined(List<String> parts) {
    StringBuilder key = new StringBuilder();
    for (String part : parts) {
      if (!key.isEmpty()) {
        key.append(':');
      }
      key.append(part.replace("\\", "\\\\").replace(":", "\\:"));
    }
    return key.toString();
  }
}
