package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.Map;

/** What a node finds of the one before it. */
final class StoresTest {
  private static final long START = 1_800_000_000_000L;

  private final SettableClock clock = new SettableClock(START);

  private Stores open(BothDatabases.Store store) {
    Map<String, String> settings =
        Map.of(
            "CATCHMENT_SERVER_DATA_DIR",
            store.dataDir().toString(),
            "CATCHMENT_DATABASE_URL",
            store.url());
    return Stores.open(Config.load(store.dataDir(), settings, new ConfigFlags()), clock);
  }

  @BothDatabases
  void whatAKilledNodeHeldIsFreeAtOnceWhereItWasAlone(BothDatabases.Store store) {
    Stores killed = open(store);
    assertThat(killed.cursors().claim("reader")).isPresent();
    killed.database().close();

    Stores next = open(store);
    assertThat(next.cursors().claim("reader").isPresent()).isEqualTo(!store.isPostgres());
    clock.pass(Duration.ofSeconds(10));
    assertThat(next.cursors().claim("reader")).isPresent();
    next.database().close();
  }
}
