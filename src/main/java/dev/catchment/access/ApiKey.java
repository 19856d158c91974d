package dev.catchment.access;

import dev.catchment.db.Row;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is stored: without its text. Times are milliseconds since 1970.
 *
 * @param envId null for a feed key that covers its whole organization
 * @param prefix the first characters of the key, at most 12
 * @param scopes words separated by spaces or commas
 * @param previousExpiresAt until when the text before the last rotation works
 */
public record ApiKey(
    String id,
    String orgId,
    @Nullable String envId,
    Kind kind,
    String name,
    String prefix,
    String scopes,
    @Nullable Long lastUsedAt,
    @Nullable Long expiresAt,
    @Nullable Long previousExpiresAt,
    @Nullable Long revokedAt,
    long createdAt) {

  /** Which doors a key is made for. */
  public enum Kind {
    /** The gateway API of one environment, and the feed API within its scopes. */
    GATEWAY,
    /** The feed API alone. */
    FEED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static ApiKey of(Row row) {
    return new ApiKey(
        row.string("id"),
        row.string("org_id"),
        row.find("env_id"),
        Kind.valueOf(row.string("kind").toUpperCase(Locale.ROOT)),
        row.string("name"),
        row.string("prefix"),
        row.string("scopes"),
        row.findNumber("last_used_at"),
        row.findNumber("expires_at"),
        row.findNumber("previous_expires_at"),
        row.findNumber("revoked_at"),
        row.number("created_at"));
  }
}
