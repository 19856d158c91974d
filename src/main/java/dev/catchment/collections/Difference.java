package dev.catchment.collections;

import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of the records of a collection between two moments. Keys come in the order of their
 * first event between the two; one that another event holds afterwards than before is changed.
 */
public final class Difference {
  /** Events that are looked at in one statement. */
  static final int EVENTS_MAX = 1_000;

  /** Statements of one page: it may be short when most events changed nothing. */
  private static final int PIECES_MAX = 10;

  /** Events that are counted over; beyond, counts are not exact. */
  public static final int COUNTED_MAX = 50_000;

  private Difference() {}

  /** How a record differs. */
  public enum Kind {
    INSERT,
    UPDATE,
    DELETE;

    /** The word on the wire. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A record that differs.
   *
   * @param before null for an insert, and when the event that held it is no longer stored
   * @param after null for a deletion, and when the event that held it is no longer stored
   */
  public record Changed(
      String key, Kind kind, @Nullable RecordRow before, @Nullable RecordRow after) {}

  /**
   * A part of a difference.
   *
   * @param more whether there may be more
   * @param reached events up to here have been looked at
   */
  public record Page(List<Changed> changed, boolean more, long reached) {}

  /**
   * How many records differ.
   *
   * @param exact false when there were too many events to look at them all
   */
  public record Counts(long inserted, long updated, long deleted, boolean exact) {}

  /** An event between the two moments. */
  private record Touch(String key, long position, boolean first) {}

  /**
   * What is compared.
   *
   * @param after where the page before ended; {@code from} itself for the first
   */
  public record Span(Moment from, Moment to, long after) {}

  /** Some records that differ. */
  public static Page page(
      Tx tx, DataExpressions expressions, CollectionRow collection, Span span, int limit) {
    Moment from = span.from();
    Moment to = span.to();
    long after = span.after();
    List<Changed> changed = new ArrayList<>();
    long reached = after;
    for (int piece = 0; piece < PIECES_MAX; piece++) {
      List<Touch> touches = touches(tx, collection, from, to, reached);
      List<Touch> some = new ArrayList<>();
      for (Touch touch : touches) {
        if (touch.first() && some.size() == limit - changed.size()) {
          break;
        }
        reached = touch.position();
        if (touch.first()) {
          some.add(touch);
        }
      }
      boolean end = touches.size() < EVENTS_MAX && reached == last(touches, reached);
      List<String> keys = some.stream().map(Touch::key).toList();
      int covered = add(tx, expressions, collection, span, keys, changed);
      if (covered < keys.size()) {
        return new Page(changed, true, some.get(covered).position() - 1);
      }
      if (end || changed.size() >= limit) {
        return new Page(changed, !end, reached);
      }
    }
    return new Page(changed, true, reached);
  }

  private static long last(List<Touch> touches, long otherwise) {
    return touches.isEmpty() ? otherwise : touches.getLast().position();
  }

  /** Adds those of the keys that differ; answers for how many keys that is. */
  private static int add(
      Tx tx,
      DataExpressions expressions,
      CollectionRow collection,
      Span span,
      List<String> keys,
      List<Changed> changed) {
    if (keys.isEmpty()) {
      return 0;
    }
    Map<String, PastRecords.Past> before =
        PastRecords.at(tx, expressions, collection, span.from(), keys);
    Map<String, PastRecords.Past> after =
        PastRecords.at(tx, expressions, collection, span.to(), List.copyOf(before.keySet()));
    after.forEach((key, past) -> {
      Changed one = changed(key, before.getOrDefault(key, new PastRecords.Past.Absent()), past);
      if (one != null) {
        changed.add(one);
      }
    });
    return after.size();
  }

  private static @Nullable Changed changed(
      String key, PastRecords.Past before, PastRecords.Past after) {
    RecordRow old = before instanceof PastRecords.Past.Present(RecordRow row) ? row : null;
    RecordRow now = after instanceof PastRecords.Past.Present(RecordRow row) ? row : null;
    if (old != null && now != null) {
      boolean same = old.version().equals(now.version()) && old.data().equals(now.data());
      return same ? null : new Changed(key, Kind.UPDATE, old, now);
    }
    boolean was = !(before instanceof PastRecords.Past.Absent);
    boolean is = !(after instanceof PastRecords.Past.Absent);
    return was
        ? new Changed(key, is ? Kind.UPDATE : Kind.DELETE, old, now)
        : is ? new Changed(key, Kind.INSERT, null, now) : null;
  }

  /**
   * Counts records that another event holds afterwards than before, without reading what they hold.
   */
  public static Counts counts(Tx tx, CollectionRow collection, Moment from, Moment to) {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    long reached = from.position();
    for (int looked = 0; looked < COUNTED_MAX; looked += EVENTS_MAX) {
      List<Touch> touches = touches(tx, collection, from, to, reached);
      List<String> keys = touches.stream().filter(Touch::first).map(Touch::key).toList();
      Map<String, RecordRow> rows = Records.byKey(tx, collection.table().generation(), keys);
      Map<String, PastRecords.Holder> before =
          PastRecords.holders(tx, collection, from, keys, rows);
      Map<String, PastRecords.Holder> after = PastRecords.holders(tx, collection, to, keys, rows);
      for (String key : keys) {
        Kind kind =
            kind(
                before.getOrDefault(key, PastRecords.Holder.NOBODY),
                after.getOrDefault(key, PastRecords.Holder.NOBODY));
        if (kind != null) {
          counts.merge(kind, 1L, Long::sum);
        }
      }
      if (touches.size() < EVENTS_MAX) {
        return counts(counts, true);
      }
      reached = touches.getLast().position();
    }
    return counts(counts, false);
  }

  private static Counts counts(Map<Kind, Long> counts, boolean exact) {
    return new Counts(
        counts.getOrDefault(Kind.INSERT, 0L),
        counts.getOrDefault(Kind.UPDATE, 0L),
        counts.getOrDefault(Kind.DELETE, 0L),
        exact);
  }

  private static @Nullable Kind kind(PastRecords.Holder before, PastRecords.Holder after) {
    boolean was = before.isPresent() || before.unknown();
    boolean is = after.isPresent() || after.unknown();
    if (was && is) {
      return before.position() == after.position() ? null : Kind.UPDATE;
    }
    return was ? Kind.DELETE : is ? Kind.INSERT : null;
  }

  /** Events between the moments, in the order of the log, and whether each is its key's first. */
  private static List<Touch> touches(
      Tx tx, CollectionRow collection, Moment from, Moment to, long after) {
    long generation = collection.table().generation();
    List<RecordEvents.Touch> events =
        RecordEvents.between(tx, generation, after, to.position(), EVENTS_MAX);
    Map<String, Long> firsts =
        KeyEvents.firstAfter(
            tx,
            generation,
            events.stream().map(RecordEvents.Touch::key).distinct().toList(),
            from.position());
    return events.stream()
        .map(event ->
            new Touch(
                event.key(),
                event.position(),
                event.position() <= firsts.getOrDefault(event.key(), Long.MAX_VALUE)))
        .toList();
  }
}
