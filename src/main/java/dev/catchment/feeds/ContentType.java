package dev.catchment.feeds;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the items of a feed are, in the order in which the API names the values. */
public enum ContentType {
  SOCIAL_POST,
  POLL,
  TEXT,
  MEDIA,
  FOOTBALL_PLAYER,
  FOOTBALL_TEAM,
  FOOTBALL_COMPETITION,
  FOOTBALL_MATCH,
  QR_CODE,
  SQUASH_ROUND,
  SQUASH_BRACKET,
  SQUASH_MATCH,
  SQUASH_PLAYER,
  SQUASH_COMPETITION,
  SQUASH_TOURNAMENT;

  /** The type of exactly that word. */
  public static Optional<ContentType> find(String word) {
    return Arrays.stream(values()).filter(type -> type.name().equals(word)).findFirst();
  }

  /** All words in order. */
  public static List<String> words() {
    return Arrays.stream(values()).map(ContentType::name).toList();
  }

  /** Whether its items have a payload. */
  public boolean hasPayload() {
    return this != SOCIAL_POST;
  }
}
