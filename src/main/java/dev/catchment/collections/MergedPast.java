package dev.catchment.collections;

import dev.catchment.db.Tx;
import dev.catchment.log.SourceEvents;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merged records as they were: all their events up to the moment are folded again. */
final class MergedPast {
  /** A record of more events, or larger ones, is not folded again. */
  static final SourceEvents.Bounds EVENTS_MAX = new SourceEvents.Bounds(1_000, 16L << 20);

  private final Tx tx;
  private final DataExpressions expressions;
  private final CollectionRow collection;
  private final Moment moment;

  MergedPast(Tx tx, DataExpressions expressions, CollectionRow collection, Moment moment) {
    this.tx = tx;
    this.expressions = expressions;
    this.collection = collection;
    this.moment = moment;
  }

  /**
   * What the keys were.
   *
   * @param holders who held them
   * @param rows the records as they are now
   */
  Map<String, PastRecords.Past> at(
      List<String> keys, Map<String, PastRecords.Holder> holders, Map<String, RecordRow> rows) {
    Set<String> changed = changed(keys);
    Map<String, PastRecords.Past> past = new LinkedHashMap<>();
    for (String key : keys) {
      PastRecords.Holder holder = holders.getOrDefault(key, PastRecords.Holder.NOBODY);
      RecordRow now = rows.get(key);
      if (!holder.isPresent()) {
        past.put(
            key, holder.unknown() ? new PastRecords.Past.Unknown() : new PastRecords.Past.Absent());
      } else if (now != null && !changed.contains(key)) {
        past.put(key, new PastRecords.Past.Present(now));
      } else {
        past.put(key, folded(key, now));
      }
    }
    return past;
  }

  /** Keys that an event has reached since; one that came late may have changed the data too. */
  private Set<String> changed(List<String> keys) {
    return KeyEvents.firstAfter(tx, collection.table().generation(), keys, moment.position())
        .keySet();
  }

  private PastRecords.Past folded(String key, @Nullable RecordRow now) {
    if (now != null && PastRecords.mayBeOlder(now, moment)) {
      return new PastRecords.Past.Unknown();
    }
    List<Long> positions =
        KeyEvents.oldestFirst(
                tx,
                collection.table().generation(),
                key,
                moment.position(),
                EVENTS_MAX.events() + 1)
            .stream()
            .map(KnownEvent::position)
            .toList();
    List<Contribution> contributions = new ArrayList<>();
    for (StoredEvent event : SourceEvents.at(tx, positions, EVENTS_MAX)) {
      if (expressions.fold(collection.fold(), event) instanceof Fold.Outcome.Change change
          && change.key().equals(key)) {
        contributions.add(Contribution.of(change, event));
      }
    }
    if (contributions.size() < positions.size()) {
      return new PastRecords.Past.Unknown();
    }
    RecordRow row = Contribution.merged(contributions, now == null ? "" : now.id());
    return row.deleted() ? new PastRecords.Past.Absent() : new PastRecords.Past.Present(row);
  }
}
