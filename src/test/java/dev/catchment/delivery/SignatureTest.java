package dev.catchment.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected digests were computed with OpenSSL and with the example of Standard Webhooks. */
final class SignatureTest {
  private static final byte[] FOX = "The quick brown fox".getBytes(UTF_8);
  private static final String FOX_SHA256 =
      "0ca07b1ee1b8469e7dee3b58ad585016e4dc464723ccbf16423a0d317c07681c";
  private static final String FOX_SHA1 = "833e48440cbba9063974807aba17392d020757ee";
  private static final String STAMPED_FOX_SHA256 =
      "7706c4a897ca3c164d8d2c6c7037fc3cc30de71cbaf298915d3eaf2e998205f4";

  private static final String WEBHOOK_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final long WEBHOOK_SECONDS = 1_614_265_330;
  private static final byte[] WEBHOOK_BODY = "{\"test\": 2432232314}".getBytes(UTF_8);
  private static final String WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String WEBHOOK_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  private static final String OLDER_SIGNATURE = "v1,6kmTWxkLCzGPJyK+VY1+OMjTCM3S5gdD7Wa5udqKkKw=";

  @Test
  void theBodyIsSignedWithSha256UnlessAskedOtherwise() {
    assertThat(fox("{'secret':'topsecret'}"))
        .containsExactly(Map.entry("X-hookstream-Signature", "sha256=" + FOX_SHA256));
  }

  @Test
  void sha1HasItsOwnPrefix() {
    assertThat(fox("{'secret':'topsecret','algorithm':'sha1'}"))
        .containsExactly(Map.entry("X-hookstream-Signature", "sha1=" + FOX_SHA1));
  }

  @Test
  void headerAndPrefixCanBeChosenAndThePrefixCanBeEmpty() {
    assertThat(fox("{'secret':'topsecret','header':'X-Hub','prefix':'v0='}"))
        .containsExactly(Map.entry("X-Hub", "v0=" + FOX_SHA256));
    assertThat(fox("{'secret':'topsecret','prefix':''}"))
        .containsExactly(Map.entry("X-hookstream-Signature", FOX_SHA256));
  }

  @Test
  void aTimestampIsSignedWithTheBodyAndSent() {
    assertThat(fox("{'secret':'topsecret','include_timestamp':true}"))
        .containsExactly(
            Map.entry("X-hookstream-Timestamp", "1700000000"),
            Map.entry("X-hookstream-Signature", "sha256=" + STAMPED_FOX_SHA256));
    assertThat(fox("{'secret':'topsecret','include_timestamp':true,'timestamp_header':'X-Time'}"))
        .containsExactly(
            Map.entry("X-Time", "1700000000"),
            Map.entry("X-hookstream-Signature", "sha256=" + STAMPED_FOX_SHA256));
    assertThat(fox("{'secret':'topsecret','include_timestamp':false}")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {WEBHOOK_SECRET, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
  void standardWebhooksGivesTheSignatureOfItsExample(String secret) {
    assertThat(webhook("{'algorithm':'standard_webhooks','secret':'" + secret + "'}"))
        .containsExactly(
            Map.entry("webhook-id", WEBHOOK_ID),
            Map.entry("webhook-timestamp", "1614265330"),
            Map.entry("webhook-signature", WEBHOOK_SIGNATURE));
  }

  @Test
  void previousSecretsSignTooAfterThePresentOne() {
    assertThat(
            webhook(
                "{'algorithm':'standard_webhooks','secret':'"
                    + WEBHOOK_SECRET
                    + "','previous_secrets':['YW4gb2xkZXIgc2VjcmV0IQ==','not base64!']}"))
        .contains(Map.entry("webhook-signature", WEBHOOK_SIGNATURE + " " + OLDER_SIGNATURE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "whsec_", "not base64!", "whsec_*", "whsec_whsec_AAAA"})
  void whatIsNotBase64IsNoKey(String secret) {
    assertThat(Signature.standardWebhooksKey(secret)).isNull();
  }

  private static List<Map.Entry<String, String>> fox(String config) {
    return Signature.headers(object(config), "X-hookstream-", "id", 1_700_000_000, FOX);
  }

  private static List<Map.Entry<String, String>> webhook(String config) {
    return Signature.headers(
        object(config), "X-hookstream-", WEBHOOK_ID, WEBHOOK_SECONDS, WEBHOOK_BODY);
  }

  private static Json.Obj object(String text) {
    return (Json.Obj) Json.read(text.replace('\'', '"'));
  }
}
