package dev.catchment.live;

import dev.catchment.base.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far somebody is who follows the records of a collection.
 *
 * @param number of the last change he knows of
 * @param until deletions up to this number are not told, because he began with the records as they
 *     were then; 0 once he is beyond it
 */
public record ChangePlace(String collectionId, long number, long until) {
  private static final Pattern TEXT =
      Pattern.compile("([0-9a-f]{32}):([0-9]{1,18})(?:-([0-9]{1,18}))?");

  public ChangePlace {
    until = number >= until ? 0 : until;
  }

  /** The place as opaque text: base64url of collection, number and bound. */
  public String text() {
    String plain = collectionId + ":" + number + (until == 0 ? "" : "-" + until);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * The place that {@link #text} gave.
   *
   * @throws Failure {@code INVALID} when it is none, or one of another collection
   */
  public static ChangePlace parse(String collectionId, String cursor) {
    Matcher matcher = TEXT.matcher(decoded(cursor));
    if (!matcher.matches() || !matcher.group(1).equals(collectionId)) {
      throw Failure.invalid("Invalid cursor");
    }
    return new ChangePlace(
        collectionId,
        Long.parseLong(matcher.group(2)),
        matcher.group(3) == null ? 0 : Long.parseLong(matcher.group(3)));
  }

  private static String decoded(String cursor) {
    try {
      return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  ChangePlace at(long reached) {
    return new ChangePlace(collectionId, reached, until);
  }
}
