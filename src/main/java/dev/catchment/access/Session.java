package dev.catchment.access;

import dev.catchment.db.Row;
import org.jspecify.annotations.Nullable;

/**
 * A person's session, without its token. Times are milliseconds since 1970.
 *
 * @param remembered whether the browser is to keep the cookie after it is closed
 */
public record Session(
    String id,
    String userId,
    boolean remembered,
    long expiresAt,
    long createdAt,
    long updatedAt,
    @Nullable String ipAddress,
    @Nullable String userAgent) {

  static Session of(Row row) {
    return new Session(
        row.string("id"),
        row.string("user_id"),
        row.flag("remembered"),
        row.number("expires_at"),
        row.number("created_at"),
        row.number("updated_at"),
        row.find("ip_address"),
        row.find("user_agent"));
  }
}
