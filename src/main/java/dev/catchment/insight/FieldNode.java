package dev.catchment.insight;

import dev.catchment.json.Json;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was found at one path of the sampled records. Grown by {@link FieldTree} alone. */
final class FieldNode {
  private static final int EXAMPLE_CHARS_MAX = 200;

  private final String path;
  private final int depth;
  private final Map<JsonType, Integer> types = new EnumMap<>(JsonType.class);
  private final Map<String, FieldNode> members = new LinkedHashMap<>();
  private @Nullable FieldNode items;
  private @Nullable Json example;
  private @Nullable TextFormat format;
  private int records;
  private int lastRecord = -1;
  private int values;

  FieldNode(String path, int depth) {
    this.path = path;
    this.depth = depth;
  }

  /** Counts a value; records come newest first. */
  void add(Json value, int record) {
    JsonType type = JsonType.of(value);
    types.merge(type, 1, Integer::sum);
    values++;
    if (record != lastRecord) {
      lastRecord = record;
      records++;
    }
    if (value instanceof Json.Str(String text)) {
      TextFormat found = TextFormat.of(text);
      format = format == null || format == found ? found : TextFormat.NONE;
    }
    if (example == null) {
      example = example(value);
    }
  }

  private static @Nullable Json example(Json value) {
    return switch (value) {
      case Json.Str string -> Json.of(cut(string.value()));
      // Digits left out would make it another number.
      case Json.Num number -> number.text().length() > EXAMPLE_CHARS_MAX ? null : number;
      case Json.Bool bool -> bool;
      case Json.Null none -> null;
      case Json.Arr array -> null;
      case Json.Obj object -> null;
    };
  }

  private static String cut(String text) {
    return text.codePointCount(0, text.length()) <= EXAMPLE_CHARS_MAX
        ? text
        : text.substring(0, text.offsetByCodePoints(0, EXAMPLE_CHARS_MAX));
  }

  @Nullable FieldNode member(String name) {
    return members.get(name);
  }

  void addMember(String name, FieldNode node) {
    members.put(name, node);
  }

  Map<String, FieldNode> members() {
    return members;
  }

  @Nullable FieldNode items() {
    return items;
  }

  void setItems(FieldNode node) {
    items = node;
  }

  String path() {
    return path;
  }

  int depth() {
    return depth;
  }

  /** How many records have it. */
  int records() {
    return records;
  }

  /** How many values were found, more than the records below an array. */
  int values() {
    return values;
  }

  int count(JsonType type) {
    return types.getOrDefault(type, 0);
  }

  /** Its types, the most frequent first. */
  List<JsonType> types() {
    return Arrays.stream(JsonType.values())
        .filter(types::containsKey)
        .sorted(Comparator.comparingInt((JsonType type) -> -count(type)))
        .toList();
  }

  boolean isNullable() {
    return types.containsKey(JsonType.NULL);
  }

  /** The newest scalar that is not null; JSON null for none. */
  Json example() {
    return example == null ? Json.nil() : example;
  }

  /** What all its strings are; {@code NONE} when they have nothing in common. */
  TextFormat format() {
    return format == null ? TextFormat.NONE : format;
  }
}
