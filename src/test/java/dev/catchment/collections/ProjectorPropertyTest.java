package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whatever happens in whatever order, a collection ends as a plain fold over its events. */
final class ProjectorPropertyTest {
  private static final String OTHER_SOURCE = "3".repeat(32);
  private static final String OPTIONS =
      """
      {"event_time_path":"at","data_path":"v",
       "delete_when":[{"field":"type","op":"eq","value":"gone"}]}
      """;

  private static final List<CollectionRow.Status> STATUSES =
      List.copyOf(EnumSet.allOf(CollectionRow.Status.class));

  private final SettableClock clock = new SettableClock(Events.RECEIVED);
  private final List<PlainFold.Made> made = new ArrayList<>();
  private final Map<String, List<Span>> spans = new LinkedHashMap<>();

  /** Positions that are a collection's own: after {@code from}, up to {@code to}. */
  private record Span(long from, long to) {}

  @BothDatabases
  void everyCollectionEqualsAPlainFoldOfItsEvents(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      for (int seed = 1; seed <= 4; seed++) {
        spans.clear();
        run(List.of(node), new SplittableRandom(seed), "s" + seed, 250);
        check(node, node);
      }
    }
  }

  @BothDatabases
  void twoNodesThatTakeTurnsAndCrashAgreeWithIt(BothDatabases.Store store) {
    try (ProjectorNode first = new ProjectorNode(store, "a", clock);
        ProjectorNode other = store.isPostgres() ? new ProjectorNode(store, "b", clock) : first) {
      run(List.of(first, other), new SplittableRandom(99), "turns", 400);
      check(first, other);
    }
  }

  private void run(List<ProjectorNode> nodes, SplittableRandom random, String prefix, int acts) {
    for (int act = 0; act < acts; act++) {
      ProjectorNode node = nodes.get(random.nextInt(nodes.size()));
      switch (random.nextInt(20)) {
        case 0 -> {
          if (spans.size() < 5) {
            create(node, random, prefix + "-" + act);
          }
        }
        case 1, 2 -> change(node, random);
        case 3 -> node.crash();
        case 4 -> clock.set(clock.millis() + random.nextLong(2 * ProjectorNode.LEASE_MILLIS));
        case 5, 6, 7, 8 -> node.step();
        default -> append(node, random);
      }
    }
    spans
        .keySet()
        .forEach(id -> {
          if (nodes.getFirst().get(id).fold().status() == CollectionRow.Status.PAUSED) {
            nodes.getFirst().update(id, CollectionRow.Status.ACTIVE);
          }
        });
    clock.set(clock.millis() + 2 * ProjectorNode.LEASE_MILLIS);
    nodes.getFirst().settle();
  }

  private void create(ProjectorNode node, SplittableRandom random, String slug) {
    CollectionRow row =
        node.create(
            slug,
            random.nextInt(4) == 0 ? OTHER_SOURCE : Events.SOURCE,
            Events.spec("id", OPTIONS));
    spans.put(
        row.id(),
        new ArrayList<>(List.of(new Span(row.progress().startPosition(), Long.MAX_VALUE))));
  }

  private void change(ProjectorNode node, SplittableRandom random) {
    if (spans.isEmpty()) {
      return;
    }
    String id = List.copyOf(spans.keySet()).get(random.nextInt(spans.size()));
    CollectionRow.Status wanted = STATUSES.get(random.nextInt(STATUSES.size()));
    CollectionRow before = node.get(id);
    CollectionRow after = node.update(id, wanted);
    boolean wasOut = before.fold().status() == CollectionRow.Status.DISABLED;
    boolean isOut = wanted == CollectionRow.Status.DISABLED;
    List<Span> own = spans.getOrDefault(id, new ArrayList<>());
    if (!wasOut && isOut) {
      // What it had not looked at yet passes by.
      Span last = own.removeLast();
      own.add(new Span(last.from(), Math.max(last.from(), before.progress().reached())));
    } else if (wasOut && !isOut) {
      own.add(new Span(after.progress().startPosition(), Long.MAX_VALUE));
    }
  }

  private void append(ProjectorNode node, SplittableRandom random) {
    String source = random.nextInt(4) == 0 ? OTHER_SOURCE : Events.SOURCE;
    long receivedAt = clock.millis() + random.nextInt(-5_000, 5_000);
    long position = made.size() + 1L;
    String data = "{\"n\":" + position + ",\"t\":\"" + "x".repeat(random.nextInt(20)) + "\"}";
    int kind = random.nextInt(20);
    String[] bad = {
      "no json", "{\"at\":5}", "{\"id\":[],\"v\":1}", "{\"id\":\"\",\"v\":1}", "{\"id\":\"k1\"}"
    };
    String[] reasons = {"body_not_parsed", "key_missing", "key_type", "key_empty", "data_missing"};
    String skip = kind < bad.length ? reasons[kind] : null;
    boolean gone = skip == null && random.nextInt(4) == 0;
    String key = skip == null ? "k" + random.nextInt(6) : null;
    Long at = random.nextInt(8) == 0 ? null : Events.RECEIVED + 1_000L * random.nextInt(50);
    String type = gone ? "gone" : random.nextBoolean() ? "put" : null;
    String body =
        key == null ? bad[kind] : body(key, at == null ? "\"soon\"" : at.toString(), type, data);
    String id = node.append(source, receivedAt, body).event().id();
    made.add(new PlainFold.Made(id, position, source, receivedAt, key, at, skip, gone, data, type));
  }

  private static String body(String key, String at, @Nullable String type, String data) {
    return "{\"id\":\""
        + key
        + "\",\"at\":"
        + at
        + (type == null ? "" : ",\"type\":\"" + type + "\"")
        + ("gone".equals(type) ? "" : ",\"v\":" + data)
        + "}";
  }

  private void check(ProjectorNode first, ProjectorNode other) {
    assertThat(spans).isNotEmpty();
    spans.forEach((id, own) -> {
      PlainFold plain = new PlainFold();
      CollectionRow row = other.get(id);
      made.stream()
          .filter(event -> event.source().equals(row.identity().sourceId()))
          .filter(event ->
              own.stream()
                  .anyMatch(
                      span -> event.position() > span.from() && event.position() <= span.to()))
          .forEach(plain::apply);
      assertThat(stored(other, id, plain)).isEqualTo(plain.states);
      CollectionRow.Progress progress = row.progress();
      assertThat(progress.recordCount()).as("record_count").isEqualTo(plain.live());
      assertThat(progress.tombstoneCount())
          .as("tombstone_count")
          .isEqualTo(plain.states.size() - plain.live());
      assertThat(progress.appliedCount()).as("applied").isEqualTo(plain.applied);
      assertThat(progress.staleCount()).as("stale").isEqualTo(plain.stale);
      assertThat(progress.timeFallbackCount()).as("fallbacks").isEqualTo(plain.fallbacks);
      assertThat(reasons(progress.skippedReasons())).isEqualTo(plain.skipped);
      assertThat(progress.skippedCount())
          .isEqualTo(plain.skipped.values().stream().mapToLong(Long::longValue).sum());
      assertThat(other.records(id, 100)).hasSize((int) plain.live());
      assertThat(progress.lastSyncAt() == null).isEqualTo(plain.applied == 0);
      assertThat(other.lag(id)).isZero();
      int heard = first.heard.size();
      assertThat(first.step()).isEqualTo(Step.whenWoken());
      assertThat(first.heard).hasSize(heard);
      assertThat(other.get(id).progress()).isEqualTo(progress);
    });
  }

  private static Map<String, PlainFold.State> stored(
      ProjectorNode node, String id, PlainFold plain) {
    Map<String, PlainFold.State> states = new TreeMap<>();
    List<String> keys = new ArrayList<>(plain.keys());
    keys.addAll(List.of("k0", "k1", "k2", "k3", "k4", "k5", "", "soon"));
    long generation = node.generation(id);
    node.database
        .read(tx -> Records.byKey(tx, generation, keys))
        .forEach((key, row) ->
            states.put(
                key,
                new PlainFold.State(
                    row.data(),
                    row.eventType(),
                    row.version().sourceEventId(),
                    row.version().sourceEventAt(),
                    row.version().position(),
                    row.deleted(),
                    row.createdAt(),
                    row.updatedAt())));
    return states;
  }

  private static Map<String, Long> reasons(Json.Obj stored) {
    Map<String, Long> reasons = new HashMap<>();
    stored
        .members()
        .forEach(
            (reason, count) -> reasons.put(reason, ((Json.Num) count).value().longValueExact()));
    return reasons;
  }
}
