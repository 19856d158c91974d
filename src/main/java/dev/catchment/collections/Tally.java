package dev.catchment.collections;

import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import java.util.Map;
import java.util.TreeMap;

/** What a collection counts, as batches add to it. */
final class Tally {
  private Tally() {}

  /**
   * Adds a batch's counts to the collection.
   *
   * @param changes how many records the batch changes
   * @return the number of the last of these changes; no other change has it or one of those before
   */
  static long count(Tx tx, CollectionRow collection, Batch.Counts counts, int changes) {
    Map<String, Long> reasons = new TreeMap<>();
    Json.Obj stored =
        tx.find(
                "SELECT skipped_reasons FROM collections WHERE id = ?",
                row -> (Json.Obj) Json.read(row.string("skipped_reasons")),
                collection.id())
            .orElse(Json.object().build());
    stored
        .members()
        .forEach((reason, n) -> reasons.put(reason, ((Json.Num) n).value().longValueExact()));
    counts.skipped().forEach((reason, n) -> reasons.merge(reason, n, Long::sum));
    Json.ObjBuilder merged = Json.object();
    reasons.forEach(merged::put);
    return tx.number(
        """
        UPDATE collections SET record_count = record_count + ?,
          tombstone_count = tombstone_count + ?, applied_count = applied_count + ?,
          stale_count = stale_count + ?, skipped_count = skipped_count + ?, skipped_reasons = ?,
          time_fallback_count = time_fallback_count + ?,
          last_sync_at = CASE WHEN ? > 0 THEN ? ELSE last_sync_at END,
          change_number = change_number + ?
         WHERE id = ? RETURNING change_number AS n
        """,
        counts.records(),
        counts.tombstones(),
        counts.applied(),
        counts.stale(),
        counts.skipped().values().stream().mapToLong(Long::longValue).sum(),
        merged.build().text(),
        counts.timeFallbacks(),
        counts.applied(),
        tx.now(),
        changes,
        collection.id());
  }
}
