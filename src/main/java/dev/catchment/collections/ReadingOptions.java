package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.expr.PathSyntaxException;
import dev.catchment.expr.RecordPath;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes reading the records of a collection fast.
 *
 * @param indexes paths on which {@code where} and {@code sort} are answered by an index
 * @param searchIndex whether the texts are indexed; null for as soon as somebody searches
 */
public record ReadingOptions(List<RecordPath> indexes, @Nullable Boolean searchIndex) {
  /** The most indexes of one collection. */
  public static final int INDEXES_MAX = 8;

  private static final String INDEXES = "indexes";
  private static final String SEARCH_INDEX = "search_index";

  /** No index but what searches bring. */
  static ReadingOptions none() {
    return new ReadingOptions(List.of(), null);
  }

  /** These with the given members in place of their own; JSON null resets one. */
  ReadingOptions merged(Json.Obj changes) {
    return new ReadingOptions(
        changes.members().containsKey(INDEXES) ? paths(changes.get(INDEXES)) : indexes,
        changes.members().containsKey(SEARCH_INDEX)
            ? flag(changes.get(SEARCH_INDEX))
            : searchIndex);
  }

  private static @Nullable Boolean flag(@Nullable Json value) {
    return switch (value) {
      case Json.Bool bool -> bool.value();
      case Json.Null none -> null;
      case null, default ->
          throw Failure.body("options." + SEARCH_INDEX, "must be true, false or null");
    };
  }

  private static List<RecordPath> paths(@Nullable Json value) {
    if (value instanceof Json.Null) {
      return List.of();
    }
    if (!(value instanceof Json.Arr array) || array.items().size() > INDEXES_MAX) {
      throw Failure.body("options." + INDEXES, "must be an array of up to 8 paths");
    }
    List<RecordPath> paths = new ArrayList<>();
    for (Json item : array.items()) {
      RecordPath path = path(item);
      if (!paths.contains(path)) {
        paths.add(path);
      }
    }
    return List.copyOf(paths);
  }

  private static RecordPath path(Json item) {
    if (!(item instanceof Json.Str text)) {
      throw Failure.body("options." + INDEXES, "must be an array of up to 8 paths");
    }
    try {
      RecordPath path = RecordPath.parse(text.value());
      if (path.column() == RecordPath.Column.RECORD_KEY
          || path.column() == RecordPath.Column.UPDATED_AT) {
        throw Failure.body("options." + INDEXES, "must not hold " + path + ", which always is one");
      }
      return path;
    } catch (PathSyntaxException e) {
      throw Failure.body("options." + INDEXES, "must hold paths: " + e.problem());
    }
  }

  /** Its members as they are stored and shown. */
  Json.Obj toJson() {
    return Json.object()
        .put(INDEXES, Json.texts(indexes.stream().map(RecordPath::toString).toList()))
        .put(SEARCH_INDEX, searchIndex == null ? Json.nil() : Json.of(searchIndex.booleanValue()))
        .build();
  }
}
