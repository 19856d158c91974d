package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.db.Tx;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The events of a key are found whatever the order in which they came and whatever is gone. */
final class KeyEventsTest {
  private static final long GENERATION = 7;
  private static final int KEYS = 6;
  private static final int STEPS = 120;

  private final TreeMap<Long, Batch.Reached> model = new TreeMap<>();
  private final List<String> keys = new ArrayList<>();
  private long edge;

  KeyEventsTest() {
    for (int key = 0; key < KEYS; key++) {
      keys.add("k" + key);
    }
  }

  @BothDatabases
  void everyKeyFindsItsEvents(BothDatabases.Store store) {
    long seed = 20_261_122;
    Random random = new Random(seed);
    try (Database database =
        new OpenDatabase(new SettableClock(Events.RECEIVED), new Metrics())
            .open(store.settings("a"))) {
      long head = 1_000_000;
      long back = 1;
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(12)) {
          case 0 -> removeSome(database, random);
          case 1 -> forget(database, keys.get(random.nextInt(KEYS)));
          case 2, 3, 4 -> {
            // A backfill brings what is older, some of it once more.
            long from = Math.max(1, back - random.nextInt(10));
            reach(database, from, back + random.nextInt(60), random);
            back = Math.max(back, from + 60);
          }
          default -> {
            int count = 1 + random.nextInt(80);
            reach(database, head, head + count, random);
            head += count * (random.nextInt(20) == 0 ? 100_000L : 1);
          }
        }
        if (step % 10 == 9) {
          long place = random.nextBoolean() ? head - random.nextInt(400) : random.nextInt(2_000);
          String when = "seed " + seed + ", step " + step;
          database.read(tx -> {
            for (String key : keys) {
              assertKey(tx, key, place, when);
            }
            assertKeys(tx, place);
            return true;
          });
        }
      }
      assertThat(
              database.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM record_event_runs")))
          .as("it was not all in the rows")
          .isGreaterThan(10);
      database.write(tx -> {
        RecordEvents.delete(tx, List.of(Events.SOURCE), List.copyOf(model.keySet()));
        return true;
      });
    }
  }

  /** Some events of each place between, most of them of one key; known ones stay as they are. */
  private void reach(Database database, long from, long to, Random random) {
    List<Batch.Reached> reached = new ArrayList<>();
    for (long place = from; place < to; place++) {
      Batch.Reached known = model.get(place);
      String key = keys.get(random.nextInt(3) > 0 ? 0 : random.nextInt(KEYS));
      reached.add(
          known != null
              ? known
              : new Batch.Reached(key, place, 1_000 + random.nextInt(50), random.nextInt(5) == 0));
    }
    database.write(tx -> {
      Set<Long> fresh = RecordEvents.write(tx, GENERATION, reached);
      Set<Long> expected = new HashSet<>();
      reached.stream()
          .map(Batch.Reached::position)
          .filter(place -> !model.containsKey(place))
          .forEach(expected::add);
      assertThat(fresh).isEqualTo(expected);
      Records.Held held = Records.held(tx, GENERATION, keys);
      Map<String, byte[]> recent = EventRuns.add(tx, GENERATION, held.recent(), reached, fresh);
      assertThat(recent.values())
          .allSatisfy(packed ->
              assertThat(Places.unpack(0, packed)).hasSizeLessThanOrEqualTo(EventRuns.RECENT_MAX));
      List<RecordChange> changes = new ArrayList<>();
      recent.keySet().stream()
          .filter(key -> !held.rows().containsKey(key))
          .forEach(key -> changes.add(new RecordChange(null, row(key), true)));
      Records.write(tx, GENERATION, changes, 1, recent);
      Map<String, byte[]> others = new HashMap<>(recent);
      changes.forEach(change -> others.remove(change.after().key()));
      Records.remember(tx, GENERATION, others);
      return true;
    });
    reached.forEach(one -> model.putIfAbsent(one.position(), one));
  }

  private static RecordRow row(String key) {
    return new RecordRow(
        "id-" + key, key, "{}", null, new RecordRow.Version("e", 1, 1), true, 1, 1);
  }

  /** Events are gone from the log, mostly the oldest. */
  private void removeSome(Database database, Random random) {
    List<Long> gone =
        model.keySet().stream().limit(random.nextInt(150)).filter(p -> p % 13 != 0).toList();
    database.write(tx -> {
      for (Long place : gone) {
        tx.update(
            "DELETE FROM record_events WHERE generation = ? AND position = ?", GENERATION, place);
      }
      EventRuns.deleteGone(tx, GENERATION);
      return true;
    });
    gone.forEach(model::remove);
    gone.forEach(place -> edge = Math.max(edge, place));
  }

  /** The row is removed, as one of a tombstone is. */
  private static void forget(Database database, String key) {
    database.write(tx -> {
      byte[] recent = Records.held(tx, GENERATION, List.of(key)).recent().get(key);
      if (recent != null) {
        EventRuns.keep(tx, GENERATION, Map.of(key, recent));
      }
      return tx.update(
          "DELETE FROM records WHERE generation = ? AND record_key = ?", GENERATION, key);
    });
  }

  private List<KnownEvent> of(String key) {
    return model.values().stream()
        .filter(one -> one.key().equals(key))
        .map(one -> new KnownEvent(one.position(), one.sourceEventAt(), one.deletes()))
        .toList();
  }

  private void assertKey(Tx tx, String key, long place, String when) {
    List<KnownEvent> all = of(key);
    List<KnownEvent> upTo = all.stream().filter(one -> one.position() <= place).toList();
    for (int max : new int[] {1, 40, 100_000}) {
      assertThat(KeyEvents.oldestFirst(tx, GENERATION, key, place, max))
          .as(when)
          .isEqualTo(upTo.stream().limit(max).toList());
      assertThat(KeyEvents.newestFirst(tx, GENERATION, key, place + 1, max))
          .as(when)
          .isEqualTo(upTo.reversed().stream().limit(max).toList());
    }
  }

  private void assertKeys(Tx tx, long place) {
    Map<String, KnownEvent> newest = new HashMap<>();
    Map<String, Long> firstAfter = new HashMap<>();
    for (String key : keys) {
      of(key).stream()
          .filter(one -> one.position() <= place)
          .max(
              Comparator.comparingLong(KnownEvent::sourceEventAt)
                  .thenComparingLong(KnownEvent::position))
          .ifPresent(one -> newest.put(key, one));
      of(key).stream()
          .map(KnownEvent::position)
          .filter(position -> position > place)
          .findFirst()
          .ifPresent(position -> firstAfter.put(key, position));
    }
    assertThat(KeyEvents.newest(tx, GENERATION, keys, place)).isEqualTo(newest);
    if (place >= edge) {
      // Nobody asks what came after a place when events after it are gone.
      assertThat(KeyEvents.firstAfter(tx, GENERATION, keys, place)).isEqualTo(firstAfter);
    }
  }

  @Test
  void placesArePackedAndUnpacked() {
    long[] places = {1, 2, 130, 131, 20_000, 9_000_000_000L, Long.MAX_VALUE};
    assertThat(Places.unpack(0, Places.pack(0, places))).isEqualTo(places);
    assertThat(Places.unpack(1, Places.pack(1, new long[] {2, 3}))).containsExactly(2, 3);
    assertThat(Places.pack(5, new long[0])).isNull();
    assertThat(Places.merge(new long[] {1, 5}, new long[] {5, 3})).containsExactly(1, 3, 5);
  }
}
