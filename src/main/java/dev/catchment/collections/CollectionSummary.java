package dev.catchment.collections;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.expr.BodyPath;
import org.jspecify.annotations.Nullable;

/**
 * What the list of collections tells of one, as it stands in the store: nothing is parsed, so that
 * ten thousand of them are read at once.
 *
 * @param identity who and whose it is; the content type is not told
 * @param paths where key and type are, as given
 * @param status whether events are applied: {@code active}, {@code paused} or {@code disabled}
 * @param recordCount visible records
 * @param lastSyncAt time of the last change applied; null before the first
 * @param backfill the current or last backfill
 * @param times when it was made and last changed
 */
public record CollectionSummary(
    CollectionRow.Identity identity,
    Paths paths,
    String status,
    long recordCount,
    @Nullable Long lastSyncAt,
    CollectionRow.Backfill backfill,
    CollectionRow.Times times) {
  /** Selects what {@link #row} reads. */
  static final String SELECT =
      """
      SELECT c.id, c.org_id, c.env_id, c.name, c.slug, c.description, c.source_id,
        s.name AS source_name, c.primary_key_path, c.event_type_field, c.status, c.record_count,
        c.last_sync_at, c.backfill_status, c.backfill_progress, c.backfill_total,
        c.backfill_cursor, c.backfill_started_at, c.backfill_completed_at, c.backfill_error,
        c.created_at, c.updated_at
        FROM collections c LEFT JOIN sources s ON s.id = c.source_id
      """;

  /**
   * Where key and type are.
   *
   * @param type null when nobody asked for it
   */
  public record Paths(String key, @Nullable String type) {}

  /** What the list tells of a collection that was read whole. */
  public static CollectionSummary of(CollectionRow row) {
    BodyPath type = row.fold().typePath();
    return new CollectionSummary(
        row.identity(),
        new Paths(row.fold().keyPath().toString(), type == null ? null : type.toString()),
        row.fold().status().word(),
        row.progress().recordCount(),
        row.progress().lastSyncAt(),
        row.backfill(),
        row.times());
  }

  /** A row that {@link #SELECT} found. */
  static CollectionSummary row(Row row) {
    return new CollectionSummary(
        new CollectionRow.Identity(
            row.string("id"),
            new Scope(row.string("org_id"), row.string("env_id")),
            row.string("name"),
            row.string("slug"),
            row.find("description"),
            row.string("source_id"),
            row.find("source_name"),
            null),
        new Paths(row.string("primary_key_path"), row.find("event_type_field")),
        row.string("status"),
        row.number("record_count"),
        row.findNumber("last_sync_at"),
        CollectionRows.backfill(row),
        new CollectionRow.Times(row.number("created_at"), row.number("updated_at")));
  }

  public String id() {
    return identity.id();
  }
}
