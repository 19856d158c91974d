package dev.catchment.collections;

import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records as they were at an earlier moment: as the events up to there had made them.
 *
 * <p>A record that has not changed since is as it is now. Of the others the event is looked up that
 * held them then, and folded once more.
 */
public final class PastRecords {
  /**
   * Among so many of a key's first events the earliest receipt is looked for: nodes append what
   * they received at about the same time in another order, but not by more than that.
   */
  private static final int FIRST_MAX = 100;

  private PastRecords() {}

  /** What a key was. */
  public sealed interface Past {
    /**
     * A record.
     *
     * @param row its id is empty when the record has been forgotten meanwhile
     */
    record Present(RecordRow row) implements Past {}

    /** There was no record. */
    record Absent() implements Past {}

    /** There may have been a record, but the event that held it is no longer stored. */
    record Unknown() implements Past {}
  }

  /**
   * Who held a record at a moment.
   *
   * @param position of the event; 0 for nobody
   * @param unknown whether it was an event that is gone
   */
  record Holder(long position, long sourceEventAt, boolean deletes, boolean unknown) {
    static final Holder NOBODY = new Holder(0, 0, false, false);
    static final Holder UNKNOWN = new Holder(0, 0, false, true);

    boolean isPresent() {
      return position > 0 && !deletes;
    }
  }

  /**
   * What the keys were, for the first of them, as many as keep within a bound of memory, but at
   * least one.
   *
   * @param keys all different
   */
  public static Map<String, Past> at(
      Tx tx,
      DataExpressions expressions,
      CollectionRow collection,
      Moment moment,
      List<String> keys) {
    long generation = collection.table().generation();
    Map<String, RecordRow> rows = Records.byKey(tx, generation, keys);
    Map<String, Holder> holders = holders(tx, collection, moment, keys, rows);
    if (collection.fold().options().shape().merge() == FoldShape.Merge.DEEP) {
      return new MergedPast(tx, expressions, collection, moment).at(keys, holders, rows);
    }
    List<Long> positions = new ArrayList<>();
    List<String> fetched = new ArrayList<>();
    for (String key : keys) {
      Holder holder = holders.getOrDefault(key, Holder.NOBODY);
      if (holder.isPresent() && !isAsNow(rows.get(key), holder)) {
        positions.add(holder.position());
        fetched.add(key);
      }
    }
    EventLog.Found found = EventLog.readAt(tx, positions);
    Map<Long, StoredEvent> events = new HashMap<>();
    found.events().forEach(event -> events.put(event.position(), event));
    List<String> covered =
        found.looked() == positions.size()
            ? keys
            : keys.subList(0, keys.indexOf(fetched.get(found.looked())));
    Map<String, Long> firsts = firsts(tx, generation, moment, covered);
    Map<String, Past> past = new LinkedHashMap<>();
    for (String key : covered) {
      Holder holder = holders.getOrDefault(key, Holder.NOBODY);
      Past one = past(expressions, collection, key, holder, rows.get(key), events);
      past.put(
          key,
          one instanceof Past.Present(RecordRow row)
              ? new Past.Present(created(row, firsts.get(key), rows.get(key), moment))
              : one);
    }
    return past;
  }

  private static boolean isAsNow(@Nullable RecordRow now, Holder holder) {
    return now != null && now.version().position() == holder.position();
  }

  private static Past past(
      DataExpressions expressions,
      CollectionRow collection,
      String key,
      Holder holder,
      @Nullable RecordRow now,
      Map<Long, StoredEvent> events) {
    if (!holder.isPresent()) {
      return holder.unknown() ? new Past.Unknown() : new Past.Absent();
    }
    if (now != null && isAsNow(now, holder)) {
      return new Past.Present(now);
    }
    StoredEvent event = events.get(holder.position());
    if (event == null
        || !(expressions.fold(collection.fold(), event) instanceof Fold.Outcome.Change change)
        || change.data() == null) {
      return new Past.Unknown();
    }
    long receivedAt = event.event().receivedAt();
    return new Past.Present(
        new RecordRow(
            now == null ? "" : now.id(),
            key,
            change.data().text(),
            change.eventType(),
            new RecordRow.Version(event.event().id(), holder.sourceEventAt(), holder.position()),
            false,
            receivedAt,
            receivedAt));
  }

  /** The same record with the earliest receipt among the events up to the moment. */
  private static RecordRow created(
      RecordRow row, @Nullable Long first, @Nullable RecordRow now, Moment moment) {
    boolean beforeAllStored = now != null && mayBeOlder(now, moment);
    long createdAt =
        first == null || beforeAllStored
            ? now == null ? row.createdAt() : now.createdAt()
            : Math.min(first, row.updatedAt());
    return new RecordRow(
        row.id(),
        row.key(),
        row.data(),
        row.eventType(),
        row.version(),
        row.deleted(),
        createdAt,
        row.updatedAt());
  }

  /** Whether events of the record may be gone. */
  static boolean mayBeOlder(RecordRow now, Moment moment) {
    return moment.edge().position() > 0 && now.createdAt() <= moment.edge().receivedAt();
  }

  /** Who held these keys; keys that nobody held may be left out. */
  static Map<String, Holder> holders(
      Tx tx,
      CollectionRow collection,
      Moment moment,
      List<String> keys,
      Map<String, RecordRow> rows) {
    Map<String, Holder> holders = new HashMap<>();
    List<String> changed = new ArrayList<>();
    for (String key : keys) {
      RecordRow now = rows.get(key);
      if (now != null && now.version().position() <= moment.position()) {
        // The newest of all events is the newest of those up to the moment.
        holders.put(
            key,
            new Holder(
                now.version().position(), now.version().sourceEventAt(), now.deleted(), false));
      } else {
        changed.add(key);
        if (now != null && mayBeOlder(now, moment)) {
          holders.put(key, Holder.UNKNOWN);
        }
      }
    }
    KeyEvents.newest(tx, collection.table().generation(), changed, moment.position())
        .forEach((key, event) ->
            holders.put(
                key, new Holder(event.position(), event.sourceEventAt(), event.deletes(), false)));
    return holders;
  }

  private static Map<String, Long> firsts(
      Tx tx, long generation, Moment moment, List<String> keys) {
    Map<String, List<Long>> places =
        KeyEvents.firsts(tx, generation, keys, moment.position(), FIRST_MAX);
    Map<Long, Long> received =
        EventLog.receivedAt(tx, places.values().stream().flatMap(List::stream).toList());
    Map<String, Long> firsts = new HashMap<>();
    places.forEach((key, some) ->
        some.stream()
            .map(received::get)
            .filter(Objects::nonNull)
            .min(Long::compare)
            .ifPresent(at -> firsts.put(key, at)));
    return firsts;
  }

  /**
   * Keys that the collection has or had, in the order of their code points.
   *
   * @param after only keys after this one; the empty text for the first
   */
  public static List<String> keys(Tx tx, CollectionRow collection, String after, int max) {
    long generation = collection.table().generation();
    return tx.list(
        """
        WITH RECURSIVE seen (k, n) AS (
          SELECT (SELECT MIN(record_key) FROM record_event_runs
                   WHERE generation = ? AND record_key > ?), 1
          UNION ALL
          SELECT (SELECT MIN(record_key) FROM record_event_runs
                   WHERE generation = ? AND record_key > seen.k), seen.n + 1
            FROM seen WHERE seen.k IS NOT NULL AND seen.n < ?)
        SELECT k AS record_key FROM seen WHERE k IS NOT NULL
        UNION
        SELECT record_key FROM (SELECT record_key FROM records
          WHERE generation = ? AND record_key > ? ORDER BY record_key LIMIT ?) AS kept
         ORDER BY 1 LIMIT ?
        """,
        row -> row.string("record_key"),
        generation,
        after,
        generation,
        max,
        generation,
        after,
        max,
        max);
  }
}
