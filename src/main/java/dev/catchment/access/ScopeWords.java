package dev.catchment.access;

import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The scopes of an API key.
 *
 * @param words {@code *}, {@code read}, {@code <segment>:read}, {@code <segment>:write}, {@code
 *     feeds:moderate}; words that mean nothing allow nothing
 */
public record ScopeWords(Set<String> words) {
  /** What reads the feeds for readers outside. */
  private static final Set<String> FEED_READERS =
      Set.of("*", "read", "feeds:read", "feeds:moderate", "feeds:write");

  private static final Set<String> FEED_MODERATORS = Set.of("*", "feeds:moderate", "feeds:write");

  /** Not for any key, whatever its scopes. */
  private static final Set<String> SESSION_ONLY = Set.of("auth", "members");

  /** The words of a text in which they are separated by spaces or commas. */
  public static ScopeWords parse(String text) {
    return new ScopeWords(
        Arrays.stream(text.split("[\\s,]+"))
            .filter(word -> !word.isEmpty())
            .collect(Collectors.toUnmodifiableSet()));
  }

  boolean may(String segment, boolean write) {
    if (SESSION_ONLY.contains(segment) || (write && segment.equals("organization"))) {
      return false;
    }
    if (words.contains("*") || words.contains(segment + ":write")) {
      return true;
    }
    return !write
        && (words.contains("read")
            || words.contains(segment + ":read")
            || (segment.equals("feeds") && words.contains("feeds:moderate")));
  }

  boolean moderatesFeeds() {
    return !Collections.disjoint(words, FEED_MODERATORS);
  }

  boolean readsFeeds() {
    return !Collections.disjoint(words, FEED_READERS);
  }
}
