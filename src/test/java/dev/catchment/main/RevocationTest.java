package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.access.ApiKey;
import dev.catchment.access.ApiKeys;
import dev.catchment.access.FirstStart;
import dev.catchment.access.NewApiKey;
import dev.catchment.api.OpenConnections;
import dev.catchment.base.Secret;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.RawWebSocket;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** In a server as it is wired a revoked key is forgotten before its connections are judged. */
final class RevocationTest {
  @BothDatabases
  void whoIsJudgedWhenTheRevocationIsToldHearsNothingMore(BothDatabases.Store store)
      throws Exception {
    Config config =
        Config.load(
            store.dataDir(),
            Map.of(
                "CATCHMENT_SERVER_DATA_DIR",
                store.dataDir().resolve("data").toString(),
                "CATCHMENT_DATABASE_URL",
                store.url()),
            new ConfigFlags());
    Stores stores = Stores.open(config, InstantSource.system());
    Features features = Features.over(stores, Secrets.of(stores));
    Doors doors = Doors.over(stores, features, FeedParts.over(stores), Map::of, 8080);
    try (Server server =
        Server.start(new ServerSettings(0, "127.0.0.1", 1), doors.site(), stores.secureRandom())) {
      OpenConnections connections = features.live().connections();
      // Within the telling, as early as a loop on a thread of its own could ever be.
      connections.wakes(connections::judgeDue);
      NewApiKey key = firstKey(stores);
      try (RawWebSocket socket =
          new RawWebSocket(
              server.port(), "/v1/ws", "Authorization: Bearer " + key.text().reveal())) {
        assertThat(socket.next().text()).contains("welcome");
        stores
            .database()
            .write(tx -> {
              ApiKeys.revoke(tx, key.key().orgId(), ApiKey.Kind.GATEWAY, key.key().id());
              return true;
            });
        assertThat(socket.next().code()).isEqualTo(1008);
      }
    } finally {
      close(stores, features);
    }
  }

  private static NewApiKey firstKey(Stores stores) {
    ApiKeys keys = new ApiKeys(stores.ids(), stores.secureRandom());
    AtomicReference<NewApiKey> made = new AtomicReference<>();
    new FirstStart(stores.database(), stores.ids(), stores.secureRandom())
        .run(new Secret(""), (tx, scope) -> made.set(keys.create(tx, scope, "k", "*")));
    return Objects.requireNonNull(made.get());
  }

  private static void close(Stores stores, Features features) {
    features.courier().close();
    features.intake().ingest().close();
    features.intake().aftermath().close();
    features.intake().refusals().close();
    features.sender().close();
    features.transforms().close();
    stores.database().close();
  }
}
