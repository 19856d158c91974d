package dev.catchment.verify;

import dev.catchment.expr.Form;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The decoded parameters of a form or a query.
 *
 * @param byName sorted by code unit; the values of one name in their order
 */
record Fields(Map<String, List<String>> byName) {
  /** Reads {@code name=value&…}; more than {@link Limits#FIELDS_MAX} are a refusal. */
  static Fields ofForm(byte[] raw) {
    int separators = 0;
    for (byte octet : raw) {
      if (octet == '&' && ++separators >= Limits.FIELDS_MAX) {
        throw Refusal.invalid("There are more than " + Limits.FIELDS_MAX + " parameters");
      }
    }
    Map<String, List<String>> byName = new TreeMap<>();
    Form.parse(raw).members().forEach((name, value) -> byName.put(name, texts(value)));
    return new Fields(byName);
  }

  private static List<String> texts(Json value) {
    return value instanceof Json.Arr array
        ? array.items().stream().map(Fields::text).toList()
        : List.of(text(value));
  }

  private static String text(Json value) {
    return value instanceof Json.Str string ? string.value() : "";
  }

  /** The last value of that name. */
  @Nullable String get(String name) {
    List<String> values = byName.get(name);
    return values == null ? null : values.getLast();
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }
}
