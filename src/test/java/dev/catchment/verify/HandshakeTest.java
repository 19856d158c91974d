package dev.catchment.verify;

import static dev.catchment.verify.Requests.get;
import static dev.catchment.verify.Requests.post;
import static dev.catchment.verify.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Providers' probes are answered as each of them asks. */
final class HandshakeTest {
  private static final String URL = Requests.URL;
  private static final String FORM = "application/x-www-form-urlencoded";

  private static Optional<Answer> answer(
      String template, @Nullable String secret, String config, SignedRequest request) {
    VerificationFields fields =
        new VerificationFields(null, secret == null ? null : new Secret(secret), null, null);
    return Handshake.compile(fields, template, (Json.Obj) Json.read(config)).answer(request);
  }

  private static String body(Answer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String hub(String mode, String more) {
    return URL + "?hub.mode=" + mode + "&hub.challenge=1158201444" + more;
  }

  static Stream<Arguments> challenges() {
    String meta = "{\"verify_token\": \"meatyhamhock\"}";
    String websub =
        "{\"topic\": \"https://a.example/feed?x=1\", \"former_topic\": \"https://a.example/old\"}";
    String topic = "&hub.topic=https%3A%2F%2Fa.example%2Ffeed%3Fx%3D1";
    return Stream.of(
        Arguments.of("meta", meta, hub("subscribe", "&hub.verify_token=meatyhamhock"), 200),
        Arguments.of("meta", meta, hub("subscribe", "&hub.verify_token=meatyhamhocK"), 403),
        Arguments.of("meta", meta, hub("subscribe", "&hub.verify_token="), 403),
        Arguments.of("meta", meta, hub("subscribe", ""), 403),
        Arguments.of("meta", "{}", hub("subscribe", "&hub.verify_token="), 403),
        Arguments.of(
            "meta", "{\"verify_token\": \"\"}", hub("subscribe", "&hub.verify_token="), 403),
        Arguments.of("meta", meta, hub("unsubscribe", "&hub.verify_token=meatyhamhock"), 400),
        Arguments.of("websub", websub, hub("subscribe", topic + "&hub.lease_seconds=432000"), 200),
        Arguments.of("websub", websub, hub("unsubscribe", topic), 404),
        Arguments.of("websub", websub, hub("unsubscribe", "&hub.topic=https://a.example/old"), 200),
        Arguments.of("websub", websub, hub("subscribe", "&hub.topic=https://b.example/"), 404),
        Arguments.of("websub", "{}", hub("subscribe", topic), 404),
        Arguments.of("websub", "{}", hub("subscribe", ""), 404));
  }

  @ParameterizedTest
  @MethodSource("challenges")
  void aHubIsAnsweredForWhatWasAskedFor(String template, String config, String url, int status) {
    Answer answer = answer(template, "s", config, get(url)).orElseThrow();
    assertThat(answer.status()).isEqualTo(status);
    assertThat(body(answer)).isEqualTo(status == 200 ? "1158201444" : "");
    assertThat(answer.contentType()).isEqualTo(status == 200 ? "text/plain" : null);
    assertThat(answer.verifiedFirst()).isFalse();
  }

  @Test
  void aHubsLeaseAndDenialAreTold() {
    String config = "{\"topic\": \"t\"}";
    String subscribe = hub("subscribe", "&hub.topic=t&hub.lease_seconds=86400");
    Answer granted = answer("websub", "s", config, get(subscribe)).orElseThrow();
    assertThat(granted.after().subscription())
        .isEqualTo(new HubWord(HubWord.State.GRANTED, 86_400L, null));
    assertThat(granted.after().note()).isEqualTo("The hub granted the subscription for 86400 s");
    String denied = URL + "?hub.mode=denied&hub.topic=t&hub.reason=too+many";
    Answer denial = answer("websub", "s", config, get(denied)).orElseThrow();
    assertThat(denial.status()).isEqualTo(200);
    assertThat(denial.after().note()).contains("too many");
  }

  @Test
  void slackIsAnsweredOnceItsSignatureFits() {
    SignedRequest verification =
        post("{\"type\":\"url_verification\",\"challenge\":\"3e\\\"Z\",\"token\":\"x\"}");
    Answer answer = answer("slack", "s", "{}", verification).orElseThrow();
    assertThat(body(answer)).isEqualTo("{\"challenge\":\"3e\\\"Z\"}");
    assertThat(answer.contentType()).isEqualTo("application/json");
    assertThat(answer.verifiedFirst()).isTrue();

    Answer check =
        answer("slack", "s", "{}", post("token=x&ssl_check=1", "Content-Type", FORM)).orElseThrow();
    assertThat(check.status()).isEqualTo(200);
    assertThat(check.verifiedFirst()).isFalse();
    assertThat(body(check)).isEmpty();
    assertThat(answer("slack", "s", "{}", post("text=ssl_check%3D1", "Content-Type", FORM)))
        .isEmpty();
    assertThat(answer("slack", "s", "{}", post("{\"type\":\"event_callback\"}"))).isEmpty();
  }

  @Test
  void theWorkedValuesOfTheProvidersComeOut() {
    assertThat(
            answer(
                    "twitter",
                    "x-consumer-secret-example",
                    "{}",
                    get(URL + "?crc_token=Nzg5NDEzMjQ5Nw=="))
                .map(HandshakeTest::body))
        .contains("{\"response_token\":\"sha256=LlX1FjlkCFd4sGMf0vXiDSZCTvAGFfdWxyLq40DjL64=\"}");
    String zoom =
        "{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":"
            + "\"qgg8vlvZRS6UYooatFL8Aw\"},\"event_ts\":1}";
    assertThat(
            answer("zoom", "zoom-secret-token-example", "{}", post(zoom)).map(HandshakeTest::body))
        .contains(
            "{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\",\"encryptedToken\":"
                + "\"02b388957bd75494d35ec1658be6692dcda1d75201c34a5b7fbc48a7a2e59fc3\"}");
    assertThat(
            answer(
                    "braintree",
                    "examplepublickey:exampleprivatekey",
                    "{}",
                    get(URL + "?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"))
                .map(HandshakeTest::body))
        .contains("examplepublickey|70f0598a48473ef129cc519ddd933b0d97829d99");
    assertThat(answer("braintree", "a:b", "{}", get(URL + "?bt_challenge=20f9"))).isEmpty();
    assertThat(answer("twitter", null, "{}", get(URL + "?crc_token=a"))).isEmpty();
  }

  @Test
  void discordPingsAreToldFromEvents() {
    Answer events = answer("discord", "k", "{}", post("{\"version\":1,\"type\":0}")).orElseThrow();
    assertThat(events.status()).isEqualTo(204);
    assertThat(events.verifiedFirst()).isTrue();
    Answer interactions = answer("discord", "k", "{}", post("{\"type\":1}")).orElseThrow();
    assertThat(body(interactions)).isEqualTo("{\"type\":1}");
    assertThat(interactions.verifiedFirst()).isTrue();
    assertThat(answer("discord", "k", "{}", post("{\"type\":1,\"event\":{}}"))).isEmpty();
    assertThat(answer("discord", "k", "{}", post("{\"type\":2,\"data\":{}}"))).isEmpty();
  }

  @Test
  void twitchGetsTheBareChallenge() {
    String header = "Twitch-Eventsub-Message-Type";
    SignedRequest callback =
        post("{\"challenge\":\"pog\"}", header, "webhook_callback_verification");
    Answer answer = answer("twitch", "s", "{}", callback).orElseThrow();
    assertThat(body(answer)).isEqualTo("pog");
    assertThat(answer.contentType()).isEqualTo("text/plain");
    assertThat(answer.verifiedFirst()).isTrue();
    Answer end = answer("twitch", "s", "{}", post("{}", header, "revocation")).orElseThrow();
    assertThat(end.status()).isEqualTo(204);
    assertThat(answer("twitch", "s", "{}", post("{}", header, "notification"))).isEmpty();
  }

  static Stream<Arguments> echoes() {
    return Stream.of(
        Arguments.of("dropbox", get(URL + "?challenge=a%20b"), "a b", "text/plain"),
        Arguments.of(
            "okta",
            request("GET", URL, "", "x-okta-verification-challenge", "c\"1"),
            "{\"verification\":\"c\\\"1\"}",
            "application/json"),
        Arguments.of(
            "microsoft-graph",
            request("POST", URL + "?validationToken=a%3Ab+c", ""),
            "a:b c",
            "text/plain"),
        Arguments.of("trello", request("HEAD", URL, ""), "", null),
        Arguments.of("intercom", request("HEAD", URL, ""), "", null),
        Arguments.of("woocommerce", post("webhook_id=12", "Content-Type", FORM), "", null));
  }

  @ParameterizedTest
  @MethodSource("echoes")
  void unsignedProbesAreAnsweredAtOnce(
      String template, SignedRequest request, String body, @Nullable String contentType) {
    Answer answer = answer(template, "s", "{}", request).orElseThrow();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.verifiedFirst()).isFalse();
    assertThat(body(answer)).isEqualTo(body);
    assertThat(answer.contentType()).isEqualTo(contentType);
    if (contentType != null) {
      assertThat(answer.headers()).contains(Map.entry("X-Content-Type-Options", "nosniff"));
    }
    assertThat(answer(template, "s", "{}", post("{\"a\":1}"))).isEmpty();
    assertThat(answer(template, "s", "{}", get(URL + "?x=" + "y&".repeat(2_000)))).isEmpty();
  }

  @Test
  void asanasSecretIsEchoedAndHandedOverOnce() {
    SignedRequest first = post("", "X-Hook-Secret", "b537207f20cbfa02357cf448134da559");
    Answer answer = answer("asana", null, "{}", first).orElseThrow();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers())
        .containsExactly(Map.entry("X-Hook-Secret", "b537207f20cbfa02357cf448134da559"));
    assertThat(answer.after().secretToKeep())
        .isEqualTo(new Secret("b537207f20cbfa02357cf448134da559"));
    assertThat(answer("asana", "another", "{}", first)).isEmpty();
    Answer again = answer("asana", "b537207f20cbfa02357cf448134da559", "{}", first).orElseThrow();
    assertThat(again.after().secretToKeep()).isNull();
    assertThat(answer("asana", null, "{}", post("", "X-Hook-Secret", "a\r\nb: c"))).isEmpty();
  }

  @Test
  void notionsTokenIsKeptWhenItSignedItself() {
    Vector vector =
        Vector.all().stream()
            .filter(one -> one.provider().equals("notion") && one.why().contains("token"))
            .findFirst()
            .orElseThrow();
    Answer answer = answer("notion", null, "{}", vector.request()).orElseThrow();
    assertThat(answer.after().secretToKeep()).isEqualTo(new Secret(vector.secret()));
    assertThat(answer.verifiedFirst()).isFalse();
    Answer later = answer("notion", vector.secret(), "{}", vector.request()).orElseThrow();
    assertThat(later.verifiedFirst()).isTrue();
    assertThat(later.after().secretToKeep()).isNull();
    SignedRequest forged =
        post("{\"verification_token\":\"mine\"}", "X-Notion-Signature", "sha256=00");
    assertThat(answer("notion", null, "{}", forged)).isEmpty();
  }

  @Test
  void amazonIsConfirmedForTheNamedTopicOnly() {
    Vector vector =
        Vector.all().stream()
            .filter(one -> one.why().startsWith("SubscriptionConfirmation"))
            .findFirst()
            .orElseThrow();
    String topic = "arn:aws:sns:us-east-1:123456789012:T";
    Answer answer = answer("aws-sns", topic, "{}", vector.request()).orElseThrow();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.verifiedFirst()).isTrue();
    assertThat(answer.after().confirmUrl())
        .isEqualTo("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=x");
    Answer other = answer("aws-sns", topic + "2", "{}", vector.request()).orElseThrow();
    assertThat(other.after().confirmUrl()).isNull();
    assertThat(other.after().note()).contains("Not confirmed");
    String elsewhere =
        "{\"Type\":\"SubscriptionConfirmation\",\"TopicArn\":\""
            + topic
            + "\",\"SubscribeURL\":\"https://sns.us-east-1.amazonaws.com.evil.example/\"}";
    assertThat(answer("aws-sns", topic, "{}", post(elsewhere)).orElseThrow().after().confirmUrl())
        .isNull();
  }

  @Test
  void whatHasNoHandshakeAnswersNothingAndTheTypeStandsInForATemplate() {
    assertThat(answer("stripe", "s", "{}", get(URL + "?hub.mode=subscribe"))).isEmpty();
    assertThat(answer("unknown", "s", "{}", get(URL))).isEmpty();
    VerificationFields byType = new VerificationFields("dropbox", new Secret("s"), null, null);
    assertThat(Handshake.compile(byType, null, null).answer(get(URL + "?challenge=1"))).isPresent();
    VerificationFields none = new VerificationFields(null, null, null, null);
    assertThat(Handshake.compile(none, null, null).answer(get(URL + "?challenge=1"))).isEmpty();
  }
}
