package dev.catchment.feeds;

import org.jspecify.annotations.Nullable;

/**
 * Who decided something.
 *
 * @param type {@code user}, {@code api_key} or {@code system}
 * @param id the person's or the key's id; null for the system
 */
public record Actor(String type, @Nullable String id) {
  /** The server itself. */
  static Actor system() {
    return new Actor("system", null);
  }
}
