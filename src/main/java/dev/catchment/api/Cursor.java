package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Places in a list as opaque text: base64url of what the list is ordered by. */
final class Cursor {
  private static final Pattern TIMED = Pattern.compile("([0-9]{1,15}):([0-9a-f]{32})");

  /** A place in a list that is ordered by a time, then an id. */
  record Timed(long millis, String id) {
    /** The same as one text, which {@link Cursor#of(String)} makes a cursor of. */
    String text() {
      return millis + ":" + id;
    }

    /** The place that such a text stands for. */
    static Timed of(String text) {
      int colon = text.indexOf(':');
      return new Timed(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
    }
  }

  private Cursor() {}

  /** The text of a place in a list that is ordered by id. */
  static String of(String id) {
    return encode(id);
  }

  static String of(Timed place) {
    return encode(place.text());
  }

  /** The id behind a text that {@link #of(String)} gave; throws {@code Invalid cursor}. */
  static String id(String cursor) {
    String id = decode(cursor);
    if (!Ids.parse(id).map(id::equals).orElse(false)) {
      throw invalid();
    }
    return id;
  }

  static Timed timed(String cursor) {
    Matcher matcher = TIMED.matcher(decode(cursor));
    if (!matcher.matches()) {
      throw invalid();
    }
    return new Timed(Long.parseLong(matcher.group(1)), matcher.group(2));
  }

  private static String encode(String place) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(place.getBytes(StandardCharsets.US_ASCII));
  }

  private static String decode(String cursor) {
    try {
      return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
  }

  private static Failure invalid() {
    return Failure.invalid("Invalid cursor");
  }
}
