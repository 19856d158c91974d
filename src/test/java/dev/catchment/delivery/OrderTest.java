package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.DeliveryNode;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OrderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String SOURCE = "5".repeat(32);

  private final Receiver receiver = Receiver.start();
  private final SettableClock clock = new SettableClock(1_800_000_000_000L);

  @AfterEach
  void close() {
    receiver.close();
  }

  @BothDatabases
  void oneRunsAtATimeInTheOrderOfReceipt(BothDatabases.Store store) throws InterruptedException {
    CountDownLatch first = new CountDownLatch(1);
    receiver.answer(Reply.held(first, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      ordered(node, null);
      receive(node, "k", 0, 30);
      node.runUntil(() -> node.held() == 29);
      receiver.awaitCount(1, PATIENCE);
      receiver.answer(Reply.status(200));
      first.countDown();
      node.runUntil(() -> node.count("success") == 30);
      assertThat(numbers()).isEqualTo(IntStream.range(0, 30).boxed().toList());
    }
  }

  @BothDatabases
  void aFailingOneHoldsThoseBehindItUntilItIsDelivered(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(request ->
        Reply.status(request.text().contains("\"n\":1}") && isFirstTry(request) ? 500 : 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      ordered(node, null);
      receive(node, "k", 0, 4);
      node.runUntil(() -> node.count("failed") == 1);
      node.claim();
      assertThat(numbers()).containsExactly(0, 1);
      assertThat(node.held()).isEqualTo(2);
      clock.pass(Duration.ofSeconds(10));
      node.runUntil(() -> node.count("success") == 4);
      assertThat(numbers()).containsExactly(0, 1, 1, 2, 3);
    }
  }

  @BothDatabases
  void aDeadLetterLetsTheNextGo(BothDatabases.Store store) throws InterruptedException {
    receiver.answer(request -> Reply.status(request.text().contains("\"n\":0}") ? 500 : 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      ordered(node, null);
      receive(node, "k", 0, 2);
      node.runUntil(() -> node.count("failed") == 1);
      clock.pass(Duration.ofSeconds(10));
      node.runUntil(() -> node.count("failed") == 2);
      assertThat(node.count("success")).isZero();
      clock.pass(Duration.ofSeconds(20));
      node.runUntil(() -> node.count("success") == 1);
      assertThat(numbers()).containsExactly(0, 0, 0, 1);
    }
  }

  @BothDatabases
  void aFailingKeyHoldsOnlyItself(BothDatabases.Store store) throws InterruptedException {
    receiver.answer(request -> Reply.status(request.text().contains("bad") ? 500 : 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      ordered(node, "data.id");
      for (int n = 0; n < 10; n++) {
        receive(node, n % 2 == 0 ? "good" : "bad", n, 1);
      }
      node.runUntil(() -> node.count("success") == 5 && node.count("failed") == 1);
      assertThat(node.held()).isEqualTo(4);
      assertThat(keyed()).containsEntry("good", List.of(0, 2, 4, 6, 8));
      receiver.answer(Reply.status(200));
      clock.pass(Duration.ofSeconds(10));
      node.runUntil(() -> node.count("success") == 10);
      assertThat(keyed()).containsEntry("bad", List.of(1, 1, 3, 5, 7, 9));
    }
  }

  @BothDatabases
  void linesRunSideBySide(BothDatabases.Store store) throws InterruptedException {
    CountDownLatch all = new CountDownLatch(1);
    receiver.answer(Reply.held(all, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      ordered(node, "data.id");
      for (int n = 0; n < 12; n++) {
        receive(node, "key" + n % 4, n, 1);
      }
      node.runUntil(() -> receiver.requests().size() == 4);
      assertThat(numbers()).containsExactlyInAnyOrder(0, 1, 2, 3);
      all.countDown();
      node.runUntil(() -> node.count("success") == 12);
      assertThat(keyed()).containsEntry("key0", List.of(0, 4, 8)).hasSize(4);
    }
  }

  @BothDatabases
  void eventsWithoutTheKeyAreOneLineAndNumbersAreNoTexts(BothDatabases.Store store)
      throws InterruptedException {
    CountDownLatch all = new CountDownLatch(1);
    receiver.answer(Reply.held(all, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      ordered(node, "data.id");
      for (String body :
          List.of("{}", "[]", "no json", "{\"data\":{\"id\":1}}", "{\"data\":{\"id\":\"1\"}}")) {
        node.receive(SOURCE, body);
      }
      node.runUntil(() -> receiver.requests().size() == 3);
      assertThat(receiver.requests())
          .extracting(Received::text)
          .containsExactlyInAnyOrder("{}", "{\"data\":{\"id\":1}}", "{\"data\":{\"id\":\"1\"}}");
      all.countDown();
      node.runUntil(() -> node.count("success") == 5);
    }
  }

  @BothDatabases
  void orderHoldsAcrossNodesAndARestart(BothDatabases.Store store) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    try (DeliveryNode one = DeliveryNode.open(store, "a", clock)) {
      ordered(one, "data.id");
      DeliveryNode two = one.successor(store, "b");
      for (int n = 0; n < 40; n++) {
        receive(one, "key" + n % 3, n, 1);
      }
      one.runUntil(() -> {
        step(two);
        return one.count("success") == 40;
      });
      assertInOrder();

      receiver.answer(Reply.held(never, 200));
      receive(one, "key0", 40, 3);
      one.runUntil(() -> receiver.requests().size() == 41);
      receiver.answer(Reply.status(200));
      clock.pass(Duration.ofMillis(DeliveryNode.LEASE_MILLIS));
      // The first node is as good as dead: the other makes its delivery again and goes on.
      two.runUntil(() -> two.count("success") == 43);
      assertThat(numbers().subList(40, 44)).containsExactly(40, 40, 41, 42);
      two.stop();
    }
  }

  @BothDatabases
  void whatIsHeldByAPauseGoesOutInOrder(BothDatabases.Store store) throws InterruptedException {
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = ordered(node, "data.id");
      node.change(destination, Destination.Status.PAUSED);
      for (int n = 0; n < 9; n++) {
        receive(node, "key" + n % 3, n, 1);
      }
      node.runUntil(() -> node.held() == 9);
      node.change(destination, Destination.Status.ACTIVE);
      node.runUntil(() -> node.count("success") == 9);
      assertInOrder();
    }
  }

  @BothDatabases
  void aPausedConnectionDoesNotHoldUpTheOthersOfItsLine(BothDatabases.Store store)
      throws InterruptedException {
    String other = "6".repeat(32);
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = ordered(node, null);
      Connection paused = node.connect(other, destination, null);
      node.change(paused, Connection.Status.PAUSED, true);
      node.receive(other, body("k", 0));
      receive(node, "k", 1, 2);
      node.runUntil(() -> node.count("success") == 2);
      assertThat(node.held()).isEqualTo(1);
      node.change(paused, Connection.Status.ACTIVE, true);
      node.runUntil(() -> node.count("success") == 3);
      assertThat(numbers()).containsExactly(1, 2, 0);
    }
  }

  @BothDatabases
  void deletingTheConnectionOfTheFirstLetsTheNextGo(BothDatabases.Store store)
      throws InterruptedException {
    String other = "6".repeat(32);
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = ordered(node, null);
      Connection doomed = node.connect(other, destination, null);
      node.receive(other, body("k", 0));
      receive(node, "k", 1, 1);
      node.runUntil(() -> node.count("failed") == 1);
      assertThat(node.held()).isEqualTo(1);
      receiver.answer(Reply.status(200));
      node.database()
          .write(tx -> {
            Connections.delete(tx, Sample.SCOPE, doomed.id());
            return true;
          });
      node.runUntil(() -> node.count("success") == 1);
      assertThat(numbers()).containsExactly(0, 1);
    }
  }

  @BothDatabases
  void aCircuitThatClosesLetsOneOfEachLineGo(BothDatabases.Store store)
      throws InterruptedException {
    receiver.answer(Reply.status(500));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = ordered(node, null);
      node.change(destination, old -> Sample.with(old, new Destination.Breaker(true, 1, 60_000)));
      receive(node, "k", 0, 5);
      node.runUntil(() -> node.count("failed") == 1);
      clock.pass(Duration.ofSeconds(10));
      node.runUntil(() -> node.held() == 5);
      receiver.answer(Reply.status(200));
      clock.pass(Duration.ofSeconds(60));
      node.runUntil(() -> node.count("success") == 5);
      assertThat(numbers()).containsExactly(0, 0, 1, 2, 3, 4);
    }
  }

  @BothDatabases
  void aChangeHoldsForWhatIsRoutedAfterIt(BothDatabases.Store store) throws InterruptedException {
    CountDownLatch all = new CountDownLatch(1);
    receiver.answer(Reply.held(all, 200));
    try (DeliveryNode node = DeliveryNode.open(store, "a", clock)) {
      Destination destination = ordered(node, null);
      receive(node, "k", 0, 3);
      node.runUntil(() -> receiver.requests().size() == 1);
      node.change(destination, old -> Sample.at(old, Destination.Pace.upTo(10)));
      receive(node, "k", 3, 3);
      node.runUntil(() -> receiver.requests().size() == 4);
      assertThat(numbers()).containsExactlyInAnyOrder(0, 3, 4, 5);
      all.countDown();
      node.runUntil(() -> node.count("success") == 6);
    }
  }

  private Destination ordered(DeliveryNode node, @Nullable String keyPath) {
    Destination destination =
        node.store(
            Sample.at(
                Sample.destination(node.newId(), receiver.url("/hook")),
                new Destination.Pace(10, null, true, keyPath)));
    node.connect(SOURCE, destination, null);
    return destination;
  }

  private static void step(DeliveryNode node) {
    try {
      node.runUntil(() -> true);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void receive(DeliveryNode node, String key, int from, int count) {
    for (int n = from; n < from + count; n++) {
      node.receive(SOURCE, body(key, n));
    }
  }

  private static String body(String key, int n) {
    return "{\"data\":{\"id\":\"" + key + "\"},\"n\":" + n + "}";
  }

  private static boolean isFirstTry(Received request) {
    return "1".equals(request.header("x-hookstream-delivery-attempt"));
  }

  private static int number(Received request) {
    return Integer.parseInt(part(request, "\"n\":(\\d+)"));
  }

  private static String part(Received request, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(request.text());
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  private List<Integer> numbers() {
    return receiver.requests().stream().map(OrderTest::number).toList();
  }

  private void assertInOrder() {
    assertThat(keyed()).isNotEmpty();
    keyed().forEach((key, numbers) -> assertThat(numbers).as(key).isSorted());
  }

  /** The numbers as they arrived, by key. */
  private Map<String, List<Integer>> keyed() {
    return receiver.requests().stream()
        .collect(
            Collectors.groupingBy(
                request -> part(request, "\"id\":\"(\\w+)\""),
                Collectors.mapping(OrderTest::number, Collectors.toList())));
  }
}
