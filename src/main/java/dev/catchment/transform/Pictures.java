package dev.catchment.transform;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pictures by which numbers and times are formatted and read, XPath's way. The library builds
 * whatever width one asks for, and reads times by a backtracking pattern made from the picture.
 */
final class Pictures {
  private static final int CHARS_MAX = 200;
  private static final int TIMESTAMP_CHARS_MAX = 64;
  private static final int NUMERAL_CHARS_MAX = 1_000;
  private static final int WIDTH_DIGITS_MAX = 2;
  private static final int MARKERS_MAX = 16;

  /** Markers whose length only the text decides; each multiplies the ways to read it. */
  private static final int OPEN_MARKERS_MAX = 3;

  private static final String FIXED_COMPONENTS = "YMDHhms";

  private Pictures() {}

  /** A picture argument, null when it was not given. */
  static @Nullable String limited(List<?> args, int index) {
    return text(args, index, "a picture", CHARS_MAX);
  }

  /** The text of a time, null when it was not given. */
  static @Nullable String timestamp(List<?> args, int index) {
    return text(args, index, "a timestamp", TIMESTAMP_CHARS_MAX);
  }

  /** The text of a whole number, null when it was not given. */
  static @Nullable String numeral(List<?> args, int index) {
    return text(args, index, "a number to read", NUMERAL_CHARS_MAX);
  }

  private static @Nullable String text(List<?> args, int index, String what, int charsMax) {
    String text = (String) Builtins.arg(args, index);
    if (text != null && text.length() > charsMax) {
      throw new Stopped(what + " must not be longer than " + charsMax + " characters");
    }
    return text;
  }

  /** A picture of a time to write. */
  static @Nullable String forWriting(List<?> args, int index) {
    String picture = limited(args, index);
    if (picture != null) {
      markers(picture);
    }
    return picture;
  }

  /** A picture of a time to read. */
  static @Nullable String forParsing(List<?> args, int index) {
    String picture = limited(args, index);
    if (picture != null && markers(picture) > OPEN_MARKERS_MAX) {
      throw new Stopped("a picture to read by has too many parts of open length");
    }
    return picture;
  }

  /** How many markers are open; throws for too many markers and for widths too large. */
  private static int markers(String picture) {
    int markers = 0;
    int open = 0;
    for (int at = picture.indexOf('['); at >= 0; at = picture.indexOf('[', at + 1)) {
      int end = picture.indexOf(']', at);
      String marker = end < 0 ? "" : picture.substring(at + 1, end);
      int comma = marker.lastIndexOf(',');
      if (comma >= 0 && longestNumber(marker.substring(comma)) > WIDTH_DIGITS_MAX) {
        throw new Stopped("a width in a picture must be below 100");
      }
      markers++;
      open += isOpen(marker) ? 1 : 0;
    }
    if (markers > MARKERS_MAX) {
      throw new Stopped("a picture must not have more than " + MARKERS_MAX + " parts");
    }
    return open;
  }

  private static boolean isOpen(String marker) {
    String presentation = marker.replaceAll("[,\\s].*", "");
    return presentation.isEmpty()
        || FIXED_COMPONENTS.indexOf(presentation.charAt(0)) < 0
        || presentation.chars().skip(1).anyMatch(c -> "aAiIwWnN".indexOf(c) >= 0);
  }

  private static int longestNumber(String text) {
    int longest = 0;
    int run = 0;
    for (int i = 0; i < text.length(); i++) {
      run = Character.isDigit(text.charAt(i)) ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
