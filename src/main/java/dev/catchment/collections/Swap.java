package dev.catchment.collections;

import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts a generation that was built in the place of the one that is read. */
final class Swap {
  /** Real differences that are told in the transaction that swaps. */
  static final int TOLD_MAX = 5_000;

  private final RecordListener listener;

  Swap(RecordListener listener) {
    this.listener = listener;
  }

  /**
   * Swaps, in a transaction that holds the collection's row while the projector stands still. A
   * feed that would have to change more items than one transaction can is left as it is: the run
   * fails.
   */
  void now(Tx tx, CollectionRow collection, Rebuild rebuild) {
    boolean isFeed = collection.identity().contentType() != null;
    List<RecordRow> told =
        Records.from(tx, rebuild.generation(), rebuild.firstChange(), TOLD_MAX + 1);
    if (isFeed && told.size() > TOLD_MAX) {
      Backfills.fail(
          tx, collection, "The rebuild would change more than " + TOLD_MAX + " items of the feed");
      return;
    }
    put(tx, collection, rebuild);
    takeOverSkipped(tx, collection, rebuild);
    Rebuilds.forget(tx, rebuild.generation());
    Generations.drop(tx, collection.table().generation());
    if (told.size() <= TOLD_MAX) {
      tell(tx, collection, told, isFeed);
    }
    Backfills.complete(tx, collection);
    tx.notify(Channel.RECORDS, collection.id());
    tx.notify(Channel.COLLECTIONS, collection.id());
  }

  private static void put(Tx tx, CollectionRow collection, Rebuild rebuild) {
    Rebuild.Counts counts = rebuild.counts();
    tx.update(
        """
        UPDATE collections SET generation = ?, building = NULL, backfill_end = NULL,
          change_number = ?, record_count = ?, tombstone_count = ?, applied_count = ?,
          stale_count = ?, skipped_count = ?, skipped_reasons = ?, time_fallback_count = ?,
          last_sync_at = ?
         WHERE id = ?
        """,
        rebuild.generation(),
        counts.changeNumber(),
        counts.records(),
        counts.tombstones(),
        counts.applied(),
        counts.stale(),
        counts.skipped(),
        counts.skippedReasons().text(),
        counts.timeFallbacks(),
        counts.lastSyncAt(),
        collection.id());
  }

  private static void takeOverSkipped(Tx tx, CollectionRow collection, Rebuild rebuild) {
    tx.update("DELETE FROM skipped_events WHERE collection_id = ?", collection.id());
    tx.update(
        "UPDATE skipped_events SET collection_id = ? WHERE collection_id = ?",
        collection.id(),
        Generation.built(rebuild.generation()).skips());
  }

  /** Tells the listener of the real differences. */
  private void tell(Tx tx, CollectionRow collection, List<RecordRow> told, boolean isFeed) {
    if (told.isEmpty()) {
      return;
    }
    Map<String, RecordRow> before =
        Records.byKey(
            tx, collection.table().generation(), told.stream().map(RecordRow::key).toList());
    List<RecordChange> changes = new ArrayList<>(told.size());
    Map<String, StoredEvent> events = new HashMap<>();
    for (RecordRow row : told) {
      @Nullable RecordRow old = before.get(row.key());
      changes.add(new RecordChange(old, row, true));
      if (isFeed && !row.deleted()) {
        // How an item starts stands in the event that made it.
        EventLog.at(tx, row.version().position())
            .ifPresent(event -> events.put(event.event().id(), event));
      }
    }
    listener.changed(tx, collection, changes, events);
  }
}
