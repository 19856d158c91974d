package dev.catchment.access;

import dev.catchment.db.Row;
import org.jspecify.annotations.Nullable;

/**
 * A person. Times are milliseconds since 1970.
 *
 * @param email in lower case, unique on the server
 */
public record User(
    String id,
    String name,
    String email,
    boolean emailVerified,
    @Nullable String image,
    long createdAt,
    long updatedAt) {

  static User of(Row row) {
    return new User(
        row.string("id"),
        row.string("name"),
        row.string("email"),
        row.flag("email_verified"),
        row.find("image"),
        row.number("created_at"),
        row.number("updated_at"));
  }
}
