package dev.catchment.collections;

import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The events that reached records, by key: those that are still remembered, wherever their places
 * stand.
 */
final class KeyEvents {
  /** Runs that one statement reads of a long past. */
  private static final int RUNS_MAX = 16;

  private KeyEvents() {}

  /** The events of a key before a place, newest in the log first, up to so many. */
  static List<KnownEvent> newestFirst(Tx tx, long generation, String key, long before, int max) {
    return new Reading(tx, generation, key, place -> place < before, true).take(max);
  }

  /** The events of a key up to a place, oldest in the log first, up to so many. */
  static List<KnownEvent> oldestFirst(Tx tx, long generation, String key, long last, int max) {
    return new Reading(tx, generation, key, place -> place <= last, false).take(max);
  }

  /** Reads the events of a key from one end of the log, as many runs as that takes. */
  private static final class Reading {
    private final Tx tx;
    private final long generation;
    private final String key;
    private final Predicate<Long> wanted;
    private final boolean newestFirst;

    /** Places that runs not yet read may come before. */
    private final NavigableSet<Long> waiting;

    Reading(Tx tx, long generation, String key, Predicate<Long> wanted, boolean newestFirst) {
      this.tx = tx;
      this.generation = generation;
      this.key = key;
      this.wanted = wanted;
      this.newestFirst = newestFirst;
      this.waiting = newestFirst ? new TreeSet<>(Comparator.<Long>reverseOrder()) : new TreeSet<>();
    }

    List<KnownEvent> take(int max) {
      EventRuns.recent(tx, generation, List.of(key)).values().forEach(this::add);
      List<KnownEvent> taken = new ArrayList<>();
      long bound = newestFirst ? Long.MAX_VALUE : Long.MIN_VALUE;
      boolean more = true;
      while (more && taken.size() < max) {
        List<EventRuns.Run> runs = runs(bound);
        runs.forEach(run -> add(run.places()));
        more = runs.size() == RUNS_MAX;
        if (more) {
          bound = newestFirst ? runs.getLast().last() : runs.getLast().first();
        }
        NavigableSet<Long> settled = more ? waiting.headSet(bound, true) : waiting;
        Map<Long, KnownEvent> known = RecordEvents.at(tx, generation, settled);
        settled.stream().filter(known::containsKey).map(known::get).forEach(taken::add);
        settled.clear();
      }
      return taken.subList(0, Math.min(max, taken.size()));
    }

    private void add(long[] places) {
      Arrays.stream(places).boxed().filter(wanted).forEach(waiting::add);
    }

    private List<EventRuns.Run> runs(long bound) {
      return tx.list(
          "SELECT * FROM record_event_runs WHERE generation = ? AND record_key = ? AND "
              + (newestFirst
                  ? "last_position < ? ORDER BY last_position DESC"
                  : "first_position > ? ORDER BY first_position")
              + " LIMIT ?",
          EventRuns::run,
          generation,
          key,
          bound,
          RUNS_MAX);
    }
  }

  /** The first places of a key's events, about so many at most, for many keys. */
  static Map<String, List<Long>> firsts(
      Tx tx, long generation, List<String> keys, long last, int max) {
    Map<String, NavigableSet<Long>> places = new HashMap<>();
    EventRuns.recent(tx, generation, keys).forEach((key, recent) -> add(places, key, recent, last));
    EventRuns.each(
        tx,
        // No more runs than places are wanted: each has at least one.
        """
        SELECT * FROM (SELECT *, ROW_NUMBER() OVER (
            PARTITION BY record_key ORDER BY first_position) AS place
          FROM record_event_runs WHERE generation = ? AND first_position <= ? AND %s) AS ranked
         WHERE place <= ?
        """,
        List.of(generation, last),
        keys,
        List.of((long) max),
        row -> {
          EventRuns.Run run = EventRuns.run(row);
          add(places, run.key(), run.places(), last);
        });
    Map<String, List<Long>> firsts = new HashMap<>();
    places.forEach((key, all) -> firsts.put(key, all.stream().limit(max).toList()));
    return firsts;
  }

  private static void add(
      Map<String, NavigableSet<Long>> places, String key, long[] some, long last) {
    NavigableSet<Long> all = places.computeIfAbsent(key, one -> new TreeSet<>());
    Arrays.stream(some).filter(place -> place <= last).forEach(all::add);
  }

  /**
   * Of each key's events up to a place the one that is newest by the sender's time; keys without
   * one are left out.
   */
  static Map<String, KnownEvent> newest(Tx tx, long generation, List<String> keys, long last) {
    Map<Long, String> places = new HashMap<>();
    EventRuns.recent(tx, generation, keys)
        .forEach((key, recent) ->
            Arrays.stream(recent)
                .filter(place -> place <= last)
                .forEach(place -> places.put(place, key)));
    Map<Long, String> leaders = new HashMap<>();
    runs(
        tx,
        generation,
        keys,
        last,
        row -> {
          if (row.number("last_position") <= last) {
            leaders.put(row.number("newest_position"), row.string("record_key"));
          } else {
            put(places, EventRuns.run(row), last);
          }
        });
    Set<Long> asked = new HashSet<>(places.keySet());
    asked.addAll(leaders.keySet());
    Map<Long, KnownEvent> known = RecordEvents.at(tx, generation, asked);
    Map<String, KnownEvent> newest = new HashMap<>();
    Set<String> beheaded = new HashSet<>();
    places.forEach((place, key) -> take(newest, key, known.get(place)));
    leaders.forEach((place, key) -> {
      take(newest, key, known.get(place));
      if (!known.containsKey(place)) {
        beheaded.add(key);
      }
    });
    lookInside(tx, generation, List.copyOf(beheaded), last, newest);
    return newest;
  }

  private static void put(Map<Long, String> places, EventRuns.Run run, long last) {
    Arrays.stream(run.places())
        .filter(place -> place <= last)
        .forEach(place -> places.put(place, run.key()));
  }

  private static void take(Map<String, KnownEvent> newest, String key, @Nullable KnownEvent one) {
    if (one != null) {
      newest.merge(key, one, (a, b) -> b.isAfter(a) ? b : a);
    }
  }

  /** The runs of keys that begin at a place or before. */
  private static void runs(
      Tx tx, long generation, List<String> keys, long last, EventRuns.Taker taker) {
    EventRuns.each(
        tx,
        "SELECT * FROM record_event_runs WHERE generation = ? AND first_position <= ? AND %s",
        List.of(generation, last),
        keys,
        List.of(),
        taker);
  }

  /** The newest event of a run may be gone while others of it are not. */
  private static void lookInside(
      Tx tx, long generation, List<String> keys, long last, Map<String, KnownEvent> newest) {
    Map<Long, String> places = new HashMap<>();
    runs(tx, generation, keys, last, row -> put(places, EventRuns.run(row), last));
    RecordEvents.at(tx, generation, places.keySet())
        .forEach((place, event) -> {
          String key = places.get(place);
          if (key != null) {
            take(newest, key, event);
          }
        });
  }

  /** For each of the keys that an event has reached after a place, the place of the first such. */
  static Map<String, Long> firstAfter(Tx tx, long generation, List<String> keys, long after) {
    Map<String, Long> firsts = new HashMap<>();
    EventRuns.recent(tx, generation, keys)
        .forEach((key, recent) -> first(firsts, key, recent, after));
    EventRuns.each(
        tx,
        """
        SELECT record_key, MIN(first_position) AS first_position FROM record_event_runs
         WHERE generation = ? AND first_position > ? AND %s GROUP BY record_key
        """,
        List.of(generation, after),
        keys,
        List.of(),
        row -> firsts.merge(row.string("record_key"), row.number("first_position"), Math::min));
    EventRuns.each(
        tx,
        """
        SELECT * FROM record_event_runs
         WHERE generation = ? AND first_position <= ? AND last_position > ? AND %s
        """,
        List.of(generation, after, after),
        keys,
        List.of(),
        row -> first(firsts, row.string("record_key"), EventRuns.run(row).places(), after));
    return firsts;
  }

  private static void first(Map<String, Long> firsts, String key, long[] places, long after) {
    Arrays.stream(places)
        .filter(place -> place > after)
        .min()
        .ifPresent(place -> firsts.merge(key, place, Math::min));
  }
}
