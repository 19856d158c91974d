package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import java.util.List;

/** Writes what a batch of events does to its collection. */
final class BatchWriter {
  private BatchWriter() {}

  /**
   * Applies the batch to the records that are read, with their history and counts, inside the
   * transaction that moves the reader of the log.
   *
   * <p>The collection's row is locked first, so changes get their numbers in the order of the
   * commits, and who has read up to a number has missed none below it.
   */
  static void write(Tx tx, Batch batch, Ids ids, RecordListener listener) {
    if (batch.isEmpty()) {
      return;
    }
    CollectionRow collection = batch.collection();
    long generation = collection.table().generation();
    // The rows are read where they are written: those pages are in that connection's memory.
    batch.apply(Records.byKey(tx, generation, batch.keys()), ids);
    List<RecordChange> changes = batch.changes();
    long last = Tally.count(tx, collection, batch.counts(), changes.size());
    Records.write(tx, generation, changes, last - changes.size() + 1);
    RecordEvents.write(tx, generation, batch.reached());
    SkippedEvents.write(tx, collection, batch.skips());
    if (!changes.isEmpty()) {
      listener.changed(tx, collection, changes, batch.events());
      tx.notify(Channel.RECORDS, collection.id());
    }
  }
}
