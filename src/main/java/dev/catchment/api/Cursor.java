package dev.catchment.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Places in a list as opaque text: base64url of what the list is ordered by. */
final class Cursor {
  private static final Pattern TIMED = Pattern.compile("([0-9]{1,15}):([0-9a-f]{32})");
  private static final Pattern POSITIONS = Pattern.compile("p(:[0-9]{1,18})+");
  private static final Pattern KEYED = Pattern.compile("k:([0-9]{1,18}):(.+)", Pattern.DOTALL);

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

  /** The text of places in the log, such as where a list and the page of it begin. */
  static String of(long... positions) {
    return encode(
        "p:" + Arrays.stream(positions).mapToObj(Long::toString).collect(Collectors.joining(":")));
  }

  /** The places behind a text that {@link #of(long...)} gave for so many. */
  static long[] positions(String cursor, int count) {
    String text = decode(cursor);
    if (!POSITIONS.matcher(text).matches()) {
      throw invalid();
    }
    long[] positions =
        Arrays.stream(text.substring(2).split(":", -1)).mapToLong(Long::parseLong).toArray();
    if (positions.length != count) {
      throw invalid();
    }
    return positions;
  }

  /** A place in a list that is ordered by key, at a place in the log. */
  record Keyed(long position, String key) {}

  static String of(Keyed place) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(("k:" + place.position() + ":" + place.key()).getBytes(UTF_8));
  }

  static Keyed keyed(String cursor) {
    Matcher matcher = KEYED.matcher(new String(bytes(cursor), UTF_8));
    if (!matcher.matches()) {
      throw invalid();
    }
    return new Keyed(Long.parseLong(matcher.group(1)), matcher.group(2));
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
    return new String(bytes(cursor), StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(String cursor) {
    try {
      return Base64.getUrlDecoder().decode(cursor);
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
  }

  private static Failure invalid() {
    return Failure.invalid("Invalid cursor");
  }
}
