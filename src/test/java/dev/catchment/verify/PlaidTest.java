package dev.catchment.verify;

import static dev.catchment.verify.Requests.NOW;
import static dev.catchment.verify.Requests.URL;
import static dev.catchment.verify.Requests.post;
import static dev.catchment.verify.Requests.reason;
import static dev.catchment.verify.Requests.verification;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Plaid's keys, handed out for API credentials. */
final class PlaidTest {
  private static final Base64.Encoder B64 = Base64.getUrlEncoder().withoutPadding();
  private static final String BODY = "{\n  \"webhook_code\": \"DEFAULT_UPDATE\"\n}";

  private final KeyPair pair = pair();
  private final Verification plaid = verification("plaid", "client-1:secret-1");

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private SignedRequest request(String kid, long issued, String body) throws Exception {
    String digest =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256").digest(BODY.getBytes(StandardCharsets.UTF_8)));
    String text =
        part("{\"alg\":\"ES256\",\"kid\":\"" + kid + "\",\"typ\":\"JWT\"}")
            + "."
            + part("{\"iat\":" + issued + ",\"request_body_sha256\":\"" + digest + "\"}");
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(pair.getPrivate());
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    return post(body, "Plaid-Verification", text + "." + B64.encodeToString(signature.sign()));
  }

  private static String part(String json) {
    return B64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private byte[] answer(String kid, KeyPair of, String expiredAt) {
    ECPublicKey key = (ECPublicKey) of.getPublic();
    return ("{\"key\":{\"alg\":\"ES256\",\"crv\":\"P-256\",\"kty\":\"EC\",\"use\":\"sig\",\"kid\":\"%s\","
            + "\"x\":\"%s\",\"y\":\"%s\",\"created_at\":1,\"expired_at\":%s},\"request_id\":\"r\"}")
        .formatted(
            kid,
            coordinate(key.getW().getAffineX().toByteArray()),
            coordinate(key.getW().getAffineY().toByteArray()),
            expiredAt)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** 32 bytes, whatever the sign or length of the number. */
  private static String coordinate(byte[] number) {
    byte[] whole = new byte[32];
    int length = Math.min(32, number.length);
    System.arraycopy(number, number.length - length, whole, 32 - length, length);
    return B64.encodeToString(Arrays.copyOf(whole, 32));
  }

  private Verdict check(SignedRequest request, byte[] answer) {
    return plaid.check(request, NOW * 1000, fetch -> Optional.of(answer));
  }

  @Test
  void theKeyIsAskedForByItsIdWithTheCredentials() throws Exception {
    Verdict verdict = plaid.check(request("key-1", NOW, BODY), NOW * 1000);
    assertThat(verdict)
        .isEqualTo(
            new Verdict.NeedsKey(
                new Fetch(
                    "https://production.plaid.com/webhook_verification_key/get",
                    new Secret(
                        "{\"client_id\":\"client-1\",\"secret\":\"secret-1\",\"key_id\":\"key-1\"}"))));
    assertThat(verdict.toString()).doesNotContain("secret-1");
    Verification sandbox =
        Verification.compile(
            new VerificationFields(
                "plaid",
                new Secret("client-1:secret-1"),
                null,
                (Json.Obj) Json.read("{\"environment\":\"sandbox\"}")),
            null,
            URL);
    assertThat(sandbox.check(request("key-1", NOW, BODY), NOW * 1000))
        .isInstanceOfSatisfying(
            Verdict.NeedsKey.class,
            needed -> assertThat(needed.fetch().url()).startsWith("https://sandbox.plaid.com/"));
  }

  @Test
  void theAnswersKeyDecidesUnlessItIsAnotherOrExpired() throws Exception {
    SignedRequest right = request("key-1", NOW, BODY);
    assertThat(check(right, answer("key-1", pair, "null"))).isInstanceOf(Verdict.Verified.class);
    assertThat(check(right, answer("key-1", pair, "" + (NOW + 1))))
        .isInstanceOf(Verdict.Verified.class);
    assertThat(reason(check(right, answer("key-1", pair, "" + NOW))))
        .isEqualTo(Reason.SIGNATURE_INVALID);
    assertThat(reason(check(right, answer("key-2", pair, "null"))))
        .isEqualTo(Reason.SIGNATURE_INVALID);
    assertThat(reason(check(right, answer("key-1", pair(), "null"))))
        .isEqualTo(Reason.SIGNATURE_INVALID);
    assertThat(reason(check(right, "[]".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(Reason.SIGNATURE_INVALID);
  }

  @Test
  void nothingIsAskedForWhatCannotBeTaken() throws Exception {
    long now = NOW * 1000;
    assertThat(reason(plaid.check(request("key-1", NOW - 301, BODY), now)))
        .isEqualTo(Reason.TIMESTAMP_OUT_OF_TOLERANCE);
    assertThat(reason(plaid.check(request("key-1", NOW, BODY + " "), now)))
        .isEqualTo(Reason.SIGNATURE_INVALID);
    assertThat(reason(plaid.check(request("../other?x", NOW, BODY), now)))
        .isEqualTo(Reason.SIGNATURE_INVALID);
  }
}
