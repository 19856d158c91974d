package dev.catchment.collections;

import dev.catchment.expr.BodyPath;
import dev.catchment.expr.EventView;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says of a skipped event where was looked and what was found there, never the values themselves.
 * Pure.
 */
final class SkipDetail {
  /** Characters of a content type that are quoted. */
  private static final int TYPE_MAX = 100;

  private SkipDetail() {}

  /**
   * A short sentence about an event that was skipped for that reason.
   *
   * @param view what is seen of it
   */
  static String of(CollectionRow.FoldSpec spec, StoredEvent stored, EventView view, String reason) {
    return switch (reason) {
      case "body_not_parsed" -> body(stored);
      case "data_missing" -> "Nothing at " + spec.options().dataPath();
      case "expression_failed" -> "data_expression made neither an object nor an array";
      default -> key(spec, view, reason);
    };
  }

  private static String body(StoredEvent stored) {
    String type = stored.event().request().contentType();
    return (stored.event().body().length == 0 ? "An empty body" : "Neither JSON nor a form")
        + (type == null ? ", without a content type" : ", sent as " + cut(type));
  }

  /** Of several parts of a key the first is named that cannot be one. */
  private static String key(CollectionRow.FoldSpec spec, EventView view, String reason) {
    for (BodyPath path : spec.options().shape().keyPaths()) {
      Optional<Json> part = path.find(view.body(), view.head().headers());
      boolean fits =
          part.isPresent()
              && switch (part.get()) {
                case Json.Str text -> !text.value().isEmpty();
                case Json.Num number -> true;
                case Json.Bool bool -> true;
                default -> false;
              };
      if (!fits) {
        return found(view, path);
      }
    }
    return spec.options().shape().keyPaths().isEmpty()
        ? found(view, spec.keyPath())
        : reason.equals("key_too_long") ? "Parts that are too long together" : "Parts of the key";
  }

  private static String found(EventView view, BodyPath path) {
    Optional<Json> value = path.find(view.body(), view.head().headers());
    return kind(value.orElse(null)) + " at " + path;
  }

  private static String kind(@Nullable Json value) {
    return switch (value) {
      case null -> "Nothing";
      case Json.Str string -> "A string of " + string.value().length() + " characters";
      case Json.Num number -> "A number of " + number.text().length() + " characters";
      case Json.Bool bool -> "A boolean";
      case Json.Null none -> "Null";
      case Json.Arr array -> "An array";
      case Json.Obj object -> "An object";
    };
  }

  private static String cut(String text) {
    return text.length() <= TYPE_MAX ? text : text.substring(0, TYPE_MAX) + "…";
  }
}
