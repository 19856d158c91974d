package dev.catchment.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BulkInsertTest {
  private static final BulkInsert CURSORS =
      BulkInsert.into("cursors")
          .texts("name")
          .numbers("position")
          .texts("owner")
          .numbers("owned_until", "claim_number");

  private record Stored(String name, long position, @Nullable String owner, long claimNumber) {}

  @Test
  void oneStatementServesRowsOfAnyNumber() {
    BulkInsert insert =
        BulkInsert.into("t")
            .numbers("a")
            .texts("b")
            .bytes("c")
            .onConflict("ON CONFLICT DO NOTHING");

    assertThat(insert.one())
        .isEqualTo("INSERT INTO t (a, b, c) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    assertThat(insert.values(2))
        .isEqualTo("INSERT INTO t (a, b, c) VALUES (?, ?, ?), (?, ?, ?) ON CONFLICT DO NOTHING");
    assertThat(insert.arrays())
        .isEqualTo(
            "INSERT INTO t (a, b, c) SELECT unnest(?::int8[]), unnest(?::text[]),"
                + " unnest(?::bytea[]) ON CONFLICT DO NOTHING");
    assertThat(insert.arraysFrom("head.n + ", "head"))
        .isEqualTo(
            "INSERT INTO t (a, b, c) SELECT head.n + unnest(?::int8[]), unnest(?::text[]),"
                + " unnest(?::bytea[]) FROM head ON CONFLICT DO NOTHING");
  }

  @BothDatabases
  void everyKindOfValueIsStoredAsItIs(BothDatabases.Store store) {
    String hostile = "{\"},NULL,\\\"'\u20ac\uD83D\uDE00" + "x".repeat(100);
    try (Database database = open(store)) {
      insert(
          database,
          CURSORS,
          List.of(
              new @Nullable Object[] {hostile, Long.MIN_VALUE, null, 7, true},
              new @Nullable Object[] {"", Long.MAX_VALUE, "NULL", 0L, false},
              new @Nullable Object[] {"nul\0 and \uD800 alone", 0, "", 0, 0}));

      assertThat(cursors(database))
          .containsExactlyInAnyOrder(
              new Stored(hostile, Long.MIN_VALUE, null, 1),
              new Stored("", Long.MAX_VALUE, "NULL", 0),
              new Stored("nul\uFFFD and \uFFFD alone", 0, "", 0));
    }
  }

  @BothDatabases
  void bytesAreStoredAsTheyAre(BothDatabases.Store store) {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    BulkInsert bodies = BulkInsert.into("event_bodies").numbers("position").bytes("body");
    try (Database database = open(store)) {
      insert(
          database,
          bodies,
          List.of(new @Nullable Object[] {1, all}, new @Nullable Object[] {2, new byte[0]}));

      List<byte[]> found =
          database.read(tx ->
              tx.list(
                  "SELECT body FROM event_bodies ORDER BY position",
                  row -> Objects.requireNonNull(row.bytes("body"))));
      assertThat(found).hasSize(2);
      assertThat(found.getFirst()).isEqualTo(all);
      assertThat(found.getLast()).isEmpty();
    }
  }

  @BothDatabases
  void moreRowsThanOneStatementTakesAreAllStored(BothDatabases.Store store) {
    try (Database database = open(store)) {
      insert(database, CURSORS, List.of());
      insert(database, CURSORS, rows(0, 2 * InList.VALUES_MAX + 1));

      assertThat(cursors(database)).hasSize(2 * InList.VALUES_MAX + 1);
    }
  }

  @BothDatabases
  void onlyRowsThatWereNotThereAreTold(BothDatabases.Store store) {
    BulkInsert fresh = CURSORS.onConflict("ON CONFLICT DO NOTHING");
    int some = InList.VALUES_MAX + 50;
    try (Database database = open(store)) {
      List<Long> first = database.write(tx -> tx.insertNew(fresh, rows(0, some), "position"));
      List<Long> second =
          database.write(tx -> tx.insertNew(fresh, rows(some - 3, some + 4), "position"));
      List<Long> none = database.write(tx -> tx.insertNew(fresh, List.of(), "position"));

      assertThat(first)
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, some).boxed().toList());
      assertThat(second).containsExactlyInAnyOrder(some + 0L, some + 1L, some + 2L, some + 3L);
      assertThat(none).isEmpty();
      assertThat(cursors(database)).hasSize(some + 4);
    }
  }

  @BothDatabases
  void aTakenKeyIsReplacedWhereTheInsertSaysSoAndElseADuplicate(BothDatabases.Store store) {
    BulkInsert replacing =
        CURSORS.onConflict("ON CONFLICT (name) DO UPDATE SET position = excluded.position");
    try (Database database = open(store)) {
      insert(database, CURSORS, rows(0, 2));
      insert(database, replacing, List.of(row("k1", 40), row("k2", 2)));

      assertThat(cursors(database))
          .extracting(Stored::name, Stored::position)
          .containsExactlyInAnyOrder(tuple("k0", 0L), tuple("k1", 40L), tuple("k2", 2L));
      assertThatThrownBy(() -> insert(database, CURSORS, List.of(row("k9", 9), row("k0", 9))))
          .isInstanceOf(DuplicateKey.class);
      assertThat(cursors(database)).as("all or none").hasSize(3);
    }
  }

  private static List<@Nullable Object[]> rows(int from, int to) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      rows.add(row("k" + i, i));
    }
    return rows;
  }

  private static @Nullable Object[] row(String name, long position) {
    return new @Nullable Object[] {name, position, null, 0, 0};
  }

  private static void insert(Database database, BulkInsert insert, List<@Nullable Object[]> rows) {
    database.write(tx -> {
      tx.insert(insert, rows);
      return true;
    });
  }

  private static List<Stored> cursors(Database database) {
    return database.read(tx ->
        tx.list(
            "SELECT * FROM cursors",
            row ->
                new Stored(
                    row.string("name"),
                    row.number("position"),
                    row.find("owner"),
                    row.number("claim_number"))));
  }

  private static Database open(BothDatabases.Store store) {
    return new OpenDatabase(InstantSource.system(), new Metrics()).open(store.settings("a"));
  }
}
