package dev.catchment.collections;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import java.util.Locale;

/** Reads rows of the table of collections. */
final class CollectionRows {
  /** Selects what {@link #row} reads, from a table called {@code c}. */
  static final String SELECT =
      """
      SELECT c.*, s.name AS source_name,
        COALESCE(c.catch_up_position,
          (SELECT position FROM cursors WHERE name = 'collections'), 0) AS reached
        FROM collections c LEFT JOIN sources s ON s.id = c.source_id
      """;

  private CollectionRows() {}

  /** A row that {@link #SELECT} found. */
  static CollectionRow row(Row row) {
    return new CollectionRow(
        new CollectionRow.Identity(
            row.string("id"),
            new Scope(row.string("org_id"), row.string("env_id")),
            row.string("name"),
            row.string("slug"),
            row.find("description"),
            row.string("source_id"),
            row.find("source_name"),
            row.find("content_type")),
        foldSpec(row),
        new CollectionRow.Table(
            row.number("generation"), row.findNumber("building"), row.number("change_number")),
        progress(row),
        backfill(row),
        new CollectionRow.Times(row.number("created_at"), row.number("updated_at")));
  }

  /** The columns of the current or last backfill. */
  static CollectionRow.Backfill backfill(Row row) {
    return new CollectionRow.Backfill(
        row.find("backfill_status"),
        row.findNumber("backfill_progress"),
        row.findNumber("backfill_total"),
        row.find("backfill_cursor"),
        row.findNumber("backfill_started_at"),
        row.findNumber("backfill_completed_at"),
        row.find("backfill_error"));
  }

  private static CollectionRow.FoldSpec foldSpec(Row row) {
    String typePath = row.find("event_type_field");
    return new CollectionRow.FoldSpec(
        BodyPath.parse(row.string("primary_key_path"), "primary_key_path"),
        typePath == null ? null : BodyPath.parseJoined(typePath, "event_type_field"),
        CollectionOptions.none().merged((Json.Obj) Json.read(row.string("options"))),
        CollectionRow.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT)));
  }

  private static CollectionRow.Progress progress(Row row) {
    return new CollectionRow.Progress(
        row.number("start_position"),
        row.findNumber("catch_up_position"),
        row.number("record_count"),
        row.number("tombstone_count"),
        row.number("applied_count"),
        row.number("stale_count"),
        row.number("skipped_count"),
        (Json.Obj) Json.read(row.string("skipped_reasons")),
        row.number("time_fallback_count"),
        row.findNumber("last_sync_at"),
        Math.max(row.number("reached"), row.number("start_position")));
  }
}
