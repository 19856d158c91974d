package dev.catchment.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** The store gives no secret of a destination away, and deliveries carry them all the same. */
@Timeout(60)
final class SealedDestinationsTest {
  private static final String SOURCE = "5".repeat(32);
  private static final String EVENT = "{\"id\":1}";
  private static final List<String> SECRETS =
      List.of("hunter-token", "hunter-header", "hunter-signing", "hunter-older", "x-hunter");
  private static final String COLUMNS = "headers, auth_config, provider_config, signing_config";

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(1_800_000_000_000L);
  private final Destinations destinations = new Destinations(Sample.vault());

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void noStoredTextHoldsASecretAndDeliveriesCarryThem(BothDatabases.Store store)
      throws InterruptedException, IOException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = destination(node);
      node.database()
          .write(tx -> {
            destinations.insert(tx, destination);
            destinations.update(tx, destination, destination);
            return true;
          });
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, EVENT);
      node.runUntil(() -> node.count("success") == 1);

      assertThat(columns(node, destination.id())).hasSize(4).allMatch(text -> isSealed(text));
      assertThat(node.stored(destination).target()).isEqualTo(destination.target());
      assertNoFileHoldsASecret(store);
    }
    Received request = receiver.requests().getFirst();
    assertThat(request.header("authorization")).isEqualTo("Bearer hunter-token");
    assertThat(request.header("x-own-secret")).isEqualTo("hunter-header");
    Map.Entry<String, String> signature =
        Signature.headers(
                (Json.Obj) Json.read("{\"secret\":\"hunter-signing\"}"),
                "X-hookstream-",
                "any",
                0,
                request.body())
            .getFirst();
    assertThat(request.header("x-hookstream-signature")).isEqualTo(signature.getValue());
  }

  @BothDatabases
  void anOlderStoreInTheClearIsRead(BothDatabases.Store store) {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.database()
          .write(tx ->
              tx.update(
                  "UPDATE destinations SET headers = ?, auth_config = ?",
                  "{\"a\":\"b\"}",
                  "{\"token\":\"clear\"}"));

      Destination.Target read = node.stored(destination).target();

      assertThat(read.headers()).isEqualTo(Json.read("{\"a\":\"b\"}"));
      assertThat(read.authConfig()).isEqualTo(Json.read("{\"token\":\"clear\"}"));
    }
  }

  @BothDatabases
  void aSecretThatWasMovedToAnotherDestinationIsNotSentAndStopsOnlyThatOne(
      BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination victim = destination(node);
      node.database()
          .write(tx -> {
            destinations.insert(tx, victim);
            return true;
          });
      Destination thief = node.destination(receiver.url("/thief"));
      node.database()
          .write(tx ->
              tx.update(
                  """
                  UPDATE destinations SET auth_config =
                    (SELECT d.auth_config FROM destinations d WHERE d.id = ?) WHERE id = ?
                  """,
                  victim.id(),
                  thief.id()));

      assertThat(node.stored(thief).unreadable()).containsExactly("auth_config");
      assertThat(node.stored(victim).target()).isEqualTo(victim.target());
      node.connect(SOURCE, thief, null);
      node.connect(SOURCE, victim, null);
      node.receive(SOURCE, EVENT);
      node.runUntil(() -> node.count("success") == 1 && node.count("failed") == 1);
      assertThat(receiver.requests()).as("only the one that can be read").hasSize(1);
      assertThat(node.attempts())
          .filteredOn(attempt -> attempt.status().equals("failed"))
          .singleElement()
          .satisfies(attempt -> {
            assertThat(attempt.answer().error())
                .startsWith("The destination's auth_config cannot be read");
            assertThat(attempt.after().nextRetryAt()).isNotNull();
          });

      String moved = authConfig(node, thief);
      node.change(thief, Destination.Status.PAUSED);
      assertThat(authConfig(node, thief)).as("no change loses it").isEqualTo(moved);
    }
  }

  private Destination destination(DeliveryNode node) {
    return Sample.destination(
        node.newId(),
        new Destination.Target(
            "http",
            receiver.url("/hook"),
            "POST",
            (Json.Obj) Json.read("{\"X-Own-Secret\":\"hunter-header\"}"),
            20_000,
            "bearer",
            (Json.Obj) Json.read("{\"token\":\"hunter-token\"}"),
            (Json.Obj) Json.read("{\"forward_headers\":[\"x-hunter\"]}"),
            (Json.Obj)
                Json.read(
                    "{\"secret\":\"hunter-signing\",\"previous_secrets\":[\"hunter-older\"]}")),
        Sample.RETRY,
        10);
  }

  private static String authConfig(DeliveryNode node, Destination destination) {
    return node.database()
        .read(tx ->
            tx.find(
                    "SELECT auth_config FROM destinations WHERE id = ?",
                    row -> row.string("auth_config"),
                    destination.id())
                .orElseThrow());
  }

  private static List<String> columns(DeliveryNode node, String id) {
    return node.database()
        .read(tx ->
            tx.find(
                    "SELECT " + COLUMNS + " FROM destinations WHERE id = ?",
                    row -> Stream.of(COLUMNS.split(", ")).map(row::string).toList(),
                    id)
                .orElseThrow());
  }

  private static boolean isSealed(String text) {
    return text.matches("v1\\.[0-9a-f]{16}\\.[A-Za-z0-9_-]+");
  }

  /** The files of SQLite hold everything that was ever written, also what a row no longer shows. */
  private static void assertNoFileHoldsASecret(BothDatabases.Store store) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(store.dataDir())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(Files.readString(file, ISO_8859_1));
      }
    }
    assertThat(all.indexOf("hookstream") >= 0).isEqualTo(!store.isPostgres());
    assertThat(SECRETS).allMatch(secret -> all.indexOf(secret) < 0);
  }
}
