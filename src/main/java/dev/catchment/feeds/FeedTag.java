package dev.catchment.feeds;

import dev.catchment.base.Scope;
import dev.catchment.base.Times;

/**
 * What is always in memory about a feed: enough for the list and for an unchanged poll.
 *
 * @param id 32 hex digits
 * @param modifiedAt the last visible change, milliseconds since 1970
 * @param revision raised by every transaction that touches the feed
 */
public record FeedTag(
    String id,
    Scope scope,
    String name,
    ContentType type,
    int stagingCount,
    int liveCount,
    long createdAt,
    long modifiedAt,
    long revision) {

  /** {@code "2026-01-18T10:35:00.000Z"} with the quotes: the tag of the body at that date. */
  public String etag() {
    return etag(modifiedAt);
  }

  static String etag(long modifiedAt) {
    return '"' + Times.format(modifiedAt) + '"';
  }
}
