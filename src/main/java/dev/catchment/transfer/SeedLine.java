package dev.catchment.transfer;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one line of an import asks for.
 *
 * @param key the record's key; null for the one its data have
 * @param eventType null for none wanted
 * @param sourceEventAt milliseconds since 1970; null for none wanted
 * @param isBody whether {@code data} is the whole body of an event, as a sender would send it
 */
record SeedLine(
    @Nullable String key,
    Json data,
    @Nullable String eventType,
    @Nullable Long sourceEventAt,
    boolean isBody) {
  /** The members of a line of an export, and of a record's row. */
  private static final Set<String> KNOWN =
      Set.of(
          "record_key",
          "data",
          "event_type",
          "source_event_id",
          "source_event_at",
          "created_at",
          "updated_at");

  /** What to make of lines. */
  enum Form {
    /** Lines of an export, or data alone. */
    RECORDS,
    /** Bodies, as senders send them. */
    BODIES
  }

  /** Why a line cannot be imported, in words that are safe to show. */
  static final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;

    Unfit(String reason) {
      super(reason, null, false, false);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /**
   * Reads a line.
   *
   * @param ignored names of members to be left out
   */
  static SeedLine parse(byte[] line, Form form, Set<String> ignored) throws Unfit {
    Optional<Json> parsed = Json.parse(line);
    if (parsed.isEmpty()) {
      throw new Unfit("is not JSON in UTF-8, or nested too deeply");
    }
    if (form == Form.BODIES) {
      return new SeedLine(null, parsed.get(), null, null, true);
    }
    if (!(parsed.get() instanceof Json.Obj object)) {
      throw new Unfit("is not a JSON object");
    }
    Json data = object.get("data");
    if (data == null || !KNOWN.containsAll(object.members().keySet())) {
      return new SeedLine(null, object, null, null, false);
    }
    return new SeedLine(
        text(object, "record_key"),
        data,
        ignored.contains("event_type") ? null : text(object, "event_type"),
        ignored.contains("source_event_at") ? null : time(object),
        false);
  }

  private static @Nullable String text(Json.Obj object, String name) throws Unfit {
    return switch (object.get(name)) {
      case null -> null;
      case Json.Null none -> null;
      case Json.Str string -> string.value();
      default -> throw new Unfit("has a " + name + " that is not a string");
    };
  }

  private static @Nullable Long time(Json.Obj object) throws Unfit {
    String text = text(object, "source_event_at");
    if (text == null) {
      return null;
    }
    return Times.parse(text)
        .orElseThrow(() -> new Unfit("has a source_event_at that is not an ISO 8601 time"));
  }
}
