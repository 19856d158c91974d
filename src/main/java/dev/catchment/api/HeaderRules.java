package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What may be set as a header: names are tokens (RFC 9110, section 5.6.2), values one line. */
final class HeaderRules {
  static final int HEADERS_MAX = 50;
  private static final int NAME_CHARS_MAX = 256;
  private static final int VALUE_CHARS_MAX = 8_192;
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** They belong to the connection and are set by whoever opens it. */
  private static final List<String> TAKEN =
      List.of("host", "content-length", "transfer-encoding", "connection");

  private HeaderRules() {}

  /** Throws unless the object maps header names to values. */
  static void check(Json.Obj headers, String field) {
    if (headers.members().size() > HEADERS_MAX) {
      throw Failure.body(field, "must hold at most " + HEADERS_MAX + " headers");
    }
    headers
        .members()
        .forEach((name, value) -> {
          if (!isName(name)) {
            throw Failure.body(field, "must hold valid header names");
          }
          if (TAKEN.contains(name.toLowerCase(Locale.ROOT))) {
            throw Failure.body(field, "must not set '" + name + "'");
          }
          if (!(value instanceof Json.Str text) || !isValue(text.value())) {
            throw Failure.body(
                field,
                "must map '" + name + "' to a line of up to " + VALUE_CHARS_MAX + " characters");
          }
        });
  }

  static boolean isName(String name) {
    return name.length() <= NAME_CHARS_MAX && NAME.matcher(name).matches();
  }

  static boolean isValue(String value) {
    return value.length() <= VALUE_CHARS_MAX
        && value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= 0xFF && c != 0x7F));
  }
}
