package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Whatever happens to backfills and rebuilds beside live events, pauses, crashes and a second node,
 * a collection that has read everything is a plain fold over the log, each event counts once, and a
 * reader of changes who comes back at any moment ends with what is there, and is told nothing
 * twice.
 */
final class BackfillPropertyTest {
  private static final CollectionRow.FoldSpec SPEC =
      Events.spec(
          "id",
          """
          {"event_time_path":"at","data_path":"v",
           "delete_when":[{"field":"type","op":"eq","value":"gone"}]}
          """);

  private final SettableClock clock = new SettableClock(Events.RECEIVED);
  private final List<PlainFold.Made> made = new ArrayList<>();
  private final Map<String, RecordRow> reader = new TreeMap<>();
  private long read;

  @BothDatabases
  void aCollectionIsAPlainFoldWhateverHappensToItsRuns(BothDatabases.Store store) {
    try (ProjectorNode first = new ProjectorNode(store, "a", clock, 3);
        ProjectorNode other =
            store.isPostgres() ? new ProjectorNode(store, "b", clock, 3) : first) {
      for (int seed = 1; seed <= 6; seed++) {
        SplittableRandom random = new SplittableRandom(seed);
        int before = random.nextInt(20);
        for (int i = 0; i < before; i++) {
          append(first, random);
        }
        String id = first.create("c" + seed, Events.SOURCE, SPEC).id();
        reader.clear();
        read = 0;
        for (int act = 0; act < 220; act++) {
          act(random.nextBoolean() ? first : other, id, random);
        }
        end(first, id);
      }
    }
  }

  private void act(ProjectorNode node, String id, SplittableRandom random) {
    switch (random.nextInt(24)) {
      case 0 -> ignoreDisabled(node, id, random.nextBoolean(), false);
      case 1, 2 -> ignoreDisabled(node, id, false, true);
      case 3 -> {
        if (random.nextInt(4) == 0) {
          node.cancelBackfill(id);
        }
      }
      case 4 -> {
        int status = random.nextInt(7);
        node.update(
            id,
            status == 0
                ? CollectionRow.Status.DISABLED
                : status < 3 ? CollectionRow.Status.PAUSED : CollectionRow.Status.ACTIVE);
      }
      case 5 -> node.crash();
      case 6 -> node.crashBackfiller();
      case 7 -> clock.set(clock.millis() + random.nextLong(2 * Backfiller.LEASE_MILLIS));
      case 8, 9, 10 -> node.step();
      case 11, 12 -> read(node, id);
      case 13, 14, 15, 16, 17, 18, 19 -> node.backfillStep();
      default -> append(node, random);
    }
  }

  private static void ignoreDisabled(
      ProjectorNode node, String id, boolean restart, boolean rebuild) {
    if (node.get(id).fold().status() != CollectionRow.Status.DISABLED) {
      node.backfill(id, restart, rebuild);
    }
  }

  private void append(ProjectorNode node, SplittableRandom random) {
    long position = made.size() + 1L;
    long receivedAt = clock.millis() + random.nextInt(-3_000, 3_000);
    boolean bad = random.nextInt(12) == 0;
    boolean gone = !bad && random.nextInt(4) == 0;
    String key = bad ? null : "k" + random.nextInt(7);
    Long at = random.nextInt(8) == 0 ? null : Events.RECEIVED + 1_000L * random.nextInt(40);
    String data = Long.toString(position);
    String body =
        bad
            ? "{}"
            : "{\"id\":\""
                + key
                + "\",\"at\":"
                + (at == null ? "\"soon\"" : at)
                + (gone ? ",\"type\":\"gone\"}" : ",\"v\":" + data + "}");
    String id = node.append(Events.SOURCE, receivedAt, body).event().id();
    made.add(
        new PlainFold.Made(
            id,
            position,
            Events.SOURCE,
            receivedAt,
            key,
            at,
            bad ? "key_missing" : null,
            gone,
            data,
            gone ? "gone" : null));
  }

  /** A reader of changes catches up. */
  private void read(ProjectorNode node, String id) {
    List<RecordRow> changes =
        node.database.read(tx -> {
          CollectionRow row = Collections.get(tx, Events.SCOPE, id);
          return Records.from(tx, row.table().generation(), read + 1, 10_000);
        });
    for (RecordRow change : changes) {
      RecordRow known = reader.get(change.key());
      if (change.deleted()) {
        reader.remove(change.key());
      } else {
        assertThat(known != null && isSame(known, change)).as("told twice").isFalse();
        reader.put(change.key(), change);
      }
    }
    if (!changes.isEmpty()) {
      String last = changes.getLast().key();
      long generation = node.generation(id);
      read =
          Math.max(
              read,
              node.database.<Long>read(tx ->
                  tx.number(
                      """
                      SELECT change_number AS n FROM records
                       WHERE generation = ? AND record_key = ?
                      """,
                      generation,
                      last)));
    }
  }

  private static boolean isSame(RecordRow one, RecordRow other) {
    return state(one).equals(state(other));
  }

  private static PlainFold.State state(RecordRow row) {
    return new PlainFold.State(
        row.data(),
        row.eventType(),
        row.version().sourceEventId(),
        row.version().sourceEventAt(),
        row.version().position(),
        row.deleted(),
        row.createdAt(),
        row.updatedAt());
  }

  private void end(ProjectorNode node, String id) {
    node.update(id, CollectionRow.Status.ACTIVE);
    clock.set(clock.millis() + 2 * Backfiller.LEASE_MILLIS);
    node.cancelBackfill(id);
    node.settleBackfills();
    node.backfill(id, true, false);
    node.settleBackfills();
    check(node, id);
    node.backfill(id, false, true);
    node.settleBackfills();
    assertThat(node.get(id).backfill().status()).isEqualTo("completed");
    int known = reader.size();
    Map<String, PlainFold.State> before = states(reader);
    check(node, id);
    assertThat(reader).as("told of by the rebuild").hasSize(known);
    assertThat(states(reader)).isEqualTo(before);
    node.sweep();
    assertThat(node.count("records"))
        .isEqualTo(node.number("SELECT SUM(record_count + tombstone_count) AS n FROM collections"));
    assertThat(node.count("rebuilds")).isZero();
  }

  private void check(ProjectorNode node, String id) {
    PlainFold plain = new PlainFold();
    made.forEach(plain::apply);
    Map<String, PlainFold.State> stored = new TreeMap<>();
    long generation = node.generation(id);
    node.database
        .read(tx -> Records.byKey(tx, generation, List.copyOf(plain.keys())))
        .forEach((key, row) -> stored.put(key, state(row)));
    assertThat(known(stored)).isEqualTo(known(plain.states));
    CollectionRow.Progress progress = node.get(id).progress();
    assertThat(progress.recordCount()).isEqualTo(plain.live());
    assertThat(progress.tombstoneCount()).isEqualTo(plain.states.size() - plain.live());
    assertThat(progress.appliedCount() + progress.staleCount())
        .as("each event counts once")
        .isEqualTo(plain.applied + plain.stale);
    assertThat(progress.timeFallbackCount()).isEqualTo(plain.fallbacks);
    assertThat(node.get(id).progress().skippedReasons().text())
        .isEqualTo(
            plain.skipped.isEmpty()
                ? "{}"
                : "{\"key_missing\":" + plain.skipped.get("key_missing") + "}");
    assertThat(
            node.number("SELECT COUNT(*) AS n FROM record_events WHERE generation = " + generation))
        .isEqualTo(plain.applied + plain.stale);
    read(node, id);
    Map<String, PlainFold.State> visible = new HashMap<>(plain.states);
    visible.values().removeIf(PlainFold.State::deleted);
    assertThat(states(reader)).as("what a reader of changes knows").isEqualTo(visible);
    assertThat(node.lag(id)).isZero();
  }

  /** The data of a deleted record are nobody's business, and whichever came last. */
  private static Map<String, PlainFold.State> known(Map<String, PlainFold.State> states) {
    Map<String, PlainFold.State> known = new TreeMap<>();
    states.forEach((key, state) ->
        known.put(
            key,
            state.deleted()
                ? new PlainFold.State(
                    "",
                    state.type(),
                    state.eventId(),
                    state.at(),
                    state.position(),
                    true,
                    state.createdAt(),
                    state.updatedAt())
                : state));
    return known;
  }

  private static Map<String, PlainFold.State> states(Map<String, RecordRow> rows) {
    Map<String, PlainFold.State> states = new HashMap<>();
    rows.forEach((key, row) -> states.put(key, state(row)));
    return states;
  }
}
