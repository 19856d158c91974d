package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.outbound.AddressGuard;
import dev.catchment.outbound.HttpSender;
import dev.catchment.outbound.HttpSenderSettings;
import dev.catchment.outbound.Resolver;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OAuth 2 client credentials, with a real token endpoint and a real receiver. */
@Timeout(30)
final class TokensTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Receiver receiver = Receiver.start();
  private final Receiver endpoint = Receiver.start();
  private final AtomicInteger made = new AtomicInteger();
  private final SettableClock clock = new SettableClock(1_800_000_000_000L);
  private final HttpSender sender =
      new HttpSender(
          new AddressGuard(true, List.of(), Resolver.system()),
          HttpSenderSettings.standard(),
          System::nanoTime);
  private final Calls calls =
      new Calls(
          new HttpRequests("X-hookstream-", "Catchment/1"),
          owed -> new Payload.AsReceived(),
          sender,
          () -> 0L,
          clock);

  @AfterEach
  void close() {
    sender.close();
    receiver.close();
    endpoint.close();
  }

  private void issue(String expiresIn) {
    endpoint.answer(request ->
        Reply.text(
            200,
            "{\"access_token\":\"t"
                + made.incrementAndGet()
                + "\",\"token_type\":\"Bearer\""
                + expiresIn
                + "}"));
  }

  @Test
  void aTokenIsAskedForOnceAndSentWithEveryDelivery() {
    issue(",\"expires_in\":3600");
    for (int i = 0; i < 3; i++) {
      assertThat(send("basic").succeeded()).isTrue();
    }
    assertThat(endpoint.requests()).hasSize(1);
    Received asked = endpoint.requests().getFirst();
    assertThat(asked.header("authorization")).isEqualTo("Basic Y2xpZW50OnMlMkZjcmV0");
    assertThat(asked.header("content-type")).isEqualTo("application/x-www-form-urlencoded");
    assertThat(asked.text())
        .isEqualTo("grant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fx");
    assertThat(receiver.requests())
        .extracting(request -> request.header("authorization"))
        .containsExactly("Bearer t1", "Bearer t1", "Bearer t1");
  }

  @Test
  void credentialsMayStandInTheBody() {
    issue("");
    send("body");
    assertThat(endpoint.requests().getFirst().header("authorization")).isEmpty();
    assertThat(endpoint.requests().getFirst().text())
        .startsWith("grant_type=client_credentials&client_id=client&client_secret=s%2Fcret");
  }

  @ParameterizedTest
  @CsvSource({
    "3600, 3569999, 1",
    "3600, 3570000, 2",
    "'\"60\"', 29999, 1",
    "60, 30000, 2",
    "10, 0, 2"
  })
  void aTokenIsUsedUntilHalfAMinuteBeforeItsEnd(String expiresIn, long later, int asked) {
    issue(",\"expires_in\":" + expiresIn);
    send("basic");
    clock.pass(Duration.ofMillis(later));
    send("basic");
    assertThat(endpoint.requests()).hasSize(asked);
  }

  @Test
  void aTokenThatIsNotTakenIsReplacedOnceWithinTheSameAttempt() {
    issue(",\"expires_in\":3600");
    send("basic");
    receiver.answer(
        request -> Reply.status("Bearer t1".equals(request.header("authorization")) ? 401 : 200));
    assertThat(send("basic").succeeded()).isTrue();
    assertThat(receiver.requests())
        .extracting(request -> request.header("authorization"))
        .containsExactly("Bearer t1", "Bearer t1", "Bearer t2");
    receiver.answer(Reply.status(401));
    Outcome refused = send("basic");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(receiver.requests()).hasSize(5);
    assertThat(endpoint.requests()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({
    "400, '{\"error\":\"invalid_client\"}', The token endpoint answered 400",
    "302, '', The token endpoint answered 302",
    "200, 'no json', The token endpoint answered without a usable token",
    "200, '{\"access_token\":1}', The token endpoint answered without a usable token",
    "200, '{\"access_token\":\"a\\r\\nb\"}', The token endpoint answered without a usable token",
  })
  void aFailingEndpointFailsTheAttempt(int status, String body, String error) {
    endpoint.answer(Reply.text(status, body));
    Outcome outcome = send("basic");
    assertThat(outcome.error()).isEqualTo(error);
    assertThat(outcome.retryAt()).isNotNull();
    assertThat(receiver.requests()).isEmpty();
  }

  @Test
  void anEndpointThatAnswersMegabytesIsCutOff() {
    endpoint.answer(new Reply.Endless());
    assertThat(send("basic").error())
        .isEqualTo("The token endpoint answered without a usable token");
  }

  @Test
  void thoseWhoNeedATokenAtOnceAskForOne() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    endpoint.answer(
        new Reply.Held(asked, Reply.text(200, "{\"access_token\":\"t\",\"expires_in\":3600}")));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Outcome>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        all.add(threads.submit(() -> send("basic")));
      }
      endpoint.awaitCount(1, PATIENCE);
      asked.countDown();
      for (Future<Outcome> one : all) {
        assertThat(one.get().succeeded()).isTrue();
      }
    }
    assertThat(endpoint.requests()).hasSize(1);
  }

  @Test
  void theTokenIsShownMasked() {
    issue("");
    assertThat(send("basic").requestHeadersJson())
        .contains("\"Authorization\":\"****\"")
        .doesNotContain("t1");
  }

  @Test
  void aPrivateTokenEndpointIsRefused() {
    try (HttpSender guarded =
        new HttpSender(
            new AddressGuard(false, List.of(), Resolver.system()),
            HttpSenderSettings.standard(),
            System::nanoTime)) {
      Calls strict =
          new Calls(
              new HttpRequests("X-hookstream-", "Catchment/1"),
              owed -> new Payload.AsReceived(),
              guarded,
              () -> 0L,
              clock);
      Outcome outcome = strict.make(owed(), destination("basic"));
      assertThat(outcome.error())
          .isEqualTo(
              "The URL points to 127.0.0.1, which is not allowed (set delivery.allow_private=true to"
                  + " allow private addresses)");
      assertThat(EndedAttempt.of(outcome).trouble()).isEqualTo(SendResult.Kind.BLOCKED_ADDRESS);
      assertThat(endpoint.requests()).isEmpty();
    }
  }

  private Outcome send(String style) {
    return calls.make(owed(), destination(style));
  }

  private static Owed owed() {
    return Sample.owed(
        "a".repeat(32), "d", Sample.event("e", "s", "application/json", new byte[] {'{', '}'}));
  }

  private Destination destination(String style) {
    return Sample.destination(
        "d",
        Sample.target(
            receiver.url("/hook"),
            null,
            "oauth2_client_credentials",
            Json.object()
                .put("token_url", endpoint.url("/token"))
                .put("client_id", "client")
                .put("client_secret", "s/cret")
                .put("scope", "a b")
                .put("audience", "https://x")
                .put("auth_style", style)
                .build()),
        Sample.RETRY,
        10);
  }
}
