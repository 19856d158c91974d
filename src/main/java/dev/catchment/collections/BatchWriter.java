package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import dev.catchment.log.SourceEvents;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Writes what a batch of events does to its collection. */
final class BatchWriter {
  /** A record whose late event makes more events than this to fold again only takes it in. */
  static final SourceEvents.Bounds PAST_MAX = new SourceEvents.Bounds(200, 16L << 20);

  private BatchWriter() {}

  /**
   * Applies the batch to the records that are read, with their history and counts, inside the
   * transaction that moves whoever reads the events. The batch was folded by the collection as it
   * is; the caller makes sure of that.
   */
  static void write(Tx tx, Batch batch, Ids ids, RecordListener listener) {
    if (batch.isEmpty()) {
      return;
    }
    CollectionRow collection = batch.collection();
    List<RecordChange> changes = write(tx, batch, Generation.read(collection), ids);
    if (!changes.isEmpty()) {
      listener.changed(tx, collection, changes, batch.events());
      tx.notify(Channel.RECORDS, collection.id());
    }
  }

  /**
   * Applies the batch to a generation, of which nobody is told.
   *
   * <p>The row that counts it is locked first. So changes get their numbers in the order of the
   * commits, and who has read up to a number has missed none below it; and what is read here stays
   * so, although the projector and a backfill write to one collection at the same time.
   */
  static List<RecordChange> write(Tx tx, Batch batch, Generation generation, Ids ids) {
    Optional<Map<String, Long>> reasons = Tally.lock(tx, generation);
    if (reasons.isEmpty() || batch.isEmpty()) {
      return List.of();
    }
    Set<Long> fresh = RecordEvents.write(tx, generation.number(), batch.reached());
    Set<Long> known = SkippedEvents.write(tx, generation.skips(), batch.skips());
    // The rows are read where they are written: those pages are in that connection's memory.
    Records.Held held = Records.held(tx, generation.number(), batch.keys());
    batch.apply(
        held.rows(),
        new Batch.Known(fresh, known, past(tx, batch, generation, held.rows(), fresh)),
        ids);
    List<RecordChange> changes = batch.changes();
    long last = Tally.add(tx, generation, reasons.get(), batch.counts(), changes.size());
    Map<String, byte[]> recent =
        EventRuns.add(tx, generation.number(), held.recent(), batch.reached(), fresh);
    Map<String, byte[]> untouched = new HashMap<>(recent);
    changes.forEach(change -> untouched.remove(change.after().key()));
    Map<String, byte[]> all = new HashMap<>(held.recent());
    all.putAll(recent);
    Records.write(tx, generation.number(), changes, last - changes.size() + 1, all);
    Records.remember(tx, generation.number(), untouched);
    RecordIndexes.write(tx, batch.collection(), generation.number(), changes);
    return changes;
  }

  /** The earlier events of records that must be folded again, where all of them are at hand. */
  private static Map<String, Batch> past(
      Tx tx, Batch batch, Generation generation, Map<String, RecordRow> rows, Set<Long> fresh) {
    Map<String, Batch> past = new HashMap<>();
    for (String key : batch.lateKeys(rows, fresh)) {
      // Those of this batch are not yet among the key's.
      List<Long> positions =
          Stream.concat(
                  KeyEvents.oldestFirst(
                          tx, generation.number(), key, Long.MAX_VALUE, PAST_MAX.events() + 1)
                      .stream()
                      .map(KnownEvent::position),
                  batch.reached().stream()
                      .filter(one -> one.key().equals(key) && fresh.contains(one.position()))
                      .map(Batch.Reached::position))
              .sorted()
              .limit(PAST_MAX.events() + 1L)
              .toList();
      Batch again = batch.another();
      SourceEvents.at(tx, positions, PAST_MAX).forEach(again::add);
      past.put(key, again);
    }
    return past;
  }
}
