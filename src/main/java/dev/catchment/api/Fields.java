package dev.catchment.api;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How rows write columns, and what their words are. */
final class Fields {
  static final List<String> STATUSES = List.of("active", "paused", "disabled");

  /** The answer to a removal. */
  static final Json.Obj SUCCESS = Json.object().put("success", true).build();

  private Fields() {}

  /** A time of milliseconds since 1970, or null. */
  static Json time(@Nullable Long epochMillis) {
    return epochMillis == null ? Json.nil() : Json.of(Times.format(epochMillis));
  }

  /** A string that holds JSON text, or null. */
  static Json text(@Nullable Json value) {
    return value == null ? Json.nil() : Json.of(value.text());
  }
}
