package dev.catchment.verify;

import static dev.catchment.verify.Requests.NOW;
import static dev.catchment.verify.Requests.bytes;
import static dev.catchment.verify.Requests.check;
import static dev.catchment.verify.Requests.hex;
import static dev.catchment.verify.Requests.post;
import static dev.catchment.verify.Requests.reason;
import static dev.catchment.verify.Requests.takes;
import static dev.catchment.verify.Requests.verification;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The HMAC that a user describes. */
final class GenericHmacTest {
  private static final String BODY = "{\"n\": 1}\r\n";
  private static final String HEX = hex("HmacSHA256", "s", BODY);
  private static final byte[] MAC = Requests.mac("HmacSHA256", bytes("s"), BODY);
  private static final String BASE64 = Base64.getEncoder().encodeToString(MAC);
  private static final String BASE64URL =
      Base64.getUrlEncoder().withoutPadding().encodeToString(MAC);

  static Stream<Arguments> signatures() {
    return Stream.of(
        Arguments.of("{}", HEX, true),
        Arguments.of("{}", HEX.toUpperCase(Locale.ROOT), true),
        Arguments.of("{}", "sha256=" + HEX, true),
        Arguments.of("{}", "any-name=" + HEX, true),
        Arguments.of("{}", "a=b=" + HEX, false),
        Arguments.of("{}", HEX.substring(2), false),
        Arguments.of("{}", HEX + "00", false),
        Arguments.of("{}", " " + HEX, false),
        Arguments.of("{}", BASE64, false),
        Arguments.of("{\"prefix\": \"sha256=\"}", "sha256=" + HEX, true),
        Arguments.of("{\"prefix\": \"sha256=\"}", HEX, false),
        Arguments.of("{\"prefix\": \"sha256=\"}", "SHA256=" + HEX, false),
        Arguments.of("{\"prefix\": \"\"}", "sha256=" + HEX, false),
        Arguments.of("{\"encoding\": \"base64\"}", BASE64, true),
        Arguments.of("{\"encoding\": \"base64\"}", BASE64.replace("=", ""), false),
        Arguments.of("{\"encoding\": \"base64\"}", "sha256=" + BASE64, false),
        Arguments.of("{\"encoding\": \"base64\", \"prefix\": \"v=\"}", "v=" + BASE64, true),
        Arguments.of("{\"encoding\": \"base64url\"}", BASE64URL, true),
        Arguments.of("{\"encoding\": \"base64url\"}", BASE64URL + "=", true),
        Arguments.of("{\"encoding\": null, \"prefix\": null}", HEX, true),
        Arguments.of("{\"secrets\": [\"t\"]}", hex("HmacSHA256", "t", BODY), true),
        Arguments.of("{\"secrets\": [\"t\"]}", hex("HmacSHA256", "u", BODY), false));
  }

  @ParameterizedTest
  @MethodSource("signatures")
  void theConfiguredWritingIsTheOnlyOne(String config, String signature, boolean taken) {
    Verification verification = verification("hmac_sha256", "s", config);
    assertThat(takes(verification, post(BODY, "X-Signature", signature))).isEqualTo(taken);
    assertThat(takes(verification, post(BODY.strip(), "X-Signature", signature))).isFalse();
  }

  @Test
  void theHeaderCanBeNamedAndItsCaseDoesNotCount() {
    VerificationFields fields =
        new VerificationFields("HMAC-SHA256", new Secret("s"), "X-Mine", null);
    Verification verification = Verification.compile(fields, null, null);
    assertThat(takes(verification, post(BODY, "x-mINE", HEX))).isTrue();
    assertThat(reason(check(verification, post(BODY, "X-Signature", HEX))))
        .isEqualTo(Reason.SIGNATURE_MISSING);
  }

  @Test
  void sha1IsATypeOfItsOwn() {
    SignedRequest request = post(BODY, "X-Signature", hex("HmacSHA1", "s", BODY));
    assertThat(takes(verification("hmac_sha1", "s"), request)).isTrue();
    assertThat(takes(verification("hmac_sha256", "s"), request)).isFalse();
  }

  @Test
  void timeAndIdCanBeSignedToo() {
    String config =
        """
        {"signed_content": "{id}:{timestamp}:{body}", "timestamp_header": "X-Time",
         "id_header": "X-Id", "tolerance_seconds": 10}
        """;
    Verification verification = verification("hmac_sha256", "s", config);
    for (String time :
        new String[] {
          Long.toString(NOW), NOW + "000", "2023-11-14T22:13:20Z", "2023-11-14T23:13:29.5+01:00"
        }) {
      String signature = hex("HmacSHA256", "s", "7:" + time + ":" + BODY);
      SignedRequest request = post(BODY, "X-Time", time, "X-Id", "7", "X-Signature", signature);
      assertThat(check(verification, request)).isInstanceOf(Verdict.Verified.class);
      SignedRequest other = post(BODY, "X-Time", time, "X-Id", "8", "X-Signature", signature);
      assertThat(reason(check(verification, other))).isEqualTo(Reason.SIGNATURE_INVALID);
      assertThat(reason(verification.check(request, (NOW + 25) * 1000)))
          .isEqualTo(Reason.TIMESTAMP_OUT_OF_TOLERANCE);
    }
  }

  @Test
  void presetsOfATemplateFillWhatTheSourceLeavesOut() {
    VerificationFields fields =
        new VerificationFields(
            "hmac_sha256",
            new Secret("s"),
            null,
            Json.object().put("secrets", Json.array()).build());
    Verification verification = Verification.compile(fields, "typeform", null);
    assertThat(takes(verification, post(BODY, "Typeform-Signature", "sha256=" + BASE64))).isTrue();
    assertThat(takes(verification, post(BODY, "Typeform-Signature", "sha256=" + HEX))).isFalse();
  }

  @Test
  void theWordOfATemplateIsATypeToo() {
    assertThat(Verification.canonicalType("Standard-Webhooks")).contains("standard_webhooks");
    assertThat(Verification.canonicalType("adyen_platform")).contains("adyen-platform");
    assertThat(Verification.canonicalType("shopify")).contains("shopify");
    assertThat(Verification.canonicalType("bitbucket")).isEmpty();
    assertThat(takes(verification("shopify", "s"), post(BODY, "X-Shopify-Hmac-Sha256", BASE64)))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "hmac_sha256, , X-Signature",
    "HMAC-SHA1, , X-Signature",
    "hmac_sha256, typeform, Typeform-Signature",
    "stripe, typeform, Stripe-Signature",
    "hmac_sha256, stripe, X-Signature",
    ", github, X-Hub-Signature-256",
    "shopify, , X-Shopify-Hmac-Sha256",
    "adyen, , ",
    "standard_webhooks, , ",
    ", , ",
    "unheard, unheard, ",
  })
  void theUsualHeaderIsTheTemplatesOrTheGeneralOne(
      @Nullable String type, @Nullable String template, @Nullable String header) {
    assertThat(Verification.usualHeader(type, template)).isEqualTo(header);
  }

  @Test
  void aStoredSourceThatDoesNotCompileRefusesEverything() {
    Verification verification =
        Verification.stored(Requests.fields("carrier_pigeon", "s", "{}"), null, null);
    assertThat(reason(check(verification, post(BODY, "X-Signature", HEX))))
        .isEqualTo(Reason.VERIFIER_MISCONFIGURED);
  }

  @Test
  void aFailureInsideIsARefusal() {
    Verification verification = verification("aws-sns", "arn:aws:sns:us-east-1:1:t");
    Vector vector =
        Vector.all().stream()
            .filter(one -> one.provider().equals("aws-sns"))
            .findFirst()
            .orElseThrow();
    Verdict verdict =
        vector
            .verification("")
            .check(
                vector.request(),
                0,
                url -> {
                  throw new IllegalStateException("secret place");
                });
    assertThat(verdict)
        .isEqualTo(
            new Verdict.Refused(
                Reason.VERIFIER_MISCONFIGURED, "The verifier failed: IllegalStateException"));
    assertThat(reason(verification.check(vector.request(), 0))).isEqualTo(Reason.SIGNATURE_INVALID);
  }
}
