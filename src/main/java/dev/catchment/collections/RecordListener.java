package dev.catchment.collections;

import dev.catchment.db.Tx;
import dev.catchment.log.StoredEvent;
import java.util.List;
import java.util.Map;

/**
 * Acts on changed records in the transaction that changes them. It may run more than once for the
 * same changes when the transaction is tried again.
 */
@FunctionalInterface
public interface RecordListener {
  /**
   * Called after the records were written.
   *
   * @param collection the collection as it was before the batch
   * @param changes in log order, at most one for each key
   * @param events the batch's events of the collection by id
   */
  void changed(
      Tx tx, CollectionRow collection, List<RecordChange> changes, Map<String, StoredEvent> events);

  /** Calls one and then the other. */
  static RecordListener both(RecordListener one, RecordListener other) {
    return (tx, collection, changes, events) -> {
      one.changed(tx, collection, changes, events);
      other.changed(tx, collection, changes, events);
    };
  }
}
