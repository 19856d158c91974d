package dev.catchment.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a source's settings is said when they are saved. */
final class SaveErrorsTest {
  private static final String SECRET = "verification_secret";
  private static final String CONFIG = "verification_config";

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("verification_type", "carrier_pigeon", "s", "{}"),
        Arguments.of("verification_type", "", "s", "{}"),
        Arguments.of("verification_type", "microsoft-graph", "s", "{}"),
        Arguments.of("verification_type", "bitbucket", "s", "{}"),
        Arguments.of(SECRET, "hmac_sha256", null, "{}"),
        Arguments.of(SECRET, "hmac_sha256", "", "{}"),
        Arguments.of(SECRET, "hmac_sha256", " \t", "{}"),
        Arguments.of(SECRET, "hmac_sha256", "x".repeat(10_001), "{}"),
        Arguments.of(SECRET, "clerk", "whsec_$$", "{}"),
        Arguments.of(SECRET, "replicate", "whsec_", "{}"),
        Arguments.of(SECRET, "liveblocks", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "{}"),
        Arguments.of(SECRET, "adyen", "not hex", "{}"),
        Arguments.of(SECRET, "adyen-platform", "ABC", "{}"),
        Arguments.of(SECRET, "postmark", "no colon", "{}"),
        Arguments.of(SECRET, "pusher", ":secret", "{}"),
        Arguments.of(SECRET, "livekit", "key:", "{}"),
        Arguments.of(SECRET, "box", "primary", "{}"),
        Arguments.of(SECRET, "qstash", "current", "{}"),
        Arguments.of(SECRET, "braintree", "public", "{}"),
        Arguments.of(SECRET, "telegram", "with space", "{}"),
        Arguments.of(SECRET, "telegram", "x".repeat(257), "{}"),
        Arguments.of(SECRET, "gitlab", "whsec_%%%", "{}"),
        Arguments.of(SECRET, "discord", "00ff", "{}"),
        Arguments.of(SECRET, "telnyx", "AAAA", "{}"),
        Arguments.of(SECRET, "sendgrid", "-----BEGIN PUBLIC KEY-----\nAAAA\n", "{}"),
        Arguments.of(SECRET, "sendgrid", "not a key", "{}"),
        Arguments.of(SECRET, "plaid", "{\"kty\": \"EC\"}", "{}"),
        Arguments.of(SECRET, "plaid", "[]", "{}"),
        Arguments.of(SECRET, "aws-sns", "-----BEGIN CERTIFICATE-----\nAAAA\n", "{}"),
        Arguments.of(SECRET, "aws-sns", "something", "{}"),
        Arguments.of(CONFIG + ".encoding", "hmac_sha256", "s", "{\"encoding\": \"base32\"}"),
        Arguments.of(CONFIG + ".encoding", "hmac_sha256", "s", "{\"encoding\": 16}"),
        Arguments.of(CONFIG + ".encoding", "stripe", "s", "{\"encoding\": \"\"}"),
        Arguments.of(CONFIG + ".prefix", "hmac_sha256", "s", "{\"prefix\": 1}"),
        Arguments.of(CONFIG + ".signed_content", "hmac_sha256", "s", content("{timestamp}")),
        Arguments.of(CONFIG + ".signed_content", "hmac_sha256", "s", content("{body}{salt}")),
        Arguments.of(CONFIG + ".signed_content", "hmac_sha256", "s", content("{secret}{body}")),
        Arguments.of(CONFIG + ".signed_content", "hmac_sha256", "s", content("{body}{}")),
        Arguments.of(
            CONFIG + ".timestamp_header", "hmac_sha256", "s", content("{timestamp}{body}")),
        Arguments.of(CONFIG + ".id_header", "hmac_sha256", "s", content("{id}{body}")),
        Arguments.of(CONFIG + ".id_header", "hmac_sha256", "s", "{\"id_header\": \"X-Id\"}"),
        Arguments.of(
            CONFIG + ".timestamp_header", "hmac_sha256", "s", "{\"timestamp_header\": \"X T\"}"),
        Arguments.of(CONFIG + ".tolerance_seconds", "stripe", "s", "{\"tolerance_seconds\": -1}"),
        Arguments.of(CONFIG + ".tolerance_seconds", "stripe", "s", "{\"tolerance_seconds\": 1.5}"),
        Arguments.of(
            CONFIG + ".tolerance_seconds", "slack", "s", "{\"tolerance_seconds\": \"300\"}"),
        Arguments.of(
            CONFIG + ".tolerance_seconds", "slack", "s", "{\"tolerance_seconds\": 99999999999}"),
        Arguments.of(CONFIG + ".secrets", "stripe", "s", "{\"secrets\": \"t\"}"),
        Arguments.of(CONFIG + ".secrets", "stripe", "s", "{\"secrets\": [1]}"),
        Arguments.of(CONFIG + ".secrets", "stripe", "s", "{\"secrets\": [\"\"]}"),
        Arguments.of(
            CONFIG + ".secrets",
            "stripe",
            "s",
            "{\"secrets\": [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\"]}"),
        Arguments.of(CONFIG + ".secrets", "clerk", "whsec_AAAA", "{\"secrets\": [\"whsec_$\"]}"),
        Arguments.of(CONFIG + ".url", "square", "s", "{\"url\": \"/path\"}"),
        Arguments.of(CONFIG + ".url", "square", "s", "{\"url\": \"ftp://a/b\"}"),
        Arguments.of(CONFIG + ".url", "square", "s", "{\"url\": \"https://u:p@a/b\"}"),
        Arguments.of(CONFIG + ".url", "square", "s", "{\"url\": \"https://a/b c\"}"),
        Arguments.of(CONFIG + ".url", "square", "s", "{\"url\": 7}"));
  }

  private static String content(String template) {
    return Json.object().put("signed_content", template).build().text();
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void theFieldAtFaultIsNamed(String field, String type, @Nullable String secret, String config) {
    assertThatThrownBy(
            () -> Verification.compile(Requests.fields(type, secret, config), null, Requests.URL))
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Failure.Code.INVALID);
              assertThat(failure.field()).isEqualTo(field);
              assertThat(failure.sentence()).startsWith("Invalid body: '" + field + "' ");
              if (secret != null && secret.length() > 8 && !secret.startsWith("x")) {
                assertThat(failure.sentence()).doesNotContain(secret);
              }
            });
  }

  @Test
  void aHeaderThatIsNoneAndNoTypeAtAllAreNamed() {
    assertThatThrownBy(() ->
            Verification.compile(
                new VerificationFields("hmac_sha256", new Secret("s"), "X Y", null), null, null))
        .isInstanceOfSatisfying(
            Failure.class, failure -> assertThat(failure.field()).isEqualTo("verification_header"));
    assertThatThrownBy(() ->
            Verification.compile(
                new VerificationFields(null, new Secret("s"), null, null), null, null))
        .isInstanceOfSatisfying(
            Failure.class, failure -> assertThat(failure.field()).isEqualTo("verification_type"));
  }

  @Test
  void onlyAmazonNeedsNoSecret() {
    assertThat(Verification.needsSecret("aws_sns")).isFalse();
    assertThat(
            Templates.list().stream()
                .filter(template -> template.verificationType() != null)
                .filter(template -> !Verification.needsSecret(template.slug())))
        .hasSize(1);
    assertThat(Verification.compile(Requests.fields("aws-sns", null, "{}"), null, null))
        .isNotNull();
  }

  @Test
  void whateverIsPastedIsTakenOrRefusedInWords() {
    Random random = new Random(7);
    List<String> pasted =
        new ArrayList<>(
            List.of(
                "a:b",
                "whsec_AAAA",
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
                "{\"crv\":\"P-256\",\"x\":\"\",\"y\":\"\"}",
                "0".repeat(64),
                "f".repeat(64),
                "MCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    for (int i = 0; i < 40; i++) {
      byte[] bytes = new byte[1 + random.nextInt(80)];
      random.nextBytes(bytes);
      pasted.add(HexFormat.of().formatHex(bytes));
      pasted.add(Base64.getEncoder().encodeToString(bytes));
      pasted.add(new String(bytes, StandardCharsets.ISO_8859_1));
    }
    int compiled = 0;
    for (Template template : Templates.list()) {
      for (String secret : pasted) {
        Verification stored =
            Verification.stored(Requests.fields(template.slug(), secret, "{}"), null, null);
        Verdict verdict = Requests.check(stored, Requests.post("{}"));
        assertThat(verdict).as(template.slug()).isInstanceOf(Verdict.Refused.class);
        if (Requests.reason(verdict) != Reason.VERIFIER_MISCONFIGURED) {
          compiled++;
        }
      }
    }
    assertThat(compiled).isBetween(4_000, Templates.list().size() * pasted.size() - 1_000);
  }
}
