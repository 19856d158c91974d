package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.http.Router;
import dev.catchment.testkit.OpenApi;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server answers and what its documents say is the same. */
final class DoorsTest {
  @Test
  void everyRouteIsInTheDocumentAndNothingElse(@TempDir Path folder) {
    Config config =
        Config.load(
            folder,
            Map.of("CATCHMENT_SERVER_DATA_DIR", folder.resolve("data").toString()),
            new ConfigFlags());
    Stores stores = Stores.open(config, InstantSource.system());
    Features features = Features.over(stores, Secrets.of(stores));
    try {
      Doors doors = Doors.over(stores, features, FeedParts.over(stores), Map::of, 8080);
      Set<String> gateway = operations(doors.gateway());
      assertThat(gateway).hasSizeGreaterThan(40);
      assertThat(gateway).isEqualTo(new TreeSet<>(OpenApi.gateway().operations()));
      assertThat(operations(doors.feeds())).isEqualTo(new TreeSet<>(OpenApi.feeds().operations()));
    } finally {
      features.courier().close();
      features.intake().ingest().close();
      features.intake().aftermath().close();
      features.sender().close();
      stores.database().close();
    }
  }

  /** HEAD is answered wherever GET is, and is not listed. */
  private static Set<String> operations(Router router) {
    return router.routes().stream()
        .filter(route -> !route.method().equals("HEAD"))
        .map(route -> route.method() + " " + route.pattern())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
