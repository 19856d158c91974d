package dev.catchment.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.SendResult;
import dev.catchment.delivery.SendResult.Answered;
import dev.catchment.delivery.SendResult.Kind;
import dev.catchment.delivery.SendResult.Unanswered;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class HttpSenderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int PLENTY_MILLIS = 10_000;
  private static final HttpSenderSettings SETTINGS =
      new HttpSenderSettings(512, 256, 2_000, 10_000, 4);

  private final Receiver receiver = Receiver.start();
  private final ConcurrentLinkedQueue<String> lookUps = new ConcurrentLinkedQueue<>();
  private final HttpSender sender = sender(true, this::loopback);

  @AfterEach
  void close() {
    sender.close();
    receiver.close();
  }

  @Test
  void sendsWhatItIsGivenAndNothingElse() {
    SendResult result =
        sender.send(
            new Outgoing(
                "PUT",
                receiver.url("/hook/ä?q=1&r=%20#fragment"),
                List.of(
                    Map.entry("User-Agent", "Catchment/1"),
                    Map.entry("X-Twice", "one"),
                    Map.entry("X-Twice", "zwei ü"),
                    Map.entry("Content-Type", "text/plain")),
                "bödy".getBytes(UTF_8),
                PLENTY_MILLIS,
                100));

    assertThat(result).isInstanceOf(Answered.class);
    Received request = receiver.requests().getFirst();
    assertThat(request.method()).isEqualTo("PUT");
    assertThat(request.path()).isEqualTo("/hook/%C3%A4?q=1&r=%20");
    assertThat(request.text()).isEqualTo("bödy");
    assertThat(request.headerLines())
        .containsExactlyInAnyOrder(
            "User-Agent: Catchment/1",
            "X-Twice: one",
            "X-Twice: zwei ü",
            "Content-Type: text/plain",
            "Content-Length: 5",
            "Host: 127.0.0.1:" + receiver.port(),
            "Connection: keep-alive");
  }

  @Test
  void headersOfTheConnectionAreNotTheCallers() {
    send(
        "POST",
        receiver.url("/"),
        List.of(
            Map.entry("Host", "other.example"),
            Map.entry("Content-Length", "99"),
            Map.entry("Transfer-Encoding", "chunked"),
            Map.entry("Connection", "close"),
            Map.entry("Upgrade", "h2c"),
            Map.entry("Expect", "100-continue")),
        PLENTY_MILLIS);

    assertThat(receiver.requests().getFirst().headers())
        .containsOnlyKeys("host", "content-length", "connection")
        .containsEntry("host", "127.0.0.1:" + receiver.port())
        .containsEntry("content-length", "2")
        .containsEntry("connection", "keep-alive");
  }

  @Test
  void anEmptyBodyHasALengthOnlyWhereABodyIsExpected() {
    sender.send(new Outgoing("POST", receiver.url("/"), List.of(), new byte[0], 5000, 100));
    sender.send(new Outgoing("GET", receiver.url("/"), List.of(), new byte[0], 5000, 100));

    assertThat(receiver.requests().get(0).header("content-length")).isEqualTo("0");
    assertThat(receiver.requests().get(1).headers()).doesNotContainKey("content-length");
  }

  @Test
  void theAnswerComesBackAsItWas() {
    receiver.answer(
        Reply.text(201, "créé")
            .with("X-Id", "1")
            .with("x-id", "2")
            .with("Content-Encoding", "gzip")
            .with("Set-Cookie", "a=b"));

    Answered answered = answered(post("/"));

    assertThat(answered.status()).isEqualTo(201);
    assertThat(new String(answered.body(), UTF_8)).isEqualTo("créé");
    assertThat(answered.truncated()).isFalse();
    assertThat(answered.headers())
        .containsEntry("x-id", "1, 2")
        .containsEntry("content-encoding", "gzip")
        .containsEntry("content-length", "6");
    post("/");
    assertThat(receiver.requests().getLast().headers()).doesNotContainKey("cookie");
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304, 301, 302, 307, 308, 401, 407, 410, 429, 500, 503})
  void anyStatusIsAnAnswerAndIsAskedForOnce(int status) {
    receiver.answer(
        Reply.status(status)
            .with("Location", receiver.url("/elsewhere"))
            .with("WWW-Authenticate", "Basic realm=\"x\"")
            .with("Retry-After", "1"));

    assertThat(answered(post("/")).status()).isEqualTo(status);
    assertThat(receiver.requests()).extracting(Received::path).containsExactly("/");
  }

  @Test
  void aRedirectToAPrivateAddressIsNotFollowed() {
    receiver.answer(Reply.status(307).with("Location", "http://inside.example/latest/meta-data"));

    Answered answered = answered(send("http://name.example:" + receiver.port() + "/"));

    assertThat(answered.status()).isEqualTo(307);
    assertThat(lookUps).as("nobody asks where it leads").containsExactly("name.example");
    assertThat(receiver.requests()).hasSize(1);
  }

  @Test
  void sequentialCallsShareOneConnectionAndOneLookUp() {
    for (int i = 0; i < 20; i++) {
      assertThat(send("http://name.example:" + receiver.port() + "/")).isInstanceOf(Answered.class);
    }

    assertThat(receiver.requests()).hasSize(20);
    assertThat(receiver.connectionCount()).isEqualTo(1);
    assertThat(lookUps).containsExactly("name.example");
    assertThat(receiver.requests().getFirst().header("host"))
        .isEqualTo("name.example:" + receiver.port());
  }

  @Test
  void aConnectionThatTheReceiverClosedBetweenCallsCostsNothing() throws Exception {
    receiver.answer(new Reply.ThenClose(Reply.status(200)));

    for (int i = 1; i <= 10; i++) {
      assertThat(post("/")).isInstanceOf(Answered.class);
      // The receiver reports its close; only then is it certain to lie between two calls.
      receiver.awaitAllClosed(PATIENCE);
    }
    assertThat(receiver.requests()).hasSize(10);
    assertThat(receiver.connectionCount()).isEqualTo(10);
  }

  @Test
  void aNameIsJudgedWhenTheConnectionIsMadeAndNotLookedUpAgain() throws Exception {
    AddressGuard guard =
        new AddressGuard(
            false,
            List.of("127.0.0.1/32"),
            host -> {
              lookUps.add(host);
              // What a rebinding name server does: harmless at first, private afterwards.
              return lookUps.size() == 1
                  ? new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")}
                  : new InetAddress[] {InetAddress.ofLiteral("127.0.0.2")};
            });
    try (HttpSender guarded = new HttpSender(guard, SETTINGS, System::nanoTime)) {
      String url = "http://rebind.example:" + receiver.port() + "/";

      assertThat(guarded.send(outgoing(url, PLENTY_MILLIS))).isInstanceOf(Answered.class);
      assertThat(lookUps).hasSize(1);
      receiver.answer(new Reply.ThenClose(Reply.status(200)));
      assertThat(guarded.send(outgoing(url, PLENTY_MILLIS))).isInstanceOf(Answered.class);
      receiver.awaitAllClosed(PATIENCE);

      Unanswered refused = unanswered(guarded.send(outgoing(url, PLENTY_MILLIS)));
      assertThat(refused.kind()).isEqualTo(Kind.BLOCKED_ADDRESS);
      assertThat(refused.sentence())
          .isEqualTo(
              "The URL points to 127.0.0.2, which is not allowed "
                  + "(set delivery.allow_private=true to allow private addresses)");
      assertThat(receiver.requests()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost."})
  void literalsAreJudgedAtConnectTimeToo(String host) {
    try (HttpSender strict = sender(false, this::loopback)) {
      Unanswered refused =
          unanswered(
              strict.send(outgoing("http://" + host + ":" + receiver.port() + "/", PLENTY_MILLIS)));

      assertThat(refused.kind()).isEqualTo(Kind.BLOCKED_ADDRESS);
      assertThat(refused.sentence()).contains("points to 127.0.0.1, which is not allowed");
      assertThat(receiver.connectionCount()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.1", "2130706433", "0x7f.0.0.1", "127.0.0.1."})
  void anOddLiteralReachesTheAddressThatWasJudged(String host) {
    assertThat(send("http://" + host + ":" + receiver.port() + "/")).isInstanceOf(Answered.class);
    assertThat(lookUps).isEmpty();
  }

  @Test
  void aBrokenAddressGivesWayToTheNext() {
    try (HttpSender two =
        sender(
            true,
            host ->
                new InetAddress[] {
                  InetAddress.ofLiteral("127.0.0.3"), InetAddress.ofLiteral("127.0.0.1")
                })) {
      assertThat(two.send(outgoing("http://two.example:" + receiver.port() + "/", PLENTY_MILLIS)))
          .isInstanceOf(Answered.class);
    }
  }

  @Test
  void aRefusedConnectionIsNamed() throws Exception {
    receiver.refuse();

    Unanswered refused = unanswered(post("/"));
    assertThat(refused.kind()).isEqualTo(Kind.CONNECT);
    assertThat(refused.sentence())
        .isEqualTo("Could not connect to 127.0.0.1:" + receiver.port() + ": Connection refused");

    receiver.resume();
    assertThat(post("/")).isInstanceOf(Answered.class);
  }

  @Test
  void anUnknownNameIsNamed() {
    try (HttpSender lost =
        sender(
            true,
            host -> {
              throw new UnknownHostException(host);
            })) {
      Unanswered unknown =
          unanswered(lost.send(outgoing("https://nowhere.example/", PLENTY_MILLIS)));

      assertThat(unknown.kind()).isEqualTo(Kind.DNS);
      assertThat(unknown.sentence()).isEqualTo("Could not resolve nowhere.example");
    }
  }

  @Test
  void aReceiverThatDripsRunsOutOfTime() {
    receiver.answer(new Reply.Drip(Reply.text(200, "x".repeat(1000)), Duration.ofMillis(20)));

    assertTimeout(send("POST", receiver.url("/"), List.of(), 300), 300);
  }

  @Test
  void aReceiverThatNeverAnswersRunsOutOfTime() {
    receiver.answer(Reply.held(new CountDownLatch(1), 200));

    assertTimeout(send("POST", receiver.url("/"), List.of(), 200), 200);
  }

  @Test
  void aLookUpThatHangsRunsOutOfTime() {
    CountDownLatch never = new CountDownLatch(1);
    try (HttpSender hung =
        sender(
            true,
            host -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              throw new UnknownHostException(host);
            })) {
      for (int i = 0; i < SETTINGS.lookUpsMax() + 2; i++) {
        assertTimeout(hung.send(outgoing("http://hung.example/", 100)), 100);
      }
    }
  }

  @Test
  void addressesThatSwallowConnectionsDoNotAddUp() throws Exception {
    // A full backlog that no one empties lets further connections hang.
    try (SilentListener silent = SilentListener.start();
        HttpSender three =
            sender(
                true,
                host ->
                    new InetAddress[] {
                      InetAddress.ofLiteral("127.0.0.1"),
                      InetAddress.ofLiteral("127.0.0.1"),
                      InetAddress.ofLiteral("127.0.0.1")
                    })) {
      SendResult result = three.send(outgoing("http://three.example:" + silent.port() + "/", 300));

      assertTimeout(result, 300);
      assertThat(result.durationMillis()).isLessThan(SETTINGS.connectMillisMax());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 60, 70})
  void aResetIsTroubleWhereverItFalls(int bytes) {
    receiver.answer(new Reply.Reset(Reply.text(200, "x".repeat(1000)), bytes));

    assertThat(unanswered(post("/")).kind()).isEqualTo(Kind.PROTOCOL);
    receiver.answer(Reply.status(200));
    assertThat(post("/")).isInstanceOf(Answered.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 60, 70})
  void anAnswerCutShortIsTrouble(int bytes) {
    receiver.answer(new Reply.Cut(Reply.text(200, "x".repeat(1000)), bytes));

    assertThat(unanswered(post("/")).kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(receiver.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\r\n",
        "SSH-2.0-OpenSSH_9\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"
      })
  void whatIsNotHttpIsTrouble(String text) {
    receiver.answer(new Reply.Raw(text));

    assertThat(unanswered(post("/")).kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(receiver.requests()).hasSize(1);
  }

  @Test
  void headersWithoutEndAreTrouble() {
    receiver.answer(new Reply.Raw("HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000) + "\r\n\r\n"));
    assertThat(unanswered(post("/")).kind()).isEqualTo(Kind.PROTOCOL);

    receiver.answer(new Reply.Raw("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(10_000) + "\r\n"));
    assertThat(unanswered(post("/")).kind()).isEqualTo(Kind.PROTOCOL);
  }

  @Test
  void aHugeAnswerIsCutAtItsLimitAndItsConnectionGivenUp() {
    receiver.answer(new Reply.Endless());

    Answered answered = answered(post("/"));
    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.body()).hasSize(100).containsOnly('x');
    assertThat(answered.truncated()).isTrue();

    receiver.answer(Reply.text(200, "fresh"));
    assertThat(new String(answered(post("/")).body(), UTF_8)).isEqualTo("fresh");
    assertThat(receiver.connectionCount()).isEqualTo(2);
  }

  @Test
  void anAnswerALittleTooLongLeavesItsConnectionInUse() {
    receiver.answer(Reply.text(200, "x".repeat(100) + "y".repeat(4000)));
    Answered long1 = answered(post("/"));
    assertThat(long1.body()).hasSize(100).containsOnly('x');
    assertThat(long1.truncated()).isTrue();

    receiver.answer(Reply.text(200, "x".repeat(100)));
    assertThat(answered(post("/")).truncated()).isFalse();
    assertThat(receiver.connectionCount()).isEqualTo(1);
  }

  @Test
  void aReceiverThatSpeaksNoTlsIsNamed() {
    Unanswered tls = unanswered(send("https://127.0.0.1:" + receiver.port() + "/"));

    assertThat(tls.kind()).isEqualTo(Kind.TLS);
    assertThat(tls.sentence()).startsWith("TLS with 127.0.0.1:" + receiver.port() + " failed: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nX-Injected: 1", "a\nb", "a\u0000", "a\u007f", "–", "😀"})
  void aHeaderThatCannotBeSentIsRefused(String value) {
    Unanswered refused =
        unanswered(
            send("POST", receiver.url("/"), List.of(Map.entry("X-A", value)), PLENTY_MILLIS));

    assertThat(refused.kind()).isEqualTo(Kind.OTHER);
    assertThat(refused.sentence()).isEqualTo("Header 'X-A' holds characters that cannot be sent");
    assertThat(receiver.connectionCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http:///"})
  void aUrlThatCannotBeCalledIsRefused(String url) {
    Unanswered refused = unanswered(send(url));

    assertThat(refused.kind()).isEqualTo(Kind.OTHER);
    assertThat(refused.sentence()).startsWith("The URL must ");
  }

  @Test
  void twoHundredCallsRunAtOnce() throws Exception {
    CountDownLatch all = new CountDownLatch(1);
    receiver.answer(Reply.held(all, 200));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<SendResult>> results = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String path = "/" + i;
        results.add(threads.submit(() -> post(path)));
      }
      assertThat(receiver.awaitCount(200, PATIENCE)).hasSize(200);
      all.countDown();
      for (Future<SendResult> result : results) {
        assertThat(answered(result.get()).status()).isEqualTo(200);
      }
    }
    assertThat(receiver.requests()).extracting(Received::path).doesNotHaveDuplicates().hasSize(200);
  }

  @Test
  void callsBeyondTheBoundWaitWithinTheirOwnTime() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    receiver.answer(Reply.held(release, 200));
    AddressGuard guard = new AddressGuard(true, List.of(), this::loopback);
    try (HttpSender narrow =
            new HttpSender(guard, new HttpSenderSettings(1, 1, 1000, 1000, 1), System::nanoTime);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<SendResult> first =
          threads.submit(() -> narrow.send(outgoing(receiver.url("/1"), PLENTY_MILLIS)));
      assertThat(receiver.awaitCount(1, PATIENCE)).hasSize(1);

      assertThat(unanswered(narrow.send(outgoing(receiver.url("/2"), 50))).kind())
          .isEqualTo(Kind.TIMEOUT);
      release.countDown();
      assertThat(first.get()).isInstanceOf(Answered.class);
      assertThat(narrow.send(outgoing(receiver.url("/3"), PLENTY_MILLIS)))
          .isInstanceOf(Answered.class);
      assertThat(receiver.requests()).extracting(Received::path).containsExactly("/1", "/3");
    }
  }

  @Test
  void closingBreaksOffCallsAndRefusesFurtherOnes() throws Exception {
    receiver.answer(Reply.held(new CountDownLatch(1), 200));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<SendResult> underWay = threads.submit(() -> post("/"));
      assertThat(receiver.awaitCount(1, PATIENCE)).hasSize(1);

      sender.close();

      assertThat(underWay.get()).isInstanceOf(Unanswered.class);
      assertThat(unanswered(post("/")).sentence()).isEqualTo("The server is stopping");
    }
  }

  private InetAddress[] loopback(String host) {
    lookUps.add(host);
    return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
  }

  private static HttpSender sender(boolean allowPrivate, Resolver resolver) {
    return new HttpSender(
        new AddressGuard(allowPrivate, List.of(), resolver), SETTINGS, System::nanoTime);
  }

  private SendResult post(String path) {
    return send(receiver.url(path));
  }

  @Test
  void whereverTheTimeOfACallEndsItIsATimeout() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<SendResult>> calls = new ArrayList<>();
      for (int i = 0; i < 3_000; i++) {
        calls.add(threads.submit(() -> sender.send(outgoing(receiver.url("/1"), 1))));
      }
      int timeouts = 0;
      for (Future<SendResult> call : calls) {
        if (call.get() instanceof Unanswered unanswered) {
          assertThat(unanswered.kind()).as(unanswered.sentence()).isEqualTo(Kind.TIMEOUT);
          timeouts++;
        }
      }
      assertThat(timeouts).isPositive();
    }
  }

  private SendResult send(String url) {
    return sender.send(outgoing(url, PLENTY_MILLIS));
  }

  private SendResult send(
      String method, String url, List<Map.Entry<String, String>> headers, int timeoutMillis) {
    return sender.send(
        new Outgoing(method, url, headers, "{}".getBytes(UTF_8), timeoutMillis, 100));
  }

  private static Outgoing outgoing(String url, int timeoutMillis) {
    return new Outgoing("POST", url, List.of(), "{}".getBytes(UTF_8), timeoutMillis, 100);
  }

  private static Answered answered(SendResult result) {
    assertThat(result).isInstanceOf(Answered.class);
    return (Answered) result;
  }

  private static Unanswered unanswered(SendResult result) {
    assertThat(result).isInstanceOf(Unanswered.class);
    return (Unanswered) result;
  }

  private static void assertTimeout(SendResult result, int millis) {
    assertThat(unanswered(result).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(unanswered(result).sentence()).isEqualTo("No whole answer within " + millis + " ms");
    assertThat(result.durationMillis()).isBetween((long) millis - 1, millis + 1500L);
  }
}
