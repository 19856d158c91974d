package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogEdge;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the events of one key did to its record, one after the other in the order of the log. It is
 * worked out when it is asked for, so it is the same however the events were applied.
 */
public final class RecordHistory {
  private RecordHistory() {}

  /** What an event did. */
  public enum Change {
    INSERT,
    UPDATE,
    DELETE,
    /** Nothing: an event before it was newer by the sender's time. */
    STALE;

    /** The word on the wire. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One event of a key.
   *
   * @param position its place in the log
   * @param data what it says, as JSON text; null for a deletion and once the event is gone
   * @param sourceEventAt the sender's time, milliseconds since 1970
   * @param receivedAt milliseconds since 1970
   */
  public record Entry(
      long position,
      String eventId,
      @Nullable String eventType,
      long sourceEventAt,
      long receivedAt,
      Change change,
      @Nullable String data) {}

  /**
   * A part of a history, newest first.
   *
   * @param more whether there are older entries
   * @param reached entries before this place in the log follow
   */
  public record Page(List<Entry> entries, boolean more, long reached) {}

  /**
   * Entries of a key, newest first.
   *
   * @param before only events before this place in the log
   * @throws Failure {@code NOT_FOUND} when the collection never saw the key
   */
  public static Page page(
      Tx tx,
      DataExpressions expressions,
      CollectionRow collection,
      String key,
      long before,
      int limit) {
    long generation = collection.table().generation();
    RecordRow row = Records.byKey(tx, generation, List.of(key)).get(key);
    List<KnownEvent> remembered = KeyEvents.newestFirst(tx, generation, key, before, limit + 1);
    if (row == null
        && remembered.isEmpty()
        && KeyEvents.newestFirst(tx, generation, key, Long.MAX_VALUE, 1).isEmpty()) {
      throw Failure.notFound("Record");
    }
    List<KnownEvent> all = withHolder(remembered, row, before, limit);
    List<KnownEvent> shown = all.subList(0, Math.min(limit, all.size()));
    EventLog.Found found = EventLog.readAt(tx, shown.stream().map(KnownEvent::position).toList());
    shown = shown.subList(0, found.looked());
    if (shown.isEmpty()) {
      return new Page(List.of(), false, before);
    }
    long reached = shown.getLast().position();
    boolean more = all.size() > shown.size();
    KnownEvent earlier = newest(tx, generation, key, reached, row);
    boolean existed = earlier == null && existed(tx, collection, row);
    List<Change> changes = changes(earlier, existed, shown.reversed());
    Map<Long, StoredEvent> events = new HashMap<>();
    Map<Long, Fold.Outcome> outcomes = new HashMap<>();
    for (StoredEvent event : found.events()) {
      events.put(event.position(), event);
      outcomes.put(event.position(), expressions.fold(collection.fold(), event));
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      KnownEvent known = shown.get(i);
      Change change = changes.get(shown.size() - 1 - i);
      StoredEvent event = events.get(known.position());
      (event == null
              ? gone(known, change, row)
              : Optional.of(stored(known, change, event, outcomes.get(known.position()))))
          .ifPresent(entries::add);
    }
    return new Page(entries, more, reached);
  }

  /** The event that holds the record is shown even when it is gone. */
  private static List<KnownEvent> withHolder(
      List<KnownEvent> known, @Nullable RecordRow row, long before, int limit) {
    if (row == null
        // A rebuild buries what its events do not have, and no event did that.
        || row.version().position() <= 0
        || row.version().position() >= before
        || (known.size() > limit && row.version().position() < known.getLast().position())
        || known.stream().anyMatch(one -> one.position() == row.version().position())) {
      return known;
    }
    List<KnownEvent> all = new ArrayList<>(known);
    all.add(holder(row));
    all.sort(Comparator.comparingLong(KnownEvent::position).reversed());
    return all;
  }

  private static KnownEvent holder(RecordRow row) {
    return new KnownEvent(row.version().position(), row.version().sourceEventAt(), row.deleted());
  }

  /** The event that held the record before that place; null when there is none. */
  private static @Nullable KnownEvent newest(
      Tx tx, long generation, String key, long before, @Nullable RecordRow row) {
    if (row != null && row.version().position() < before) {
      // Of all events it is the newest, whether it is still stored or not.
      return holder(row);
    }
    return KeyEvents.newest(tx, generation, List.of(key), before - 1).get(key);
  }

  /** Whether there was an event before those that are stored. */
  private static boolean existed(Tx tx, CollectionRow collection, @Nullable RecordRow row) {
    LogEdge edge = LogEdge.of(tx, collection.identity().sourceId());
    return row != null && edge.position() > 0 && row.createdAt() <= edge.receivedAt();
  }

  /**
   * What events did.
   *
   * @param earlier what held the record before them
   * @param existed whether there was a record before them that nothing else is known of
   * @param ascending the events in the order of the log
   */
  static List<Change> changes(
      @Nullable KnownEvent earlier, boolean existed, List<KnownEvent> ascending) {
    List<Change> changes = new ArrayList<>();
    KnownEvent holder = earlier;
    boolean present = holder == null ? existed : !holder.deletes();
    for (KnownEvent one : ascending) {
      if (holder != null && one.isBeatenBy(holder)) {
        changes.add(Change.STALE);
        continue;
      }
      changes.add(one.deletes() ? Change.DELETE : present ? Change.UPDATE : Change.INSERT);
      present = !one.deletes();
      holder = one;
    }
    return changes;
  }

  private static Entry stored(
      KnownEvent known, Change change, StoredEvent event, Fold.@Nullable Outcome outcome) {
    Fold.Outcome.Change made = outcome instanceof Fold.Outcome.Change folded ? folded : null;
    return new Entry(
        known.position(),
        event.event().id(),
        made == null ? null : made.eventType(),
        known.sourceEventAt(),
        event.event().receivedAt(),
        change,
        made == null || made.data() == null || known.deletes() ? null : made.data().text());
  }

  /** Of an event that is gone nothing is known, unless it holds the record. */
  private static Optional<Entry> gone(KnownEvent known, Change change, @Nullable RecordRow row) {
    return row == null || row.version().position() != known.position()
        ? Optional.empty()
        : Optional.of(
            new Entry(
                known.position(),
                row.version().sourceEventId(),
                row.eventType(),
                known.sourceEventAt(),
                row.updatedAt(),
                change,
                null));
  }
}
