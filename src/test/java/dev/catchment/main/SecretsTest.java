package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.vault.Vault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;

/** A server whose secret key changes, with the settings as an operator gives them. */
@Timeout(120)
final class SecretsTest {
  private static final String API_KEY = "the-key-of-this-test";
  private static final String OLD = "old-secret-key-of-this-test";
  private static final String NEW = "new-secret-key-of-this-test";
  private static final String SECRET_KEY = "CATCHMENT_AUTH_SECRET_KEY";
  private static final String PREVIOUS = "CATCHMENT_AUTH_PREVIOUS_SECRET_KEYS";

  private final HttpClient client = HttpClient.newHttpClient();

  @BothDatabases
  void aKeyIsRotatedAndTheOldOneIsNoLongerNeeded(BothDatabases.Store store) throws Exception {
    try (Node node = start(store, Map.of(SECRET_KEY, OLD))) {
      addDestination(node);
    }
    assertThat(stored(store)).startsWith("v1." + keyId(OLD));
    try (Node node = start(store, Map.of(SECRET_KEY, NEW, PREVIOUS, "another," + OLD))) {
      assertThat(destinations(node)).contains("****oken");
    }
    assertThat(stored(store)).startsWith("v1." + keyId(NEW));
    try (Node node = start(store, Map.of(SECRET_KEY, NEW))) {
      assertThat(destinations(node)).contains("****oken");
    }
  }

  @BothDatabases
  void aStartWithoutTheKeySaysWhichOneAndWhereToGiveItAndLeavesTheStoreAlone(
      BothDatabases.Store store) throws Exception {
    try (Node node = start(store, Map.of(SECRET_KEY, OLD))) {
      addDestination(node);
    }

    Failure failure =
        catchThrowableOfType(Failure.class, () -> start(store, Map.of(SECRET_KEY, NEW)).close());

    assertThat(failure).isNotNull();
    assertThat(failure.sentence())
        .startsWith("The secrets in the store cannot be read: destinations.auth_config of ")
        .contains(keyId(OLD), "auth.secret_key", "auth.previous_secret_keys")
        .doesNotContain(OLD, NEW, "token");
    try (Node node = start(store, Map.of(SECRET_KEY, OLD))) {
      assertThat(destinations(node)).contains("****oken");
    }
  }

  @BothDatabases
  void theGeneratedKeyIsRotatedByMovingItsTextToTheSettings(BothDatabases.Store store)
      throws Exception {
    Path file = store.dataDir().resolve("secret.key");
    try (Node node = start(store, Map.of())) {
      addDestination(node);
    }
    String generated = Files.readString(file).strip();
    Files.delete(file);

    Failure failure = catchThrowableOfType(Failure.class, () -> start(store, Map.of()).close());
    assertThat(failure.sentence()).contains(keyId(generated)).doesNotContain(generated);
    try (Node node = start(store, Map.of(PREVIOUS, generated))) {
      assertThat(Files.readString(file).strip()).isNotEqualTo(generated);
      assertThat(destinations(node)).contains("****oken");
    }
    assertThat(stored(store)).startsWith("v1." + keyId(Files.readString(file).strip()));
  }

  @BothDatabases
  void nodesThatKnowBothKeysGoOverOneByOne(BothDatabases.Store store) throws Exception {
    if (!store.isPostgres()) {
      return;
    }
    try (Node first = start(store, Map.of(SECRET_KEY, OLD, PREVIOUS, NEW));
        Node second = start(store, Map.of(SECRET_KEY, NEW, PREVIOUS, OLD))) {
      addDestination(first);
      assertThat(destinations(second)).contains("****oken");
      start(store, Map.of(SECRET_KEY, NEW, PREVIOUS, OLD)).close();
      assertThat(stored(store)).startsWith("v1." + keyId(NEW));
      assertThat(destinations(first)).contains("****oken");
    }
  }

  private static Node start(BothDatabases.Store store, Map<String, String> more) {
    Map<String, String> environment = new TreeMap<>(more);
    environment.put("CATCHMENT_SERVER_DATA_DIR", store.dataDir().toString());
    environment.put("CATCHMENT_SERVER_BIND", "127.0.0.1");
    environment.put("CATCHMENT_SERVER_PORT", "0");
    environment.put("CATCHMENT_DATABASE_URL", store.url());
    environment.put("CATCHMENT_AUTH_BOOTSTRAP_API_KEY", API_KEY);
    return Node.start(
        Config.load(store.dataDir(), environment, new ConfigFlags()), InstantSource.system());
  }

  private void addDestination(Node node) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            request(node)
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        """
                        {"name":"D","slug":"d","url":"https://d.example/","auth_type":"bearer",
                         "auth_config":{"token":"a-long-secret-token"}}
                        """))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  private String destinations(Node node) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(request(node).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static HttpRequest.Builder request(Node node) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + node.port() + "/v1/destinations"))
        .header("X-API-Key", API_KEY);
  }

  private static String stored(BothDatabases.Store store) {
    try (Database database =
        new OpenDatabase(InstantSource.system(), new Metrics()).open(store.settings("reader"))) {
      return database.read(tx ->
          tx.find("SELECT auth_config AS t FROM destinations", row -> row.string("t"))
              .orElseThrow());
    }
  }

  private static String keyId(String key) {
    return new Vault(List.of(new Secret(key)), new SecureRandom()).newestKeyId();
  }
}
