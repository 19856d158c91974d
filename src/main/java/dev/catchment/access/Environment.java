package dev.catchment.access;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;

/**
 * An environment: everything else belongs to one.
 *
 * @param createdAt milliseconds since 1970
 */
public record Environment(String id, String orgId, String name, String slug, long createdAt) {
  /** What queries of this environment carry. */
  public Scope scope() {
    return new Scope(orgId, id);
  }

  static Environment of(Row row) {
    return new Environment(
        row.string("id"),
        row.string("org_id"),
        row.string("name"),
        row.string("slug"),
        row.number("created_at"));
  }
}
