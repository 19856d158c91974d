package dev.catchment.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.ingest.Sources;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.SplittableRandom;

/** Strangers do not fill the store with sessions. */
final class TestSessionsKeptTest {
  private static final long NOW = 1_700_000_000_000L;

  @BothDatabases
  void nobodyOpensMoreThanAreKept(BothDatabases.Store store) {
    SettableClock clock = new SettableClock(NOW);
    TestSessions sessions =
        new TestSessions(new Ids(clock, new SplittableRandom(1)), new Sources(Sample.vault()));
    try (Database database = new OpenDatabase(clock, new Metrics()).open(store.settings("a"))) {
      String own = database.write(sessions::create).id();
      fill(database, TestSessions.KEPT_MAX - 2);
      String last = database.write(sessions::create).id();

      assertThatThrownBy(() -> database.write(sessions::create))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(Failure.Code.UNAVAILABLE);
                assertThat(failure.sentence()).isEqualTo("Too many test sessions are open");
                assertThat(failure.retryAfterSeconds()).isEqualTo(3_600);
              });
      clock.pass(Duration.ofDays(30));
      assertThatThrownBy(() -> database.write(sessions::create))
          .as("what is over takes room until it is removed")
          .hasMessageContaining("Too many");
      clock.set(NOW);

      database.write(tx -> sessions.claim(tx, own, Sample.SCOPE, null, null));
      String next = database.write(sessions::create).id();
      assertThatThrownBy(() -> database.write(sessions::create)).hasMessageContaining("Too many");
      database.write(tx -> {
        sessions.close(tx, last);
        return SessionSweep.slice(tx, last);
      });
      database.write(sessions::create);
      Scope scope = database.read(tx -> sessions.get(tx, next)).source().scope();
      assertThat(scope).isEqualTo(TestSessions.scope(next));
    }
  }

  private static void fill(Database database, int sessions) {
    int filled =
        database.write(tx ->
            tx.update(
                """
                INSERT INTO source_terms (source_id, expires_at, request_limit, request_count)
                WITH RECURSIVE numbers (n) AS (
                  SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
                SELECT 'other ' || n, ?, 2000, 0 FROM numbers
                """,
                (long) sessions,
                NOW + TestSessions.LIFE_MILLIS));
    assertThat(filled).isEqualTo(sessions);
  }
}
