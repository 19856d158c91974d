package dev.catchment.live;

import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordChange;
import dev.catchment.collections.RecordListener;
import dev.catchment.db.Tx;
import dev.catchment.log.StoredEvent;
import java.util.List;
import java.util.Map;

/** Names records that another event holds than before, for those who want to hear of them. */
public final class LiveRecords implements RecordListener {
  private static final int ID_LENGTH = 32;

  private final Live live;

  public LiveRecords(Live live) {
    this.live = live;
  }

  @Override
  public void changed(
      Tx tx,
      CollectionRow collection,
      List<RecordChange> changes,
      Map<String, StoredEvent> events) {
    if (!live.isAnythingWanted()) {
      return;
    }
    String of = of(collection.identity().scope().envId(), collection.id());
    if (live.isWanted(Tellers.Change.RECORDS, of)) {
      live.changed(
          tx,
          Tellers.Change.RECORDS,
          of,
          changes.stream().filter(RecordChange::held).map(change -> change.after().key()).toList());
    }
  }

  /** The records of one collection, as their changes are named. */
  static String of(String envId, String collectionId) {
    return envId + collectionId;
  }

  /** The environment of such a name. */
  public static String envId(String of) {
    return of.substring(0, ID_LENGTH);
  }

  /** The collection of such a name. */
  public static String collectionId(String of) {
    return of.substring(ID_LENGTH);
  }
}
