package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.feeds.Feeds;
import dev.catchment.feeds.Items;
import dev.catchment.http.Query;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Limits and cursors of the lists of feeds and items. */
final class FeedPaging {
  private static final Pattern FEED = Pattern.compile("f:(-?[0-9]{1,18}):([0-9a-f]{32})");
  private static final Pattern ITEM =
      Pattern.compile("i:([0-3]):([01]):(-?[0-9]{1,18}):([0-9a-f]{32})");

  private FeedPaging() {}

  static int limit(Query query, int max) {
    String text = query.first("limit").orElse("50");
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < 1) {
      throw Failure.query("limit", "must be an integer of at least 1");
    }
    return Math.min(max, Integer.parseInt(text));
  }

  static Feeds.@Nullable Place feedPlace(Query query) {
    Matcher matcher = matcher(query, FEED);
    return matcher == null
        ? null
        : new Feeds.Place(Long.parseLong(matcher.group(1)), matcher.group(2));
  }

  static String cursor(Feeds.Place place) {
    return text("f:" + place.modifiedAt() + ":" + place.id());
  }

  static Items.@Nullable Place itemPlace(Query query) {
    Matcher matcher = matcher(query, ITEM);
    return matcher == null
        ? null
        : new Items.Place(
            Integer.parseInt(matcher.group(1)),
            matcher.group(2).equals("1"),
            Long.parseLong(matcher.group(3)),
            matcher.group(4));
  }

  static String cursor(Items.Place place) {
    return text(
        "i:"
            + place.list()
            + ":"
            + (place.pinned() ? 1 : 0)
            + ":"
            + place.rank()
            + ":"
            + place.id());
  }

  /** An id of a path or body in its one form; another text names nothing. */
  static String id(String text, String thing) {
    return Ids.parse(text).orElseThrow(() -> Failure.notFound(thing));
  }

  private static String text(String place) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(place.getBytes(StandardCharsets.US_ASCII));
  }

  private static @Nullable Matcher matcher(Query query, Pattern pattern) {
    String cursor = query.first("cursor").orElse("");
    if (cursor.isEmpty()) {
      return null;
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      Matcher matcher = pattern.matcher(new String(bytes, StandardCharsets.US_ASCII));
      if (matcher.matches()) {
        return matcher;
      }
    } catch (IllegalArgumentException e) {
      throw Failure.invalid("Invalid cursor");
    }
    throw Failure.invalid("Invalid cursor");
  }
}
