package dev.catchment.collections;

import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the events of each key stand. The places of the newest are packed into the record's own
 * row, which is written with each of them anyway; from time to time the oldest of these become a
 * run, a row of their own. Runs of one key may overlap, because a backfill brings older events
 * later, but no place is in two of them.
 */
final class EventRuns {
  /** How many places a record's own row holds. */
  static final int RECENT_MAX = 48;

  /** How many of them become a run when there are more. */
  static final int RUN = 32;

  private EventRuns() {}

  /**
   * Some events of a key.
   *
   * @param places from the first to the last, rising; at least one
   * @param newest the place of the one that is newest by the sender's time; it may be gone by now
   */
  record Run(String key, long[] places, long newest) {
    long first() {
      return places[0];
    }

    long last() {
      return places[places.length - 1];
    }
  }

  static Run run(Row row) {
    long first = row.number("first_position");
    long last = row.number("last_position");
    long[] between = Places.unpack(first, row.bytes("places"));
    LongStream places =
        first == last
            ? LongStream.of(first)
            : LongStream.concat(
                LongStream.of(first),
                LongStream.concat(Arrays.stream(between), LongStream.of(last)));
    return new Run(row.string("record_key"), places.toArray(), row.number("newest_position"));
  }

  /**
   * Takes in the events that had not been known, and turns the oldest of a key into runs where they
   * are too many for its row.
   *
   * @param recent what the rows of the keys hold; keys may be missing
   * @return what the rows of those keys hold afterwards that a fresh event reached
   */
  static Map<String, byte[]> add(
      Tx tx,
      long generation,
      Map<String, byte[]> recent,
      List<Batch.Reached> reached,
      Set<Long> fresh) {
    Map<String, LongStream.Builder> added = new HashMap<>();
    for (Batch.Reached one : reached) {
      if (fresh.contains(one.position())) {
        added.computeIfAbsent(one.key(), key -> LongStream.builder()).add(one.position());
      }
    }
    Map<String, byte[]> after = HashMap.newHashMap(added.size());
    List<Spill> spills = new ArrayList<>();
    added.forEach((key, places) -> {
      long[] all = Places.merge(Places.unpack(0, recent.get(key)), places.build().toArray());
      while (all.length > RECENT_MAX) {
        spills.add(new Spill(key, Arrays.copyOf(all, RUN)));
        all = Arrays.copyOfRange(all, RUN, all.length);
      }
      byte[] packed = Places.pack(0, all);
      if (packed != null) {
        after.put(key, packed);
      }
    });
    write(tx, generation, spills);
    return after;
  }

  /** Places of a key that leave its row, in rising order. */
  private record Spill(String key, long[] places) {}

  /** Keeps the places of rows that are removed, as long as their events are remembered. */
  static void keep(Tx tx, long generation, Map<String, byte[]> recent) {
    List<Spill> spills = new ArrayList<>();
    recent.forEach((key, packed) -> spills.add(new Spill(key, Places.unpack(0, packed))));
    write(tx, generation, spills);
  }

  private static void write(Tx tx, long generation, List<Spill> spills) {
    if (spills.isEmpty()) {
      return;
    }
    Map<Long, KnownEvent> known =
        RecordEvents.at(
            tx,
            generation,
            spills.stream().flatMapToLong(spill -> Arrays.stream(spill.places())).boxed().toList());
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Spill spill : spills) {
      long[] places = Arrays.stream(spill.places()).filter(known::containsKey).toArray();
      if (places.length > 0) {
        rows.add(row(generation, spill.key(), places, newest(places, known)));
      }
    }
    tx.batch(
        """
        INSERT INTO record_event_runs (generation, record_key, first_position, last_position,
          places, newest_position) VALUES (?, ?, ?, ?, ?, ?)
        """,
        rows);
  }

  private static @Nullable Object[] row(long generation, String key, long[] places, long newest) {
    long first = places[0];
    long[] between =
        places.length < 2 ? new long[0] : Arrays.copyOfRange(places, 1, places.length - 1);
    return new @Nullable Object[] {
      generation, key, first, places[places.length - 1], Places.pack(first, between), newest
    };
  }

  private static long newest(long[] places, Map<Long, KnownEvent> known) {
    KnownEvent newest = null;
    for (long place : places) {
      KnownEvent event = known.get(place);
      if (event != null && (newest == null || event.isAfter(newest))) {
        newest = event;
      }
    }
    return newest == null ? places[0] : newest.position();
  }

  /** What the rows of these keys hold; keys without a row or without places are left out. */
  static Map<String, long[]> recent(Tx tx, long generation, List<String> keys) {
    Map<String, long[]> recent = HashMap.newHashMap(keys.size());
    each(
        tx,
        "SELECT record_key, recent FROM records WHERE generation = ? AND %s",
        List.of(generation),
        keys,
        List.of(),
        row -> recent.put(row.string("record_key"), Places.unpack(0, row.bytes("recent"))));
    return recent;
  }

  /** Takes a row. */
  @FunctionalInterface
  interface Taker {
    void take(Row row);
  }

  /**
   * Takes each row of a question about keys, however many there are.
   *
   * @param sql with {@code %s} where the condition on the keys stands
   * @param before what stands for the marks before it
   * @param after what stands for those after it
   */
  static void each(
      Tx tx, String sql, List<Long> before, List<String> keys, List<Long> after, Taker taker) {
    for (List<String> some : InList.parts(keys)) {
      InList these = InList.of("record_key", some);
      List<@Nullable Object> args = new ArrayList<>(before);
      args.addAll(Arrays.asList(these.args()));
      args.addAll(after);
      tx.each(
          sql.formatted(these.condition()),
          row -> {
            taker.take(row);
            return true;
          },
          args.toArray());
    }
  }

  /** Removes runs none of whose events is remembered. */
  static void deleteGone(Tx tx, long generation) {
    tx.update(
        "DELETE FROM record_event_runs WHERE generation = ? AND last_position < ?",
        generation,
        RecordEvents.first(tx, generation).orElse(Long.MAX_VALUE));
  }

  /**
   * Removes the next runs of a generation nobody reads.
   *
   * @return how many were removed
   */
  static int sweep(Tx tx, long generation, int max) {
    return tx.update(
        """
        DELETE FROM record_event_runs WHERE generation = ? AND last_position <=
          (SELECT MAX(last_position) FROM (SELECT last_position FROM record_event_runs
            WHERE generation = ? ORDER BY last_position LIMIT ?) AS slice)
        """,
        generation,
        generation,
        max);
  }
}
