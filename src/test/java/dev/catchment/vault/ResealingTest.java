package dev.catchment.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Secret;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** On a table of its own, which stands for those of the rooms. */
final class ResealingTest {
  private static final SealedColumn AUTH = new SealedColumn("secrets", "name", "auth");
  private static final SealedColumn SIGNING = new SealedColumn("secrets", "name", "signing");
  private static final List<SealedColumn> COLUMNS = List.of(AUTH, SIGNING);
  private static final int ROWS = Resealing.BATCH_ROWS * 2 + 50;

  private final Vault first = vault("first");
  private final Vault second = vault("second", "first");

  @BothDatabases
  void allThatAnOlderKeySealedIsSealedWithTheNewestAndThenTheOldKeyCanGo(
      BothDatabases.Store store) {
    try (Database database = open(store)) {
      fill(database, first);
      assertThat(new Resealing(database, first).run(COLUMNS)).isZero();

      assertThat(new Resealing(database, second).run(COLUMNS)).isEqualTo(ROWS * 2);

      assertThat(new Resealing(database, second).run(COLUMNS)).isZero();
      assertThat(new Resealing(database, vault("second")).run(COLUMNS)).isZero();
      assertAllOpen(database, vault("second"));
    }
  }

  @BothDatabases
  void whatStandsInTheClearIsSealed(BothDatabases.Store store) {
    try (Database database = open(store)) {
      fill(database, first);
      put(database, name(7), "{\"token\":\"clear\"}", null);
      put(database, name(8), "", null);

      assertThat(new Resealing(database, first).run(COLUMNS)).isEqualTo(2);

      Map<String, String> stored = stored(database, "auth");
      assertThat(stored.get(name(7))).startsWith(first.newestHead()).doesNotContain("clear");
      assertThat(first.open(text(stored, name(7)), AUTH, name(7)))
          .isEqualTo("{\"token\":\"clear\"}");
      assertThat(first.open(text(stored, name(8)), AUTH, name(8))).isEmpty();
      assertThat(stored(database, "signing")).doesNotContainKeys(name(7), name(8));
    }
  }

  @BothDatabases
  void severalNodesAtOnceSealEachTextOnce(BothDatabases.Store store) {
    try (Database database = open(store);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      fill(database, first);
      List<CompletableFuture<Integer>> nodes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        nodes.add(
            CompletableFuture.supplyAsync(
                () -> new Resealing(database, second).run(COLUMNS), threads));
      }

      assertThat(nodes.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(ROWS * 2);
      assertAllOpen(database, vault("second"));
    }
  }

  @BothDatabases
  void aKeyThatIsNotGivenStopsThePassAndWhatItSealedIsKept(BothDatabases.Store store) {
    try (Database database = open(store)) {
      fill(database, first);

      assertThatThrownBy(() -> new Resealing(database, vault("second")).run(COLUMNS))
          .isInstanceOf(CannotOpen.class)
          .hasMessageContaining(first.newestKeyId())
          .hasMessageContaining("auth.previous_secret_keys");

      assertAllOpen(database, first);
    }
  }

  @BothDatabases
  void aBrokenTextIsLeftAsItIsAndTheOthersAreSealed(BothDatabases.Store store) {
    try (Database database = open(store)) {
      fill(database, first);
      String moved = text(stored(database, "auth"), name(0));
      put(database, name(ROWS), moved, null);

      assertThat(new Resealing(database, second).run(COLUMNS)).isEqualTo(ROWS * 2);

      assertThat(stored(database, "auth")).containsEntry(name(ROWS), moved);
    }
  }

  private static Database open(BothDatabases.Store store) {
    Database database =
        new OpenDatabase(InstantSource.system(), new Metrics()).open(store.settings("a"));
    database.write(
        tx -> tx.update("CREATE TABLE secrets (name TEXT PRIMARY KEY, auth TEXT, signing TEXT)"));
    return database;
  }

  private static void fill(Database database, Vault vault) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      String name = name(i);
      rows.add(
          new @Nullable Object[] {
            name,
            vault.seal("auth of " + name, AUTH, name),
            vault.seal("signing of " + name, SIGNING, name)
          });
    }
    rows.add(new @Nullable Object[] {"without secrets", null, null});
    database.write(
        tx -> tx.batch("INSERT INTO secrets (name, auth, signing) VALUES (?, ?, ?)", rows));
  }

  private static void put(
      Database database, String name, @Nullable String auth, @Nullable String signing) {
    database.write(tx ->
        tx.update("DELETE FROM secrets WHERE name = ?", name)
            + tx.update(
                "INSERT INTO secrets (name, auth, signing) VALUES (?, ?, ?)", name, auth, signing));
  }

  private static void assertAllOpen(Database database, Vault vault) {
    assertOpens(database, vault, AUTH);
    assertOpens(database, vault, SIGNING);
  }

  private static void assertOpens(Database database, Vault vault, SealedColumn column) {
    Map<String, String> stored = stored(database, column.column());
    assertThat(stored).hasSize(ROWS);
    stored.forEach((name, sealed) ->
        assertThat(vault.open(sealed, column, name)).isEqualTo(column.column() + " of " + name));
  }

  private static Map<String, String> stored(Database database, String column) {
    Map<String, String> stored = new TreeMap<>();
    database
        .read(tx ->
            tx.list(
                "SELECT name, "
                    + column
                    + " AS sealed FROM secrets WHERE "
                    + column
                    + " IS NOT NULL",
                row -> Map.entry(row.string("name"), row.string("sealed"))))
        .forEach(entry -> stored.put(entry.getKey(), entry.getValue()));
    return stored;
  }

  private static String text(Map<String, String> stored, String name) {
    String text = stored.get(name);
    assertThat(text).isNotNull();
    return text == null ? "" : text;
  }

  private static String name(int number) {
    return "row-%04d".formatted(number);
  }

  private static Vault vault(String... keys) {
    return new Vault(Arrays.stream(keys).map(Secret::new).toList(), new SecureRandom());
  }
}
