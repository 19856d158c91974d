package dev.catchment.feeds;

import java.util.Arrays;
import java.util.Optional;

/** The fields of an item that people may give. */
public enum ItemField {
  FULL_NAME("fullName", "full_name"),
  USERNAME("username", "username"),
  SOURCE("source", "source"),
  MESSAGE("message", "message"),
  PROFILE_IMAGE_URL("profileImageUrl", "profile_image_url"),
  MEDIA("media", "media"),
  PUBLISHED_AT("publishedAt", "published_at"),
  PAYLOAD("payload", "payload"),
  PERMALINK("permalink", "permalink");

  private final String key;
  private final String wire;

  ItemField(String key, String wire) {
    this.key = key;
    this.wire = wire;
  }

  /** The member of the record's data. */
  String key() {
    return key;
  }

  /** The name in the management API. */
  public String wire() {
    return wire;
  }

  /** The field of that name in the management API. */
  public static Optional<ItemField> find(String wire) {
    return Arrays.stream(values()).filter(field -> field.wire.equals(wire)).findFirst();
  }
}
