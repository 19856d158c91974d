package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Ids;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.SettableClock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class BatchTest {
  private static final String OPTIONS =
      """
      {"event_time_path":"at","data_path":"v",
       "delete_when":[{"field":"type","op":"eq","value":"gone"}]}
      """;

  private final Ids ids = new Ids(new SettableClock(Events.RECEIVED), new SplittableRandom(3));
  private final Map<String, RecordRow> rows = new HashMap<>();
  private long records;
  private long tombstones;

  @Test
  void ofEqualTimesTheLaterPositionHolds() {
    assertThat(apply(put(1, "a", 10, 1), put(2, "a", 10, 2)).applied()).isEqualTo(2);
    assertThat(row("a").data()).isEqualTo("2");
    // A backfill may bring the earlier position later.
    rows.clear();
    assertThat(apply(put(2, "a", 10, 2)).applied()).isEqualTo(1);
    assertThat(apply(put(1, "a", 10, 1)).stale()).isEqualTo(1);
    assertThat(row("a").data()).isEqualTo("2");
  }

  @Test
  void anOlderEventAfterANewerIsStale() {
    Batch.Counts counts = apply(put(1, "a", 20, 1), put(2, "a", 10, 2));
    assertThat(counts).isEqualTo(new Batch.Counts(1, 0, 1, 1, Map.of(), 0));
    assertThat(row("a").data()).isEqualTo("1");
    assertThat(row("a").version().position()).isEqualTo(1);
  }

  @Test
  void oneEventTwiceChangesNothing() {
    apply(put(1, "a", 20, 1));
    RecordRow before = row("a");
    assertThat(apply(put(1, "a", 20, 1))).isEqualTo(new Batch.Counts(0, 0, 0, 1, Map.of(), 0));
    assertThat(row("a")).isEqualTo(before);
  }

  @Test
  void anOlderEventDoesNotBringADeletedRecordBackAndANewerDoesWithItsId() {
    apply(put(1, "a", 10, 1));
    String id = row("a").id();
    assertThat(apply(gone(2, "a", 20))).isEqualTo(new Batch.Counts(-1, 1, 1, 0, Map.of(), 0));
    assertThat(apply(put(3, "a", 15, 3))).isEqualTo(new Batch.Counts(0, 0, 0, 1, Map.of(), 0));
    assertThat(row("a").deleted()).isTrue();
    assertThat(row("a").data()).as("last known data").isEqualTo("1");
    assertThat(apply(put(4, "a", 21, 4))).isEqualTo(new Batch.Counts(1, -1, 1, 0, Map.of(), 0));
    assertThat(row("a").deleted()).isFalse();
    assertThat(row("a").id()).isEqualTo(id);
    assertThat(row("a").data()).isEqualTo("4");
  }

  @Test
  void aDeletionBeforeTheInsertLeavesATombstone() {
    assertThat(apply(gone(1, "a", 20))).isEqualTo(new Batch.Counts(0, 1, 1, 0, Map.of(), 0));
    assertThat(row("a").data()).isEqualTo("null");
    assertThat(apply(put(2, "a", 19, 1)).stale()).isEqualTo(1);
    assertThat(row("a").deleted()).isTrue();
  }

  @Test
  void severalEventsOfOneKeyAreOneChange() {
    Batch batch =
        batch(
            put(1, "a", 10, 1),
            gone(2, "a", 20),
            put(3, "a", 30, 3),
            put(4, "b", 1, 4),
            gone(5, "b", 2),
            put(6, "a", 5, 6));
    assertThat(batch.keys()).containsExactly("a", "b");
    batch.apply(rows, known(batch), ids);
    assertThat(batch.counts()).isEqualTo(new Batch.Counts(1, 1, 5, 1, Map.of(), 0));
    assertThat(batch.changes())
        .extracting(change -> change.after().key())
        .containsExactly("a", "b");
    assertThat(batch.changes()).allMatch(change -> change.before() == null && change.held());
    assertThat(batch.changes().get(0).appeared()).isTrue();
    assertThat(batch.changes().get(1).appeared()).isFalse();
    assertThat(batch.changes().get(1).vanished()).isFalse();
  }

  @Test
  void aRecordThatCameAndWentInOneBatchIsCountedAsATombstone() {
    apply(put(1, "a", 10, 1));
    assertThat(apply(gone(2, "a", 20), put(3, "a", 30, 3)))
        .isEqualTo(new Batch.Counts(0, 0, 2, 0, Map.of(), 0));
    assertThat(apply(gone(4, "a", 40), put(5, "a", 50, 5), gone(6, "a", 60)))
        .isEqualTo(new Batch.Counts(-1, 1, 3, 0, Map.of(), 0));
  }

  @Test
  void theEarliestReceiptIsTheCreationEvenOfAStaleEvent() {
    apply(received(5, "a", 50, Events.RECEIVED + 500));
    Batch batch = batch(received(2, "a", 40, Events.RECEIVED + 200));
    batch.apply(rows, known(batch), ids);
    RecordChange change = batch.changes().getFirst();
    assertThat(change.held()).isFalse();
    assertThat(change.after().createdAt()).isEqualTo(Events.RECEIVED + 200);
    assertThat(change.after().updatedAt()).isEqualTo(Events.RECEIVED + 500);
    assertThat(change.after().version().position()).isEqualTo(5);
    assertThat(batch.counts()).isEqualTo(new Batch.Counts(0, 0, 0, 1, Map.of(), 0));
    rows.put("a", change.after());
    apply(received(6, "a", 60, Events.RECEIVED + 900));
    assertThat(row("a").createdAt()).isEqualTo(Events.RECEIVED + 200);
    assertThat(row("a").updatedAt()).isEqualTo(Events.RECEIVED + 900);
  }

  @Test
  void whatHasNoKeyOrNoTimeIsCounted() {
    Batch.Counts counts =
        apply(
            Events.json(1, "{}"),
            Events.json(2, "x"),
            Events.json(3, "{}"),
            Events.json(4, "{\"id\":\"a\",\"v\":1,\"at\":\"soon\"}"));
    assertThat(counts)
        .isEqualTo(
            new Batch.Counts(1, 0, 1, 0, Map.of("key_missing", 2L, "body_not_parsed", 1L), 1));
  }

  @Test
  void whateverComesTheCountsAddUp() {
    SplittableRandom random = new SplittableRandom(11);
    long position = 0;
    for (int round = 0; round < 200; round++) {
      StoredEvent[] events = new StoredEvent[random.nextInt(1, 12)];
      for (int i = 0; i < events.length; i++) {
        position++;
        String key = "k" + random.nextInt(4);
        long at = random.nextInt(40);
        events[i] =
            random.nextInt(3) == 0 ? gone(position, key, at) : put(position, key, at, position);
      }
      Batch.Counts counts = apply(events);
      records += counts.records();
      tombstones += counts.tombstones();
      assertThat(counts.applied() + counts.stale()).isEqualTo(events.length);
      assertThat(records).isEqualTo(rows.values().stream().filter(row -> !row.deleted()).count());
      assertThat(tombstones).isEqualTo(rows.values().stream().filter(RecordRow::deleted).count());
    }
  }

  private Batch.Counts apply(StoredEvent... events) {
    Batch batch = batch(events);
    batch.apply(rows, known(batch), ids);
    batch.changes().forEach(change -> rows.put(change.after().key(), change.after()));
    return batch.counts();
  }

  /** Every event of the batch is new. */
  private static Batch.Known known(Batch batch) {
    return new Batch.Known(
        batch.reached().stream().map(Batch.Reached::position).collect(Collectors.toSet()),
        Set.of(),
        Map.of());
  }

  private static Batch batch(StoredEvent... events) {
    Batch batch = new Batch(collection(), Events.plainData());
    List.of(events).forEach(batch::add);
    return batch;
  }

  private RecordRow row(String key) {
    return Objects.requireNonNull(rows.get(key));
  }

  private static StoredEvent put(long position, String key, long at, long value) {
    return Events.json(position, "{\"id\":\"" + key + "\",\"at\":" + at + ",\"v\":" + value + "}");
  }

  private static StoredEvent received(long position, String key, long at, long receivedAt) {
    return Events.json(position, receivedAt, "{\"id\":\"" + key + "\",\"at\":" + at + ",\"v\":0}");
  }

  private static StoredEvent gone(long position, String key, long at) {
    return Events.json(position, "{\"id\":\"" + key + "\",\"at\":" + at + ",\"type\":\"gone\"}");
  }

  private static CollectionRow collection() {
    return new CollectionRow(
        new CollectionRow.Identity(
            "c".repeat(32), Events.SCOPE, "C", "c", null, Events.SOURCE, null, null),
        Events.spec("id", OPTIONS),
        new CollectionRow.Table(1, null, 0),
        new CollectionRow.Progress(0, null, 0, 0, 0, 0, 0, Json.object().build(), 0, null, 0),
        new CollectionRow.Backfill(null, null, null, null, null, null, null),
        new CollectionRow.Times(0, 0));
  }
}
