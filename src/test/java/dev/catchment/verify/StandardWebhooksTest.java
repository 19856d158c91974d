package dev.catchment.verify;

import static dev.catchment.verify.Requests.NOW;
import static dev.catchment.verify.Requests.base64;
import static dev.catchment.verify.Requests.check;
import static dev.catchment.verify.Requests.post;
import static dev.catchment.verify.Requests.reason;
import static dev.catchment.verify.Requests.takes;
import static dev.catchment.verify.Requests.verification;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scheme of standardwebhooks.com and its limits. */
final class StandardWebhooksTest {
  private static final String BARE = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final byte[] KEY = Base64.getDecoder().decode(BARE);
  private static final Verification VERIFICATION =
      verification("standard-webhooks", "whsec_" + BARE);

  private static String signature(String id, String timestamp, String body) {
    return "v1," + base64("HmacSHA256", KEY, id + "." + timestamp + "." + body);
  }

  private static SignedRequest signedAt(long seconds) {
    return post(
        "{}",
        "webhook-id",
        "m1",
        "webhook-timestamp",
        Long.toString(seconds),
        "webhook-signature",
        signature("m1", Long.toString(seconds), "{}"));
  }

  private static SignedRequest with(String signature) {
    return post(
        "{}",
        "Webhook-ID",
        "m1",
        "WEBHOOK-TIMESTAMP",
        Long.toString(NOW),
        "webhook-Signature",
        signature);
  }

  @Test
  void aSignedRequestIsTakenWithItsIdAndTime() {
    assertThat(check(VERIFICATION, signedAt(NOW)))
        .isEqualTo(new Verdict.Verified("m1", NOW * 1000));
  }

  @ParameterizedTest
  @ValueSource(longs = {-300, -299, 0, 300})
  void fiveMinutesInBothDirectionsAreTaken(long offset) {
    assertThat(takes(VERIFICATION, signedAt(NOW + offset))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {-301, 301, -100_000, 100_000})
  void moreIsRefusedUnlessTheToleranceIsOff(long offset) {
    SignedRequest request = signedAt(NOW + offset);
    assertThat(reason(check(VERIFICATION, request))).isEqualTo(Reason.TIMESTAMP_OUT_OF_TOLERANCE);
    Verification open = verification("standard_webhooks", BARE, "{\"tolerance_seconds\": 0}");
    assertThat(takes(open, request)).isTrue();
  }

  static Stream<Arguments> missing() {
    String time = Long.toString(NOW);
    String right = signature("m1", time, "{}");
    return Stream.of(
        Arguments.of("id", post("{}", "webhook-timestamp", time, "webhook-signature", right)),
        Arguments.of("timestamp", post("{}", "webhook-id", "m1", "webhook-signature", right)),
        Arguments.of("signature", post("{}", "webhook-id", "m1", "webhook-timestamp", time)),
        Arguments.of("all", post("{}")),
        Arguments.of("text of the signature", with("")));
  }

  @ParameterizedTest
  @MethodSource("missing")
  void aMissingPartIsRefused(String what, SignedRequest request) {
    assertThat(reason(check(VERIFICATION, request))).as(what).isEqualTo(Reason.SIGNATURE_MISSING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "1700000000.5", "-1700000000", "+1", "0x10", "1e9", "٣"})
  void aTimestampThatIsNoNumberIsRefused(String timestamp) {
    SignedRequest request =
        post(
            "{}",
            "webhook-id",
            "m1",
            "webhook-timestamp",
            timestamp,
            "webhook-signature",
            signature("m1", timestamp, "{}"));
    assertThat(reason(check(VERIFICATION, request))).isEqualTo(Reason.SIGNATURE_INVALID);
  }

  static Stream<String> wrong() {
    String right = signature("m1", Long.toString(NOW), "{}");
    return Stream.of(
        "v1,",
        "v1",
        "v1, ",
        right.substring(3),
        right.substring(0, right.length() - 1),
        right.substring(0, 10),
        right.replace("v1,", "v2,"),
        right.replace("v1,", "v1a,"),
        right.replace("v1,", "V1,"),
        right.replace("v1,", "v1="),
        signature("m2", Long.toString(NOW), "{}"),
        signature("m1", Long.toString(NOW), "{ }"),
        "v1," + "A".repeat(43) + "=");
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongOrTruncatedSignatureIsRefused(String signature) {
    assertThat(reason(check(VERIFICATION, with(signature)))).isEqualTo(Reason.SIGNATURE_INVALID);
  }

  @Test
  void theRightSignatureCountsWhereverItStands() {
    String right = signature("m1", Long.toString(NOW), "{}");
    String other = signature("m1", Long.toString(NOW), "[]");
    assertThat(takes(VERIFICATION, with(other + " v1a,xyz " + right))).isTrue();
    assertThat(takes(VERIFICATION, with(other + "," + right))).isTrue();
    assertThat(takes(VERIFICATION, with(other + ", " + right))).isTrue();
    assertThat(takes(VERIFICATION, with((other + " ").repeat(200) + right))).isFalse();
  }

  @Test
  void theSecretMayLackItsPrefixAndOthersMayStandBesideIt() {
    SignedRequest request = signedAt(NOW);
    assertThat(takes(verification("standard_webhooks", BARE), request)).isTrue();
    Verification rotated =
        verification("standard_webhooks", "whsec_AAAA", "{\"secrets\": [\"whsec_" + BARE + "\"]}");
    assertThat(takes(rotated, request)).isTrue();
    assertThat(takes(verification("standard_webhooks", "whsec_AAAA"), request)).isFalse();
  }

  @Test
  void anEmptySecretIsNotCompiled() {
    for (String secret : new String[] {"", " ", "whsec_", "whsec_not base64!"}) {
      assertThatThrownBy(() -> verification("standard_webhooks", secret))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> assertThat(failure.field()).isEqualTo("verification_secret"));
    }
  }

  @Test
  void svixNamesAreTakenAndTheNamesOfTheStandardDecideWhereBothStand() {
    String time = Long.toString(NOW);
    String right = signature("m1", time, "{}");
    SignedRequest svix =
        post("{}", "svix-id", "m1", "svix-timestamp", time, "svix-signature", right);
    assertThat(takes(VERIFICATION, svix)).isTrue();
    SignedRequest both =
        post(
            "{}",
            "svix-id",
            "m1",
            "svix-timestamp",
            time,
            "svix-signature",
            right,
            "webhook-id",
            "m1",
            "webhook-timestamp",
            time,
            "webhook-signature",
            "v1,wrong");
    assertThat(takes(VERIFICATION, both)).isFalse();
  }
}
