package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.expr.BodyPath;
import dev.catchment.expr.FilterRules;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * What may be set for a collection beside its 22 fields.
 *
 * @param eventTimePath where the sender's time is; null for the time of receipt
 * @param deleteWhen an event that matches deletes its record; null for never
 * @param includeWhen only events that match are looked at; null for all
 * @param dataPath the part of the body that becomes the data; null for the whole
 * @param shape what goes beyond one key path, whole replacement and data as they came
 * @param reading what makes reading its records fast
 */
public record CollectionOptions(
    @Nullable BodyPath eventTimePath,
    @Nullable FilterRules deleteWhen,
    @Nullable FilterRules includeWhen,
    @Nullable BodyPath dataPath,
    FoldShape shape,
    ReadingOptions reading) {

  /** Nothing set. */
  public static CollectionOptions none() {
    return new CollectionOptions(null, null, null, null, FoldShape.plain(), ReadingOptions.none());
  }

  /** These options with the given members in place of their own; JSON null resets one. */
  public CollectionOptions merged(Json.Obj changes) {
    return new CollectionOptions(
        changes.members().containsKey("event_time_path")
            ? path(changes, "event_time_path")
            : eventTimePath,
        changes.members().containsKey("delete_when") ? rules(changes, "delete_when") : deleteWhen,
        changes.members().containsKey("include_when")
            ? rules(changes, "include_when")
            : includeWhen,
        changes.members().containsKey("data_path") ? path(changes, "data_path") : dataPath,
        shape.merged(changes),
        reading.merged(changes));
  }

  /** Those that decide what an event means; the others are as if they were not set. */
  CollectionOptions ofFold() {
    return new CollectionOptions(
        eventTimePath, deleteWhen, includeWhen, dataPath, shape, ReadingOptions.none());
  }

  private static @Nullable BodyPath path(Json.Obj options, String name) {
    String field = "options." + name;
    return switch (options.get(name)) {
      case Json.Str text -> BodyPath.parse(text.value(), field);
      case Json.Null none -> null;
      case null, default -> throw Failure.body(field, "must be a path or null");
    };
  }

  private static @Nullable FilterRules rules(Json.Obj options, String name) {
    FilterRules rules = FilterRules.parse(options.get(name), "options." + name);
    return rules.isEmpty() ? null : rules;
  }

  /** The object that is stored and shown: all members, null where nothing is set. */
  public Json.Obj toJson() {
    return Json.object()
        .put("event_time_path", eventTimePath == null ? null : eventTimePath.toString())
        .put("delete_when", deleteWhen == null ? Json.nil() : deleteWhen.toJson())
        .put("include_when", includeWhen == null ? Json.nil() : includeWhen.toJson())
        .put("data_path", dataPath == null ? null : dataPath.toString())
        .putAll(shape.toJson())
        .putAll(reading.toJson())
        .build();
  }
}
