package dev.catchment.verify;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Where the signed time stands and how it is written.
 *
 * @param name of the header or of the member of the body; unused for an entry
 */
record Stamp(Origin origin, String name, Unit unit, Window window) {
  private static final int DIGITS_MAX = 15;

  /** Numbers from here on cannot be seconds: it would be the year 5138. */
  private static final long SECONDS_END = 100_000_000_000L;

  /** Where it stands. */
  enum Origin {
    HEADER,
    /** An entry of the signature header. */
    ENTRY,
    /** A member of the JSON body, which is read once the body's signature fits. */
    BODY
  }

  /** How it is written. */
  enum Unit {
    SECONDS,
    MILLIS,
    /** ISO 8601 with an offset. */
    DATE,
    /** Whichever of the three it looks like. */
    ANY
  }

  /** Milliseconds since 1970 of a text inside the window; anything else is a refusal. */
  long check(String text, long nowMillis) {
    long millis = millis(text);
    // Senders that count whole seconds mean the second, not its first millisecond.
    window.check(millis, unit == Unit.SECONDS ? nowMillis / 1000 * 1000 : nowMillis);
    return millis;
  }

  /** The same for a member of the body. */
  long checkBody(byte[] body, long nowMillis) {
    Json member =
        Json.parse(body).orElse(Json.nil()) instanceof Json.Obj object ? object.get(name) : null;
    String text = member instanceof Json.Num number ? number.text() : null;
    if (text == null) {
      throw Refusal.invalid("The body has no number " + name);
    }
    return check(text, nowMillis);
  }

  private long millis(String text) {
    Long date = unit == Unit.DATE || unit == Unit.ANY ? Times.parse(text).orElse(null) : null;
    if (date != null) {
      return date;
    }
    Long number = number(text);
    if (number == null || unit == Unit.DATE) {
      throw Refusal.invalid(
          "The timestamp is not " + (unit == Unit.DATE ? "a date with an offset" : "a number"));
    }
    boolean seconds = unit == Unit.SECONDS || (unit == Unit.ANY && number < SECONDS_END);
    return seconds ? number * 1000 : number;
  }

  /** A whole number without sign; null for anything else. */
  static @Nullable Long number(String text) {
    if (text.isEmpty() || text.length() > DIGITS_MAX) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return null;
      }
    }
    return Long.parseLong(text);
  }
}
