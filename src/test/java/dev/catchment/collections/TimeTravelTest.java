package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Times;
import dev.catchment.log.LogEdge;
import dev.catchment.log.OldEvents;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The past of a collection is the fold over the part of the log that there was. */
final class TimeTravelTest {
  private static final String OPTIONS =
      """
      {"event_time_path":"at","data_path":"v",
       "delete_when":[{"field":"type","op":"eq","value":"gone"}]}
      """;
  private static final int EVENTS = 160;

  /** In the order of their code points, which is not that of their chars. */
  private static final List<String> KEYS =
      List.of("a", "b", "b%", "é", "\uFF5E", "\uD83D\uDE00", "\uD83D\uDE01");

  private final SettableClock clock = new SettableClock(Events.RECEIVED);
  private final List<PlainFold.Made> made = new ArrayList<>();
  private final DataExpressions expressions = Events.plainData();

  @BothDatabases
  void anyMomentEqualsAFoldOverThePrefixOfTheLog(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", OPTIONS)).id();
      SplittableRandom random = new SplittableRandom(7);
      for (int i = 0; i < EVENTS; i++) {
        append(node, random);
        if (random.nextInt(3) == 0) {
          node.step();
        }
      }
      node.settle();
      for (int i = 0; i < 25; i++) {
        int to = random.nextInt(EVENTS + 1);
        int from = random.nextInt(to + 1);
        PlainFold after = fold(to);
        assertThat(records(node, id, to)).as("as of %d", to).isEqualTo(live(after));
        checkDifference(node, id, from, to);
      }
      for (String key : KEYS) {
        checkHistory(node, id, key);
      }
    }
  }

  private void append(ProjectorNode node, SplittableRandom random) {
    clock.set(clock.millis() + 10);
    long receivedAt = clock.millis() + random.nextInt(-3_000, 3_000);
    long position = made.size() + 1L;
    boolean other = random.nextInt(6) == 0;
    boolean bad = random.nextInt(8) == 0;
    boolean gone = !bad && random.nextInt(4) == 0;
    String key = KEYS.get(random.nextInt(KEYS.size()));
    Long at = random.nextInt(6) == 0 ? null : Events.RECEIVED + 1_000L * random.nextInt(40);
    String type = gone ? "gone" : random.nextBoolean() ? "put" : null;
    String source = other ? "3".repeat(32) : Events.SOURCE;
    String data = "{\"n\":" + position + "}";
    String body =
        bad
            ? "{\"v\":1}"
            : "{\"id\":\""
                + key
                + "\",\"at\":"
                + (at == null ? "\"soon\"" : at)
                + (type == null ? "" : ",\"type\":\"" + type + "\"")
                + ",\"v\":"
                + data
                + "}";
    String id = node.append(source, receivedAt, body).event().id();
    made.add(
        new PlainFold.Made(
            id,
            position,
            source,
            receivedAt,
            bad ? null : key,
            at,
            bad ? "key_missing" : null,
            gone,
            data,
            type));
  }

  private PlainFold fold(long position) {
    PlainFold fold = new PlainFold();
    made.stream()
        .filter(event -> event.source().equals(Events.SOURCE) && event.position() <= position)
        .forEach(fold::apply);
    return fold;
  }

  private static Map<String, PlainFold.State> live(PlainFold fold) {
    Map<String, PlainFold.State> live = new HashMap<>(fold.states);
    live.values().removeIf(PlainFold.State::deleted);
    return live;
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

  /** Reads two keys at a time, and checks that they come in order. */
  private Map<String, PlainFold.State> records(ProjectorNode node, String id, long at) {
    Map<String, PlainFold.State> states = new HashMap<>();
    List<String> seen = new ArrayList<>();
    List<String> keys = List.of();
    do {
      String after = seen.isEmpty() ? "" : seen.getLast();
      keys =
          node.database.read(tx -> {
            CollectionRow row = Collections.get(tx, Events.SCOPE, id);
            List<String> some = PastRecords.keys(tx, row, after, 2);
            PastRecords.at(tx, expressions, row, Moment.after(tx, row, at), some)
                .forEach((key, past) -> {
                  if (past instanceof PastRecords.Past.Present(RecordRow record)) {
                    states.put(key, state(record));
                  }
                });
            return some;
          });
      seen.addAll(keys);
    } while (!keys.isEmpty());
    assertThat(seen).isEqualTo(KEYS.stream().filter(seen::contains).toList());
    return states;
  }

  private void checkDifference(ProjectorNode node, String id, long from, long to) {
    Map<String, PlainFold.State> before = live(fold(from));
    Map<String, PlainFold.State> after = live(fold(to));
    Map<String, List<Optional<PlainFold.State>>> expected = new TreeMap<>();
    for (String key : KEYS) {
      Optional<PlainFold.State> was = Optional.ofNullable(before.get(key));
      Optional<PlainFold.State> is = Optional.ofNullable(after.get(key));
      boolean same = was.map(PlainFold.State::eventId).equals(is.map(PlainFold.State::eventId));
      if (!same) {
        expected.put(key, List.of(was, is));
      }
    }
    Map<String, List<Optional<PlainFold.State>>> found = new TreeMap<>();
    long reached = from;
    boolean more = true;
    Map<Difference.Kind, Long> counts = new HashMap<>();
    while (more) {
      long at = reached;
      Difference.Page page =
          node.database.read(tx -> {
            CollectionRow row = Collections.get(tx, Events.SCOPE, id);
            return Difference.page(
                tx,
                expressions,
                row,
                new Difference.Span(Moment.after(tx, row, from), Moment.after(tx, row, to), at),
                2);
          });
      assertThat(page.changed()).hasSizeLessThanOrEqualTo(2);
      for (Difference.Changed one : page.changed()) {
        counts.merge(one.kind(), 1L, Long::sum);
        assertThat(
                found.put(
                    one.key(),
                    List.of(
                        Optional.ofNullable(one.before()).map(TimeTravelTest::state),
                        Optional.ofNullable(one.after()).map(TimeTravelTest::state))))
            .isNull();
      }
      reached = page.reached();
      more = page.more();
    }
    assertThat(found).as("from %d to %d", from, to).isEqualTo(expected);
    Difference.Counts counted =
        node.database.read(tx -> {
          CollectionRow row = Collections.get(tx, Events.SCOPE, id);
          return Difference.counts(tx, row, Moment.after(tx, row, from), Moment.after(tx, row, to));
        });
    assertThat(counted)
        .isEqualTo(
            new Difference.Counts(
                counts.getOrDefault(Difference.Kind.INSERT, 0L),
                counts.getOrDefault(Difference.Kind.UPDATE, 0L),
                counts.getOrDefault(Difference.Kind.DELETE, 0L),
                true));
  }

  private void checkHistory(ProjectorNode node, String id, String key) {
    List<RecordHistory.Entry> entries = history(node, id, key, 3);
    List<PlainFold.Made> own =
        made.stream()
            .filter(event -> key.equals(event.key()) && event.source().equals(Events.SOURCE))
            .toList()
            .reversed();
    assertThat(entries).extracting(RecordHistory.Entry::eventId).isEqualTo(ids(own));
    PlainFold fold = new PlainFold();
    for (int i = own.size() - 1; i >= 0; i--) {
      PlainFold.State was = fold.states.get(key);
      fold.apply(own.get(i));
      PlainFold.State is = fold.states.getOrDefault(key, was);
      RecordHistory.Change expected =
          !own.get(i).id().equals(String.valueOf(is == null ? null : is.eventId()))
              ? RecordHistory.Change.STALE
              : own.get(i).gone()
                  ? RecordHistory.Change.DELETE
                  : was == null || was.deleted()
                      ? RecordHistory.Change.INSERT
                      : RecordHistory.Change.UPDATE;
      RecordHistory.Entry entry = entries.get(i);
      assertThat(entry.change()).as("%s at %d", key, entry.position()).isEqualTo(expected);
      assertThat(entry.data()).isEqualTo(own.get(i).gone() ? null : own.get(i).data());
      assertThat(entry.eventType()).isEqualTo(own.get(i).type());
      assertThat(entry.receivedAt()).isEqualTo(own.get(i).receivedAt());
    }
  }

  private static List<String> ids(List<PlainFold.Made> some) {
    return some.stream().map(PlainFold.Made::id).toList();
  }

  private List<RecordHistory.Entry> history(ProjectorNode node, String id, String key, int limit) {
    List<RecordHistory.Entry> entries = new ArrayList<>();
    RecordHistory.Page page;
    long before = Long.MAX_VALUE;
    do {
      long at = before;
      page =
          node.database.read(tx ->
              RecordHistory.page(
                  tx, expressions, Collections.get(tx, Events.SCOPE, id), key, at, limit));
      entries.addAll(page.entries());
      before = page.reached();
    } while (page.more());
    return entries;
  }

  private PastRecords.Past past(ProjectorNode node, String id, String key, long at) {
    return node.database.read(tx -> {
      CollectionRow row = Collections.get(tx, Events.SCOPE, id);
      return PastRecords.at(tx, expressions, row, Moment.after(tx, row, at), List.of(key))
          .values()
          .stream()
          .findFirst()
          .orElseThrow();
    });
  }

  private static long position(ProjectorNode node, String id, long time) {
    return node.database.<Long>read(
        tx -> Moment.at(tx, Collections.get(tx, Events.SCOPE, id), time).position());
  }

  /** Removes events as retention does. */
  private static void forget(ProjectorNode node, long upTo) {
    node.database.write(tx -> {
      List<OldEvents.OldEvent> old = OldEvents.between(tx, 0, upTo + 1, 100);
      List<Long> positions = old.stream().map(OldEvents.OldEvent::position).toList();
      LogEdge.moved(tx, old);
      RecordEvents.delete(tx, List.of(Events.SOURCE), positions);
      return OldEvents.delete(tx, positions);
    });
  }

  @BothDatabases
  void aTimeIsThePlaceOfTheLastEventReceivedByThen(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      node.append("{\"id\":\"before\"}");
      clock.set(clock.millis() + 1_000);
      long created = clock.millis();
      String id = node.create("c", Events.SOURCE, Events.spec("id", "{}")).id();
      clock.set(created + 1_000);
      node.append("{\"id\":\"a\"}");
      clock.set(created + 2_000);
      node.append("3".repeat(32), clock.millis(), "{\"id\":\"elsewhere\"}");
      clock.set(created + 3_000);
      node.append("{\"id\":\"b\"}");
      node.settle();

      assertThat(position(node, id, created)).isEqualTo(1);
      assertThat(position(node, id, created + 999)).isEqualTo(1);
      assertThat(position(node, id, created + 1_000)).isEqualTo(2);
      assertThat(position(node, id, created + 2_999)).isEqualTo(2);
      assertThat(position(node, id, created + 3_000)).isEqualTo(4);
      assertThat(position(node, id, created + 9_999_999)).isEqualTo(4);
      assertThatThrownBy(() -> position(node, id, created - 1))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(Failure.Code.GONE);
                assertThat(failure.sentence())
                    .contains("did not follow its source then")
                    .contains(Times.format(created))
                    .endsWith("log position 1");
              });
      assertThatThrownBy(() -> past(node, id, "a", 0)).isInstanceOf(Failure.class);
    }
  }

  @BothDatabases
  void aMergedRecordIsFoldedAgainFromAllItHadSeenByThen(BothDatabases.Store store) {
    String merging = "{\"event_time_path\":\"at\",\"data_path\":\"v\",\"merge\":\"deep\"}";
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", merging)).id();
      for (String rest :
          List.of(
              "10,\"v\":{\"x\":1}",
              "30,\"v\":{\"y\":2}",
              "20,\"v\":{\"x\":5,\"y\":9}",
              "40,\"v\":{\"x\":null}",
              "5,\"v\":{\"z\":7}")) {
        node.append("{\"id\":\"k\",\"at\":" + rest + "}");
        node.settle();
      }
      List<String> states =
          List.of(
              "{\"x\":1}",
              "{\"x\":1,\"y\":2}",
              "{\"x\":5,\"y\":2}",
              "{\"y\":2}",
              "{\"z\":7,\"y\":2}");
      for (int i = 0; i < states.size(); i++) {
        String expected = states.get(i);
        assertThat(past(node, id, "k", i + 1))
            .as("after event %d", i + 1)
            .isInstanceOfSatisfying(
                PastRecords.Past.Present.class,
                present -> assertThat(present.row().data()).isEqualTo(expected));
      }
    }
  }

  @BothDatabases
  void whatRetentionHasRemovedIsNotMadeUp(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("id", OPTIONS)).id();
      for (String body :
          List.of(
              "{\"id\":\"old\",\"v\":1}",
              "{\"id\":\"both\",\"v\":1}",
              "{\"id\":\"lost\",\"v\":1}",
              "{\"id\":\"both\",\"v\":2}",
              "{\"id\":\"new\",\"v\":1}",
              "{\"id\":\"lost\",\"v\":2}")) {
        clock.set(clock.millis() + 1_000);
        node.append(body);
      }
      node.settle();
      long removedAt = Events.RECEIVED + 3_000;
      forget(node, 3);

      assertThatThrownBy(() -> past(node, id, "old", 2))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(Failure.Code.GONE);
                assertThat(failure.sentence())
                    .contains("no longer stored")
                    .contains(Times.format(removedAt));
              });
      assertThat(position(node, id, removedAt)).isEqualTo(3);
      assertThat(past(node, id, "old", 3))
          .isInstanceOfSatisfying(
              PastRecords.Past.Present.class,
              present -> assertThat(present.row().data()).isEqualTo("1"));
      assertThat(past(node, id, "both", 3)).isInstanceOf(PastRecords.Past.Unknown.class);
      assertThat(past(node, id, "both", 4))
          .isInstanceOfSatisfying(
              PastRecords.Past.Present.class,
              present -> {
                assertThat(present.row().data()).isEqualTo("2");
                assertThat(present.row().createdAt()).isEqualTo(Events.RECEIVED + 2_000);
              });
      assertThat(past(node, id, "new", 4)).isInstanceOf(PastRecords.Past.Absent.class);
      assertThat(past(node, id, "lost", 5)).isInstanceOf(PastRecords.Past.Unknown.class);

      assertThat(history(node, id, "lost", 10))
          .singleElement()
          .satisfies(entry -> {
            assertThat(entry.change()).isEqualTo(RecordHistory.Change.UPDATE);
            assertThat(entry.data()).isEqualTo("2");
          });
      assertThat(history(node, id, "old", 10))
          .singleElement()
          .satisfies(entry -> {
            assertThat(entry.data()).isNull();
            assertThat(entry.receivedAt()).isEqualTo(Events.RECEIVED + 1_000);
          });
      assertThatThrownBy(() -> history(node, id, "never", 10))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> assertThat(failure.code()).isEqualTo(Failure.Code.NOT_FOUND));
      assertThat(
              node.database.<Long>read(
                  tx -> tx.number("SELECT COUNT(*) AS n FROM record_events WHERE position <= 3")))
          .isZero();
    }
  }
}
