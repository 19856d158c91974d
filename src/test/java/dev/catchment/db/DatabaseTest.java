package dev.catchment.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

final class DatabaseTest {
  private static final String PUT =
      "INSERT INTO cursors (name, position, owner, owned_until, claim_number) VALUES (?, ?, NULL, 0, 0)";

  @BothDatabases
  void oneFailingWorkOfManyFailsAlone(BothDatabases.Store store) throws InterruptedException {
    try (Database database = open(store)) {
      CountDownLatch gate = new CountDownLatch(1);
      List<CompletableFuture<Integer>> futures = new ArrayList<>();
      // Whoever waits behind the first is one group.
      futures.add(
          database.submit(
              Durability.SYNCED,
              tx -> {
                await(gate);
                return -1;
              }));
      AtomicInteger told = new AtomicInteger();
      database.listen(Channel.SOURCES, subject -> told.addAndGet(subject.isEmpty() ? 0 : 1));
      for (int i = 0; i < 100; i++) {
        int n = i;
        futures.add(
            database.submit(
                i % 2 == 0 ? Durability.SYNCED : Durability.DERIVED,
                tx -> {
                  tx.update(PUT, "k" + n, n);
                  tx.notify(Channel.SOURCES, "k" + n);
                  return switch (n) {
                    case 40 -> throw new IllegalArgumentException("forty");
                    case 60 -> tx.update(PUT, "k1", 0);
                    case 80 -> throw new AssertionError("eighty");
                    case 90 -> recurse(n);
                    default -> n;
                  };
                }));
      }
      gate.countDown();
      for (int i = 0; i < 100; i++) {
        CompletableFuture<Integer> future = futures.get(i + 1);
        switch (i) {
          case 40 -> assertThatThrownBy(future::join).hasRootCauseMessage("forty");
          case 60 -> assertThatThrownBy(future::join).hasCauseInstanceOf(DuplicateKey.class);
          case 80 -> assertThatThrownBy(future::join).hasRootCauseMessage("eighty");
          case 90 -> assertThatThrownBy(future::join).hasCauseInstanceOf(StackOverflowError.class);
          default -> assertThat(future.join()).isEqualTo(i);
        }
      }
      assertThat(count(database)).isEqualTo(96);
      assertThat(database.<Integer>write(tx -> tx.update(PUT, "k40", 0))).isEqualTo(1);
      assertThat(told).as("only commits tell").hasValue(96);
    }
  }

  @SuppressWarnings("InfiniteRecursion")
  private static int recurse(int n) {
    return recurse(n + 1) + recurse(n);
  }

  @BothDatabases
  void aTakenKeyIsADuplicate(BothDatabases.Store store) {
    try (Database database = open(store)) {
      database.<Integer>write(tx -> tx.update(PUT, "a", 1));
      assertThatThrownBy(() -> database.<Integer>write(tx -> tx.update(PUT, "a", 2)))
          .isInstanceOf(DuplicateKey.class);
      assertThatThrownBy(() ->
              database.write(
                  tx -> tx.batch(PUT, List.of(new Object[] {"b", 1}, new Object[] {"a", 1}))))
          .isInstanceOf(DuplicateKey.class);
      assertThatThrownBy(() -> database.<Integer>write(tx -> tx.update("INSERT INTO nothing")))
          .isInstanceOf(IllegalStateException.class);
      assertThat(count(database)).isEqualTo(1);
    }
  }

  @BothDatabases
  void rowsAreHandedOverOneByOneUntilNoMoreAreWanted(BothDatabases.Store store) {
    try (Database database = open(store)) {
      List<Object[]> rows = new ArrayList<>();
      for (int i = 0; i < 2_500; i++) {
        rows.add(new Object[] {"c%04d".formatted(i), i});
      }
      database.<int[]>write(tx -> tx.batch(PUT, rows));
      List<Long> all = new ArrayList<>();
      List<Long> some = new ArrayList<>();
      database.read(tx -> {
        String sql = "SELECT position FROM cursors ORDER BY name";
        tx.each(sql, row -> all.add(row.number("position")));
        tx.each(sql, row -> some.add(row.number("position")) && some.size() < 3);
        return true;
      });

      assertThat(all).hasSize(2_500).isSorted();
      assertThat(some).containsExactly(0L, 1L, 2L);
    }
  }

  @BothDatabases
  void worksRunInTheOrderOfTheirSubmission(BothDatabases.Store store) {
    try (Database database = open(store)) {
      List<CompletableFuture<Long>> futures = new ArrayList<>();
      database.<Integer>write(tx -> tx.update(PUT, "n", 0));
      for (int i = 0; i < 300; i++) {
        int n = i;
        futures.add(
            database.submit(
                i % 3 == 0 ? Durability.SYNCED : Durability.DERIVED,
                tx -> {
                  tx.update("UPDATE cursors SET position = ? WHERE position = ?", n + 1, n);
                  return tx.number("SELECT position AS n FROM cursors WHERE name = 'n'");
                }));
      }
      for (int i = 0; i < 300; i++) {
        assertThat(futures.get(i).join()).isEqualTo(i + 1L);
      }
    }
    try (Database database = open(store)) {
      assertThat(database.<Long>read(tx -> tx.number("SELECT position AS n FROM cursors")))
          .isEqualTo(300);
    }
  }

  @BothDatabases
  void aReadSeesOneMoment(BothDatabases.Store store) {
    try (Database database = open(store)) {
      List<Long> seen =
          database.read(tx -> {
            long before = tx.number("SELECT COUNT(*) AS n FROM cursors");
            CompletableFuture.runAsync(
                    () -> database.<Integer>write(other -> other.update(PUT, "a", 1)))
                .join();
            return List.of(before, tx.number("SELECT COUNT(*) AS n FROM cursors"));
          });
      assertThat(seen).containsExactly(0L, 0L);
      assertThat(count(database)).isEqualTo(1);
    }
  }

  @BothDatabases
  void aReadCannotWrite(BothDatabases.Store store) {
    try (Database database = open(store)) {
      assertThatThrownBy(() -> database.<Integer>read(tx -> tx.update(PUT, "a", 1)))
          .isInstanceOf(RuntimeException.class);
      assertThat(count(database)).isZero();
    }
  }

  @BothDatabases
  void aFailedTransactionDoesNotChangeHowTheNextOnesAreKept(BothDatabases.Store store) {
    if (!store.isPostgres()) {
      // There it is a matter of the one writer, and not of a connection.
      return;
    }
    try (Database database = open(store)) {
      for (Durability durability : Durability.values()) {
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() ->
                  database.write(
                      durability,
                      tx -> {
                        throw new IllegalArgumentException("no");
                      }))
              .isInstanceOf(IllegalArgumentException.class);
          List<String> kept =
              database.write(
                  durability,
                  tx ->
                      tx.list(
                          "SELECT current_setting('synchronous_commit') AS kept",
                          row -> row.string("kept")));
          assertThat(kept).containsExactly(durability == Durability.SYNCED ? "on" : "off");
        }
      }
    }
  }

  @BothDatabases
  void aTransactionHasOneTime(BothDatabases.Store store) {
    SettableClock clock = new SettableClock(5_000);
    try (Database database = new OpenDatabase(clock, new Metrics()).open(store.settings("a"))) {
      List<Long> times =
          database.write(tx -> {
            long first = tx.now();
            clock.set(9_000);
            return List.of(first, tx.now());
          });
      assertThat(times).containsExactly(5_000L, 5_000L);
      assertThat(database.<Long>read(Tx::now)).isEqualTo(9_000);
    }
  }

  @BothDatabases
  void textComesBackTheSameFromEitherStore(BothDatabases.Store store) {
    try (Database database = open(store)) {
      String odd = "a\0b\ud800c\udc00d😀é%_!'\"\\";
      database.<Integer>write(tx -> tx.update(PUT, odd, 1));
      List<String> names =
          database.read(tx -> tx.list("SELECT name FROM cursors", row -> row.string("name")));
      assertThat(names).containsExactly("a\uFFFDb\uFFFDc\uFFFDd😀é%_!'\"\\");
    }
  }

  @BothDatabases
  void aCommitTellsItsListenersAndOneThatThrowsHarmsNobody(BothDatabases.Store store)
      throws InterruptedException {
    try (Database database = open(store)) {
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      AtomicInteger runs = new AtomicInteger();
      database.listen(Channel.FEEDS, heard::add);
      database.listen(
          Channel.FEEDS,
          subject -> {
            throw new IllegalStateException("A listener of this test");
          });
      int changed =
          database.write(tx -> {
            runs.incrementAndGet();
            tx.notify(Channel.FEEDS, "f1");
            return tx.update(PUT, "a", 1);
          });
      assertThat(changed).isEqualTo(1);
      assertThat(runs).hasValue(1);
      assertThat(next(heard, "f1")).isEqualTo("f1");
      assertThatThrownBy(() ->
              database.write(tx -> {
                tx.notify(Channel.FEEDS, "f2");
                throw new IllegalArgumentException("no");
              }))
          .isInstanceOf(IllegalArgumentException.class);
      database.write(tx -> {
        tx.notify(Channel.FEEDS, "f3");
        return true;
      });
      assertThat(next(heard, "f3")).as("f2 never happened").isEqualTo("f3");
    }
  }

  @BothDatabases
  void nobodyHearsOfATransactionThatTheStoreGaveUp(BothDatabases.Store store)
      throws InterruptedException {
    try (Database database = open(store)) {
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      database.listen(Channel.COLLECTIONS, heard::add);
      database.write(tx -> tx.update(PUT, "a", 1));
      Work<Boolean> forgiving =
          tx -> {
            tx.notify(Channel.COLLECTIONS, "f1");
            try {
              return tx.update(PUT, "a", 1) > 0;
            } catch (DuplicateKey e) {
              return false;
            }
          };
      if (store.isPostgres()) {
        assertThatThrownBy(() -> database.write(forgiving)).isInstanceOf(RuntimeException.class);
        tell(database, "f2");
        assertThat(next(heard, "f2")).as("f1 never happened").isEqualTo("f2");
      } else {
        // There a statement fails alone, and the others of its transaction stand.
        assertThat(database.write(forgiving)).isFalse();
        assertThat(next(heard, "f1")).isEqualTo("f1");
      }
    }
  }

  @BothDatabases
  void theOtherNodeHearsACommitWithinASecond(BothDatabases.Store store)
      throws InterruptedException {
    if (!store.isPostgres()) {
      // One process has an SQLite file; there is no other node.
      assertThatThrownBy(
              () -> {
                try (Database first = open(store);
                    Database second = open(store)) {
                  assertThat(first).isNotSameAs(second);
                }
              })
          .isInstanceOfSatisfying(
              Failure.class, e -> assertThat(e.code()).isEqualTo(Failure.Code.CONFLICT));
      return;
    }
    try (Database first = open(store);
        Database second =
            new OpenDatabase(InstantSource.system(), new Metrics()).open(store.settings("b"))) {
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      second.listen(Channel.COLLECTIONS, heard::add);
      // The first notice may come before the other node listens at all.
      String subject = "";
      for (int i = 0; i < 100 && subject.isEmpty(); i++) {
        tell(first, "c0");
        String got = heard.poll(100, TimeUnit.MILLISECONDS);
        subject = got == null ? "" : got;
      }
      heard.clear();
      tell(first, "c1");
      String got = heard.poll(1, TimeUnit.SECONDS);
      while (got != null && !got.equals("c1")) {
        got = heard.poll(1, TimeUnit.SECONDS);
      }
      assertThat(got).isEqualTo("c1");
    }
  }

  @BothDatabases
  void anotherProcessIsKeptOutOfTheDataFolder(BothDatabases.Store store)
      throws IOException, InterruptedException {
    if (store.isPostgres()) {
      try (Database first = open(store);
          Database second = open(store)) {
        assertThat(count(first)).isEqualTo(count(second));
      }
      return;
    }
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FolderHolder.class.getName(),
                store.dataDir().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(said.readLine()).isEqualTo("held");
      assertThatThrownBy(() -> open(store).close())
          .isInstanceOfSatisfying(
              Failure.class, e -> assertThat(e.code()).isEqualTo(Failure.Code.CONFLICT));
    } finally {
      other.destroyForcibly().waitFor();
    }
    open(store).close();
  }

  @BothDatabases
  void aClosedStoreIsUnavailableAndKeepsWhatItTook(BothDatabases.Store store) {
    Database database = open(store);
    CompletableFuture<Integer> last =
        database.submit(Durability.SYNCED, tx -> tx.update(PUT, "a", 1));
    database.close();
    assertThat(last.join()).isEqualTo(1);
    assertThatThrownBy(
            () -> database.submit(Durability.SYNCED, tx -> tx.update(PUT, "b", 1)).join())
        .hasCauseInstanceOf(Failure.class);
    try (Database again = open(store)) {
      assertThat(count(again)).isEqualTo(1);
    }
  }

  private static void tell(Database database, String subject) {
    database.write(tx -> {
      tx.notify(Channel.COLLECTIONS, subject);
      return true;
    });
  }

  /** The next of the subjects told that was not the "look for yourself" of a fresh listener. */
  private static String next(LinkedBlockingQueue<String> heard, String wanted)
      throws InterruptedException {
    String got = heard.poll(5, TimeUnit.SECONDS);
    while (got != null && got.isEmpty()) {
      got = heard.poll(5, TimeUnit.SECONDS);
    }
    return got == null ? "nothing instead of " + wanted : got;
  }

  private static long count(Database database) {
    return database.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM cursors"));
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Database open(BothDatabases.Store store) {
    return new OpenDatabase(InstantSource.system(), new Metrics()).open(store.settings("a"));
  }
}
