package dev.catchment.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What happens when the store goes away under an open node. */
final class LostConnectionTest {
  private static final String PUT =
      "INSERT INTO cursors (name, position, owner, owned_until, claim_number) VALUES (?, 0, NULL, 0, 0)";

  @BothDatabases
  void lostConnectionsComeBackWithoutARestart(BothDatabases.Store store)
      throws InterruptedException {
    if (!store.isPostgres()) {
      // There is no connection to lose, only a file that somebody may damage.
      assertThat(
              Faults.translate(
                  new org.sqlite.SQLiteException("", org.sqlite.SQLiteErrorCode.SQLITE_IOERR)))
          .isInstanceOf(Failure.class);
      assertThat(
              Faults.translate(
                  new org.sqlite.SQLiteException("", org.sqlite.SQLiteErrorCode.SQLITE_FULL)))
          .isInstanceOf(Failure.class);
      return;
    }
    try (Database node = open(store, "a");
        Database other = open(store, "b")) {
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      node.listen(Channel.RECORDS, heard::add);
      until(() -> told(other, heard));
      assertThat(node.<Integer>write(tx -> tx.update(PUT, "before"))).isEqualTo(1);

      terminateAll(other);

      until(() -> works(() -> node.<Long>read(tx -> tx.number("SELECT 1 AS n"))));
      until(() -> works(() -> node.<Integer>write(tx -> tx.update(PUT, "synced"))));
      until(() ->
          works(() -> node.<Integer>write(Durability.DERIVED, tx -> tx.update(PUT, "derived"))));
      assertThat(heard.poll(10, TimeUnit.SECONDS)).as("look for yourself").isEmpty();
      until(() -> told(other, heard));
      assertThat(node.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM cursors")))
          .isEqualTo(3);
    }
  }

  @BothDatabases
  void aTransactionCutOffHalfwayLeavesNothingAndIsUnavailable(BothDatabases.Store store) {
    if (!store.isPostgres()) {
      // An SQLite transaction has nobody between it and its file who could cut it off.
      assertThat(
              Faults.isTransient(
                  new org.sqlite.SQLiteException("", org.sqlite.SQLiteErrorCode.SQLITE_IOERR)))
          .isFalse();
      return;
    }
    try (Database node = open(store, "a");
        Database other = open(store, "b")) {
      assertThatThrownBy(() ->
              node.<Integer>write(tx -> {
                tx.update(PUT, "half");
                long me = tx.number("SELECT pg_backend_pid() AS n");
                other.<Long>write(killer ->
                    killer.number(
                        "SELECT CASE WHEN pg_terminate_backend(?, 5000) THEN 1 ELSE 0 END AS n",
                        Math.toIntExact(me)));
                return tx.update(PUT, "whole");
              }))
          .isInstanceOfSatisfying(
              Failure.class, e -> assertThat(e.code()).isEqualTo(Failure.Code.UNAVAILABLE));
      until(() -> works(() -> node.<Long>read(tx -> tx.number("SELECT 1 AS n"))));
      assertThat(node.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM cursors"))).isZero();
    }
  }

  @BothDatabases
  void aStoreThatIsNotThereIsUnavailable(BothDatabases.Store store) throws java.io.IOException {
    if (store.isPostgres()) {
      String gone = store.url().replaceAll(":\\d+/", ":1/");
      assertThatThrownBy(() ->
              new OpenDatabase(InstantSource.system(), new Metrics())
                  .open(new DatabaseSettings(new Secret(gone), store.dataDir(), "a")))
          .isInstanceOfSatisfying(
              Failure.class, e -> assertThat(e.code()).isEqualTo(Failure.Code.UNAVAILABLE));
    } else {
      Files.writeString(store.dataDir().resolve("catchment.db"), "no database at all".repeat(300));
      assertThatThrownBy(() -> open(store, "a"))
          .isInstanceOfSatisfying(
              Failure.class, e -> assertThat(e.code()).isEqualTo(Failure.Code.UNAVAILABLE));
      Files.delete(store.dataDir().resolve("catchment.db"));
      open(store, "a").close();
    }
  }

  /** Ends every connection to this database but the one that asks. */
  private static void terminateAll(Database by) {
    long ended =
        by.<Long>write(tx ->
            tx.number(
                """
                SELECT COUNT(*) AS n FROM (
                  SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()) ended
                """));
    assertThat(ended).isGreaterThan(3);
  }

  private static boolean told(Database by, LinkedBlockingQueue<String> heard) {
    heard.clear();
    return works(() -> {
      by.write(tx -> {
        tx.notify(Channel.RECORDS, "r");
        return true;
      });
    })
        && "r".equals(poll(heard));
  }

  private static String poll(LinkedBlockingQueue<String> heard) {
    try {
      return String.valueOf(heard.poll(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether it works now; a store that is away must say so and nothing else. */
  private static boolean works(Runnable use) {
    try {
      use.run();
      return true;
    } catch (Failure e) {
      assertThat(e.code()).isEqualTo(Failure.Code.UNAVAILABLE);
      return false;
    }
  }

  private static void until(BooleanSupplier condition) {
    for (int tries = 0; tries < 60; tries++) {
      if (condition.getAsBoolean()) {
        return;
      }
    }
    throw new AssertionError("It never came back");
  }

  private static Database open(BothDatabases.Store store, String node) {
    return new OpenDatabase(InstantSource.system(), new Metrics()).open(store.settings(node));
  }
}
