package dev.catchment.collections;

import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a generation counts, as batches add to it. */
final class Tally {
  private Tally() {}

  /**
   * Keeps everybody else from the generation until the transaction ends: of two who write to one
   * generation, the second sees all that the first has written.
   *
   * @return reason to count, for {@link #add}; empty when the generation is gone
   */
  static Optional<Map<String, Long>> lock(Tx tx, Generation generation) {
    return tx.find(
        "SELECT skipped_reasons FROM "
            + generation.table()
            + " WHERE "
            + generation.key()
            + " = ?"
            + tx.dialect().locking(),
        row -> reasons((Json.Obj) Json.read(row.string("skipped_reasons"))),
        generation.value());
  }

  private static Map<String, Long> reasons(Json.Obj stored) {
    Map<String, Long> reasons = new TreeMap<>();
    stored
        .members()
        .forEach((reason, n) -> reasons.put(reason, ((Json.Num) n).value().longValueExact()));
    return reasons;
  }

  /**
   * Adds a batch's counts.
   *
   * @param reasons what {@link #lock} answered
   * @param changes how many records the batch changes
   * @return the number of the last of these changes; no other change has it or one of those before
   */
  static long add(
      Tx tx, Generation generation, Map<String, Long> reasons, Batch.Counts counts, int changes) {
    Map<String, Long> merged = new TreeMap<>(reasons);
    counts.skipped().forEach((reason, n) -> merged.merge(reason, n, Long::sum));
    Json.ObjBuilder text = Json.object();
    merged.forEach(text::put);
    return tx.number(
        "UPDATE "
            + generation.table()
            + """
               SET record_count = record_count + ?,
              tombstone_count = tombstone_count + ?, applied_count = applied_count + ?,
              stale_count = stale_count + ?, skipped_count = skipped_count + ?,
              skipped_reasons = ?, time_fallback_count = time_fallback_count + ?,
              last_sync_at = CASE WHEN ? > 0 THEN ? ELSE last_sync_at END,
              change_number = change_number + ?
             WHERE
            """
            + generation.key()
            + " = ? RETURNING change_number AS n",
        counts.records(),
        counts.tombstones(),
        counts.applied(),
        counts.stale(),
        counts.skipped().values().stream().mapToLong(Long::longValue).sum(),
        text.build().text(),
        counts.timeFallbacks(),
        counts.applied(),
        tx.now(),
        changes,
        generation.value());
  }
}
