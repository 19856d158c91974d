package dev.catchment.api;

import dev.catchment.collections.CollectionOptions;
import dev.catchment.collections.CollectionRow;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import dev.catchment.verify.Template;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the template of a source presets for its collections: where an event has its type and its
 * time. What the user gives counts, null included, and the key is always the user's.
 */
final class CollectionPresets {
  private CollectionPresets() {}

  /**
   * The fold with the presets in it.
   *
   * @param given what the body of the request asks for
   * @param template that of the source; empty for none
   */
  static CollectionRow.FoldSpec fill(
      CollectionRow.FoldSpec given, Input input, Optional<Template> template) {
    if (template.isEmpty()) {
      return given;
    }
    CollectionOptions options = given.options();
    return new CollectionRow.FoldSpec(
        given.keyPath(),
        input.has("event_type_field")
            ? given.typePath()
            : path(template.get().eventTypeField(), "event_type_field"),
        givesTime(input)
            ? options
            : new CollectionOptions(
                path(template.get().eventTimePath(), "options.event_time_path"),
                options.deleteWhen(),
                options.includeWhen(),
                options.dataPath(),
                options.shape(),
                options.reading()),
        given.status());
  }

  private static boolean givesTime(Input input) {
    return input.body().get("options") instanceof Json.Obj options
        && options.members().containsKey("event_time_path");
  }

  private static @Nullable BodyPath path(@Nullable String text, String field) {
    return text == null ? null : BodyPath.parseJoined(text, field);
  }
}
