package dev.catchment.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.AttemptRow;
import dev.catchment.delivery.Destination;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TransformedDeliveryTest {
  private static final long START = 1_800_000_000_000L;
  private static final String SOURCE = "5".repeat(32);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(START);

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void theResultArrivesInThePlaceOfTheBody(BothDatabases.Store store) throws Exception {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      node.transform(
          node.connect(SOURCE, destination, null),
          "{\"n\": $sum(items), \"id\": id, \"from\": $event.source_id,"
              + " \"at\": $event.received_at, \"a\": $event.headers.`x-a`}");
      node.connect(SOURCE, destination, null);
      String body = "{ \"id\" : 12345678901234567890, \"items\":[1,2.5] }";
      node.receive(SOURCE, body);
      node.runUntil(() -> node.count("success") == 2);

      String made =
          "{\"n\":3.5,\"id\":12345678901234567890,\"from\":\""
              + SOURCE
              + "\",\"at\":\"2023-11-14T22:13:20.000Z\",\"a\":\"1\"}";
      assertThat(receiver.requests())
          .extracting(Received::text)
          .containsExactlyInAnyOrder(made, body);
      assertThat(node.attempts())
          .extracting(attempt -> attempt.sent().bodySize())
          .containsExactlyInAnyOrder((long) made.length(), (long) body.length());
    }
  }

  @BothDatabases
  void aTransformThatFailsIsADeadLetterAtOnceAndHoldsNothingBack(BothDatabases.Store store)
      throws Exception {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      Connection failing = node.connect(SOURCE, destination, null);
      node.transform(failing, "{\"n\": a + \"1\"}");
      node.connect(SOURCE, destination, null);
      node.receive(SOURCE, "{\"a\":1}");
      node.runUntil(() -> node.count("success") == 1 && node.count("failed") == 1);

      assertThat(receiver.requests()).extracting(Received::text).containsExactly("{\"a\":1}");
      AttemptRow dead =
          node.attempts().stream()
              .filter(attempt -> attempt.subject().connectionId().equals(failing.id()))
              .findFirst()
              .orElseThrow();
      assertThat(dead.answer().error())
          .isEqualTo(
              "Transform error: The right side of the \"+\" operator must evaluate to a number");
      assertThat(dead.after()).isEqualTo(new AttemptRow.After(null, true, START));
      assertThat(dead.number()).isEqualTo(1);
      assertThat(dead.sent().bodySize()).isZero();
      assertThat(node.number("SELECT COUNT(*) AS n FROM attempts WHERE open = 1")).isZero();
      node.receive(SOURCE, "text/plain", "no json".getBytes(UTF_8));
      node.runUntil(() -> node.count("success") == 2 && node.count("failed") == 2);
      assertThat(node.attempts())
          .extracting(attempt -> attempt.answer().error())
          .contains("Transform error: the body is neither JSON nor a form");
    }
  }

  @BothDatabases
  void aRetryGivesWhatTheFirstAttemptGave(BothDatabases.Store store) throws Exception {
    receiver.answer(Reply.text(500, "no"));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Connection connection = node.connect(SOURCE, node.destination(receiver.url("/hook")), null);
      node.transform(connection, "{\"v\": 1}");
      node.receive(SOURCE, "{}");
      node.runUntil(() -> node.count("failed") == 1);
      node.transform(connection, "{\"v\": 2}");
      node.stop();
      // Another process knows only what is stored.
      DeliveryNode next = node.successor(store, "b");
      clock.pass(Duration.ofSeconds(10));
      next.runUntil(() -> node.count("failed") == 2);
      next.receive(SOURCE, "{}");
      // The other process still owns the dispatcher for a while.
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      next.runUntil(() -> node.count("failed") == 4);
      next.stop();
      assertThat(receiver.requests())
          .extracting(Received::text)
          .containsExactlyInAnyOrder("{\"v\":1}", "{\"v\":1}", "{\"v\":1}", "{\"v\":2}");
    }
  }

  @BothDatabases
  void heldDeliveriesKeepWhatTheyWereRoutedWith(BothDatabases.Store store) throws Exception {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"), Sample.RETRY, 1);
      Connection connection = node.connect(SOURCE, destination, null);
      node.change(connection, Connection.Status.PAUSED, true);
      for (String expression : List.of("{\"v\": 1, \"i\": i}", "{\"v\": 2, \"i\": i}")) {
        node.transform(connection, expression);
        node.receive(SOURCE, "{\"i\":0}");
        node.receive(SOURCE, "{\"i\":1}");
        node.dispatch();
      }
      node.transform(connection, null);
      node.receive(SOURCE, "{\"i\":2}");
      node.dispatch();
      assertThat(node.held()).isEqualTo(5);
      assertThat(texts(node)).isEqualTo(2);

      node.change(connection, Connection.Status.ACTIVE, true);
      node.runUntil(() -> node.count("success") == 5);
      assertThat(receiver.requests())
          .extracting(Received::text)
          .containsExactly(
              "{\"v\":1,\"i\":0}",
              "{\"v\":1,\"i\":1}",
              "{\"v\":2,\"i\":0}",
              "{\"v\":2,\"i\":1}",
              "{\"i\":2}");
      node.transform(connection, "[3]");
      assertThat(texts(node)).as("texts that are needed").isEqualTo(1);
      node.database()
          .write(tx -> {
            Connections.delete(tx, Sample.SCOPE, connection.id());
            return true;
          });
      assertThat(texts(node)).isZero();
    }
  }

  private static long texts(DeliveryNode node) {
    return node.number("SELECT COUNT(*) AS n FROM transform_texts");
  }

  @BothDatabases
  void aPausedConnectionThatIsDisabledKeepsWhatItHolds(BothDatabases.Store store) throws Exception {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = node.destination(receiver.url("/hook"));
      Connection connection = node.connect(SOURCE, destination, null);
      node.change(connection, Connection.Status.PAUSED, true);
      node.receive(SOURCE, "{}");
      node.dispatch();
      node.change(connection, Connection.Status.DISABLED, true);
      assertThat(node.held()).isEqualTo(1);
      node.change(destination, Destination.Status.PAUSED);
      node.change(destination, Destination.Status.ACTIVE);
      assertThat(node.held()).isEqualTo(1);
      node.change(connection, Connection.Status.ACTIVE, true);
      node.runUntil(() -> node.count("success") == 1);
    }
  }
}
