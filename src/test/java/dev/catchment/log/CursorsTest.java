package dev.catchment.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.OpenDatabase;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;

final class CursorsTest {
  private static final long LEASE = 10_000;
  private final SettableClock clock = new SettableClock(1_772_357_400_000L);

  @BothDatabases
  void oneNodeHoldsAReaderUntilItsLeaseRunsOut(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Cursors a = new Cursors(database, "a", LEASE);
      Cursors b = new Cursors(database, "b", LEASE);
      Cursor first = a.claim("r").orElseThrow();
      assertThat(first.position()).isZero();
      assertThat(a.claim("r")).contains(first);
      assertThat(b.claim("r")).isEmpty();
      assertThat(b.claim("other")).isPresent();

      clock.pass(Duration.ofMillis(LEASE - 1));
      move(database, a, first, 7);
      clock.pass(Duration.ofMillis(LEASE - 1));
      assertThat(b.claim("r")).as("a move extends the lease").isEmpty();
      clock.pass(Duration.ofMillis(1));
      Cursor second = b.claim("r").orElseThrow();
      assertThat(second.position()).isEqualTo(7);
      assertThat(second.claimNumber()).isGreaterThan(first.claimNumber());
      assertThat(a.claim("r")).isEmpty();
    }
  }

  @BothDatabases
  void aStaleClaimCannotMoveNorWriteAnything(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Cursors a = new Cursors(database, "a", LEASE);
      Cursors b = new Cursors(database, "b", LEASE);
      Cursor stale = a.claim("r").orElseThrow();
      clock.pass(Duration.ofMillis(LEASE));
      Cursor fresh = b.claim("r").orElseThrow();
      assertThatThrownBy(() ->
              database.write(tx -> {
                Cursors.disturb(tx, "written with it");
                a.move(tx, stale, 5);
                return true;
              }))
          .isInstanceOf(Cursors.Overtaken.class);
      assertThat(count(database)).as("rolled back").isEqualTo(1);
      move(database, b, fresh, 5);
      assertThatThrownBy(() -> move(database, b, fresh, 6))
          .as("from a position it has left")
          .isInstanceOf(Cursors.Overtaken.class);
      assertThat(position(database)).isEqualTo(5);
    }
  }

  @BothDatabases
  void aDisturbedStepStartsOverOnTheSameNode(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Cursors a = new Cursors(database, "a", LEASE);
      Cursor begun = a.claim("r").orElseThrow();
      move(database, a, begun, 3);
      Cursor again = a.claim("r").orElseThrow();
      assertThat(database.<Long>write(tx -> Cursors.disturb(tx, "r"))).isEqualTo(3L);
      assertThatThrownBy(() -> move(database, a, again, 4)).isInstanceOf(Cursors.Overtaken.class);
      Cursor fresh = a.claim("r").orElseThrow();
      move(database, a, fresh, 4);
      assertThat(position(database)).isEqualTo(4);
      assertThat(database.<Long>write(tx -> Cursors.disturb(tx, "never claimed"))).isZero();
    }
  }

  @BothDatabases
  void whatANodeReleasesOthersTakeAtOnce(BothDatabases.Store store) {
    try (Database database = open(store)) {
      Cursors a = new Cursors(database, "a", LEASE);
      Cursors b = new Cursors(database, "b", LEASE);
      Cursor held = a.claim("r").orElseThrow();
      b.release();
      assertThat(a.claim("r")).as("only its own").contains(held);
      a.release();
      assertThat(b.claim("r")).isPresent();
      assertThatThrownBy(() -> move(database, a, held, 1)).isInstanceOf(Cursors.Overtaken.class);
    }
  }

  private static void move(Database database, Cursors cursors, Cursor from, long to) {
    database.write(
        Durability.DERIVED,
        tx -> {
          cursors.move(tx, from, to);
          return true;
        });
  }

  private static long position(Database database) {
    return database.<Long>read(tx -> Cursors.position(tx, "r"));
  }

  private static long count(Database database) {
    return database.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM cursors"));
  }

  private Database open(BothDatabases.Store store) {
    return new OpenDatabase(clock, new Metrics()).open(store.settings("a"));
  }
}
