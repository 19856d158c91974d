package dev.catchment.verify;

import static dev.catchment.verify.Requests.NOW;
import static dev.catchment.verify.Requests.URL;
import static dev.catchment.verify.Requests.base64;
import static dev.catchment.verify.Requests.bytes;
import static dev.catchment.verify.Requests.check;
import static dev.catchment.verify.Requests.hex;
import static dev.catchment.verify.Requests.post;
import static dev.catchment.verify.Requests.reason;
import static dev.catchment.verify.Requests.request;
import static dev.catchment.verify.Requests.takes;
import static dev.catchment.verify.Requests.verification;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The turns of single providers that their vectors leave open. */
final class SchemesTest {
  private static final String FORM = "application/x-www-form-urlencoded";

  private static String hmac(String key, String text) {
    return base64("HmacSHA256", bytes(key), text);
  }

  @ParameterizedTest
  @CsvSource({"300, true", "301, false", "-100000, true"})
  void stripeLimitsOnlyThePast(long age, boolean taken) {
    long time = NOW - age;
    String header = "t=" + time + ",v1=" + hex("HmacSHA256", "whsec_x", time + ".{}");
    assertThat(takes(verification("stripe", "whsec_x"), post("{}", "Stripe-Signature", header)))
        .isEqualTo(taken);
    assertThat(
            takes(
                verification("stripe", "old", "{\"secrets\": [\"whsec_x\"]}"),
                post("{}", "Stripe-Signature", header)))
        .isEqualTo(taken);
  }

  @Test
  void aSecondTimestampOrOnlyAnOldVersionIsRefused() {
    String right = "v1=" + hex("HmacSHA256", "s", NOW + ".{}");
    Verification stripe = verification("stripe", "s");
    assertThat(takes(stripe, post("{}", "Stripe-Signature", "t=" + NOW + "," + right))).isTrue();
    assertThat(takes(stripe, post("{}", "Stripe-Signature", "t=1,t=" + NOW + "," + right)))
        .isFalse();
    assertThat(
            takes(
                stripe,
                post("{}", "Stripe-Signature", "t=" + NOW + "," + right.replace("v1", "v0"))))
        .isFalse();
    assertThat(takes(stripe, post("{}", "Stripe-Signature", right))).isFalse();
  }

  @Test
  void theNewerHeaderOfShopifyDecidesAlone() {
    Verification shopify = verification("shopify", "s");
    String right = hmac("s", "{}");
    String newer = "shopify-hmac-sha256";
    String older = "X-Shopify-Hmac-Sha256";
    assertThat(takes(shopify, post("{}", newer, right))).isTrue();
    assertThat(takes(shopify, post("{}", older, right))).isTrue();
    assertThat(takes(shopify, post("{}", newer, right, older, "wrong"))).isTrue();
    assertThat(takes(shopify, post("{}", newer, "wrong", older, right))).isFalse();
    assertThat(takes(shopify, post("{}", newer, "", older, right))).isFalse();
  }

  @Test
  void hubspotsOldHeadersCountOnlyWithoutTheNewOne() throws Exception {
    Verification hubspot = verification("hubspot", "s");
    String v1 =
        HexFormat.of()
            .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes("s{}")));
    String version = "X-HubSpot-Signature-Version";
    assertThat(takes(hubspot, post("{}", version, "v1", "X-HubSpot-Signature", v1))).isTrue();
    assertThat(takes(hubspot, post("{}", version, "v2", "X-HubSpot-Signature", v1))).isFalse();
    assertThat(takes(hubspot, post("{}", "X-HubSpot-Signature", v1))).isFalse();
    assertThat(
            takes(
                hubspot,
                post(
                    "{}",
                    version,
                    "v1",
                    "X-HubSpot-Signature",
                    v1,
                    "X-HubSpot-Signature-v3",
                    "wrong")))
        .isFalse();
  }

  @Test
  void hubspotMaySignTheUrlPartlyDecoded() {
    String url = URL + "?to=a%40b.example&sp=%20";
    String time = NOW + "000";
    String text = "POST" + URL + "?to=a@b.example&sp=%20" + "{}" + time;
    SignedRequest request =
        request(
            "POST",
            url,
            "{}",
            "X-HubSpot-Signature-v3",
            hmac("s", text),
            "X-HubSpot-Request-Timestamp",
            time);
    assertThat(takes(verification("hubspot", "s"), request)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":443", ":8443"})
  void twilioMayOrMayNotSignThePort(String port) {
    String configured = "https://hooks.example.com" + (port.equals(":443") ? "" : port) + "/a";
    String config = "{\"url\": \"" + configured + "\"}";
    String query = "?who=o'neil&sp=%20";
    String signed = "https://hooks.example.com" + port + "/a" + query + "A1 2Bx";
    SignedRequest request =
        request(
            "POST",
            "/ingest/a" + query,
            "B=x&A=1+2&B=x",
            "Content-Type",
            FORM + "; charset=utf-8",
            "X-Twilio-Signature",
            base64("HmacSHA1", bytes("s"), signed));
    assertThat(takes(verification("twilio", "s", config), request)).isTrue();
    assertThat(takes(verification("twilio", "s"), request)).isFalse();
  }

  @Test
  void twilioSignsTheUrlAloneForGetAndNeverAnUnprotectedBody() {
    Verification twilio = verification("twilio", "s");
    String signature = base64("HmacSHA1", bytes("s"), URL + "?a=1");
    String url = URL + "?a=1";
    String header = "X-Twilio-Signature";
    assertThat(takes(twilio, request("GET", url, "", header, signature))).isTrue();
    assertThat(takes(twilio, request("GET", url, "{}", header, signature))).isFalse();
    assertThat(takes(twilio, request("POST", url, "{}", header, signature))).isFalse();
  }

  @Test
  void squareNeedsTheUrlAsItIsConfigured() {
    String signature = hmac("s", "https://other.example/x" + "{}");
    SignedRequest request = post("{}", "x-square-hmacsha256-signature", signature);
    assertThat(takes(verification("square", "s"), request)).isFalse();
    assertThat(
            takes(verification("square", "s", "{\"url\": \"https://other.example/x\"}"), request))
        .isTrue();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void streamSignsTheDecompressedBodyWithinALimit() throws IOException {
    Verification stream = verification("stream", "s");
    SignedRequest plain = post("{}", "X-Signature", hex("HmacSHA256", "s", "{}"));
    assertThat(takes(stream, plain)).isTrue();
    assertThat(takes(stream, plain.withBody(gzip(bytes("{}"))))).isTrue();
    assertThat(takes(stream, plain.withBody(gzip(bytes("[]"))))).isFalse();
    byte[] bomb = gzip(new byte[Limits.INFLATED_BYTES_MAX + 1]);
    assertThat(bomb.length).isLessThan(100_000);
    assertThat(check(stream, plain.withBody(bomb)))
        .isEqualTo(
            new Verdict.Refused(Reason.SIGNATURE_INVALID, "The decompressed body is too large"));
    assertThat(reason(check(stream, plain.withBody(new byte[] {0x1f, (byte) 0x8b, 8, 0}))))
        .isEqualTo(Reason.SIGNATURE_INVALID);
  }

  @ParameterizedTest
  @CsvSource({"sha1,HmacSHA1", "sha256,HmacSHA256", "sha384,HmacSHA384", "sha512,HmacSHA512"})
  void aHubMayChooseItsMethod(String method, String algorithm) {
    Verification websub = verification("websub", "s");
    assertThat(websub.hidesRefusal()).isTrue();
    String digest = hex(algorithm, "s", "<feed/>");
    assertThat(takes(websub, post("<feed/>", "X-Hub-Signature", method + "=" + digest))).isTrue();
    assertThat(takes(websub, post("<feed/>", "X-Hub-Signature", "md5=" + digest))).isFalse();
    assertThat(takes(websub, post("<feed/>", "X-Hub-Signature", digest))).isFalse();
  }

  @Test
  void theWrittenDownValuesOfMetaAndWebSubComeOut() {
    String body =
        "{\"object\":\"page\",\"entry\":[{\"id\":\"1\",\"time\":1768732500,\"changes\":[{\"field\":"
            + "\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"9_8\","
            + "\"message\":\"G\\u00f3l\"}}]}]}";
    assertThat(body).hasSize(165);
    Verification meta =
        Verification.compile(Requests.fields("hmac_sha256", "meta-app-secret", "{}"), "meta", URL);
    assertThat(meta.hidesRefusal()).isFalse();
    String digest = "e703fb7ba797bdc29796dbdce9b4847ed211fa25e51bf2d29d6fac5645a2c370";
    assertThat(takes(meta, post(body, "X-Hub-Signature-256", "sha256=" + digest))).isTrue();
    assertThat(
            takes(
                verification("websub", "websub-secret"),
                post(
                    "<feed xmlns=\"http://www.w3.org/2005/Atom\"></feed>",
                    "X-Hub-Signature",
                    "sha1=5f57db75e83c46beb5711e2ea2c3aee2160ce47c")))
        .isTrue();
  }

  @Test
  void eachOfBoxsKeysCountsAndItsVersionMustBeKnown() {
    String time = "2023-11-14T22:13:20+00:00";
    String[] headers = {
      "BOX-SIGNATURE-VERSION",
      "1",
      "BOX-SIGNATURE-ALGORITHM",
      "HmacSHA256",
      "BOX-DELIVERY-TIMESTAMP",
      time,
      "BOX-SIGNATURE-PRIMARY",
      hmac("lost", "{}" + time),
      "BOX-SIGNATURE-SECONDARY",
      hmac("two", "{}" + time)
    };
    Verification box = verification("box", "one:two");
    assertThat(takes(box, post("{}", headers))).isTrue();
    assertThat(takes(verification("box", "two:one"), post("{}", headers))).isFalse();
    assertThat(reason(box.check(post("{}", headers), (NOW - 1) * 1000)))
        .isEqualTo(Reason.TIMESTAMP_OUT_OF_TOLERANCE);
    headers[1] = "2";
    assertThat(takes(box, post("{}", headers))).isFalse();
  }

  @Test
  void everyAdyenItemMustBeSigned() {
    String right =
        "{\"NotificationRequestItem\":{\"pspReference\":\"p\",\"amount\":{\"value\":1,\"currency\":"
            + "\"EUR\"},\"eventCode\":\"A\",\"success\":\"true\",\"additionalData\":{"
            + "\"hmacSignature\":\""
            + base64("HmacSHA256", new byte[] {1, 2}, "p::::1:EUR:A:true")
            + "\"}}}";
    Verification adyen = verification("adyen", "0102");
    assertThat(takes(adyen, post("{\"notificationItems\":[" + right + "," + right + "]}")))
        .isTrue();
    assertThat(
            takes(
                adyen,
                post(
                    "{\"notificationItems\":[" + right + "," + right.replace("EUR", "USD") + "]}")))
        .isFalse();
    assertThat(takes(adyen, post("{\"notificationItems\":[" + right + ",{}]}"))).isFalse();
    assertThat(reason(check(adyen, post("{\"notificationItems\":[]}"))))
        .isEqualTo(Reason.SIGNATURE_MISSING);
  }

  @Test
  void polarTakesBothReadingsOfASecretAndWooCommerceDecodesEntities() {
    String secret = Base64.getEncoder().encodeToString(bytes("polar key"));
    for (byte[] key : List.of(bytes(secret), bytes("polar key"))) {
      SignedRequest request =
          post(
              "{}",
              "webhook-id",
              "m",
              "webhook-timestamp",
              Long.toString(NOW),
              "webhook-signature",
              "v1," + base64("HmacSHA256", key, "m." + NOW + ".{}"));
      assertThat(takes(verification("polar", secret), request)).isTrue();
    }
    assertThat(
            takes(
                verification("woocommerce", "a&amp;b"),
                post("{}", "X-WC-Webhook-Signature", hmac("a&b", "{}"))))
        .isTrue();
  }

  private static String jwt(String header, String claims, String key) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String text =
        encoder.encodeToString(bytes(header)) + "." + encoder.encodeToString(bytes(claims));
    return text + "." + encoder.encodeToString(Requests.mac("HmacSHA256", bytes(key), text));
  }

  @ParameterizedTest
  @CsvSource({
    "HS256, next, Upstash, 10, true",
    "HS256, other, Upstash, 10, false",
    "HS256, next, Someone, 10, false",
    "HS256, next, Upstash, 0, false",
    "none, next, Upstash, 10, false",
    "HS512, next, Upstash, 10, false",
  })
  void aTokenIsTakenOnlyAsItsProviderMakesIt(
      String algorithm, String key, String issuer, long left, boolean taken) throws Exception {
    String digest =
        Base64.getUrlEncoder()
            .encodeToString(java.security.MessageDigest.getInstance("SHA-256").digest(bytes("{}")));
    String claims =
        "{\"iss\":\"%s\",\"sub\":\"%s\",\"exp\":%d,\"body\":\"%s\"}"
            .formatted(issuer, URL, NOW + left, digest);
    String token = jwt("{\"alg\":\"" + algorithm + "\"}", claims, key);
    Verification qstash = verification("qstash", "current:next");
    assertThat(takes(qstash, post("{}", "Upstash-Signature", token))).isEqualTo(taken);
    assertThat(takes(qstash, post("[]", "Upstash-Signature", token))).isFalse();
  }

  @Test
  void mailgunAndContentfulRefuseAtTheEdgeOfTheirTolerance() {
    Verification mailgun = verification("mailgun", "s");
    String body =
        "{\"signature\":{\"timestamp\":\"%d\",\"token\":\"t\",\"signature\":\"%s\"}}"
            .formatted(NOW, hex("HmacSHA256", "s", NOW + "t"));
    assertThat(mailgun.check(post(body), (NOW + 899) * 1000))
        .isEqualTo(new Verdict.Verified("t", NOW * 1000));
    assertThat(reason(mailgun.check(post(body), (NOW + 900) * 1000)))
        .isEqualTo(Reason.TIMESTAMP_OUT_OF_TOLERANCE);
  }

  @Test
  void postmarkMayShowItsSecretInAnotherHeader() {
    Verification basic = verification("postmark", "user:password");
    String shown = "Basic " + Base64.getEncoder().encodeToString(bytes("user:password"));
    assertThat(takes(basic, post("{}", "Authorization", shown))).isTrue();
    assertThat(takes(basic, post("{}", "X-Hook-Token", "user:password"))).isFalse();
    Verification custom =
        Verification.compile(
            new VerificationFields("postmark", new Secret("any text"), "X-Hook-Token", null),
            "postmark",
            URL);
    assertThat(takes(custom, post("{}", "x-hook-token", "any text"))).isTrue();
    assertThat(takes(custom, post("{}", "x-hook-token", "any tex"))).isFalse();
    assertThat(takes(custom, post("{}", "Authorization", shown))).isFalse();
    assertThat(reason(check(custom, post("{}", "x-hook-token", ""))))
        .isEqualTo(Reason.SIGNATURE_MISSING);
  }

  @Test
  void mailgunSignsFieldsOfAFormWithFilesToo() {
    Verification mailgun = verification("mailgun", "key");
    String signature = hex("HmacSHA256", "key", NOW + "token-1");
    assertThat(takes(mailgun, multipart(NOW + "", "token-1", signature))).isTrue();
    assertThat(takes(mailgun, multipart(NOW + "", "token-2", signature))).isFalse();
    assertThat(reason(check(mailgun, multipart(NOW + "", "", signature))))
        .isEqualTo(Reason.SIGNATURE_MISSING);
    assertThat(takes(mailgun, post("--b", "Content-Type", "multipart/form-data; boundary=b")))
        .isFalse();
    assertThat(mailgun.onceForMillis()).isEqualTo(960_000);
    assertThat(verification("mailgun", "key", "{\"tolerance_seconds\": 60}").onceForMillis())
        .isEqualTo(120_000);
    assertThat(verification("stripe", "whsec_x").onceForMillis()).isZero();
  }

  /** A mail that is passed on: a part for each of its many headers, and a file. */
  private static SignedRequest multipart(String timestamp, String token, String signature) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      part(body, "name=\"Received-" + i + "\"", "from somewhere");
    }
    part(body, "name=\"attachment-1\"; filename=\"token.bin\"", "\r\n--no boundary\r\n");
    part(body, "name=\"timestamp\"", timestamp);
    part(body, "name=\"token\"", token);
    part(body, "name=\"signature\"", signature);
    return post(
        body + "--b0undary--\r\n", "Content-Type", "multipart/form-data; boundary=\"b0undary\"");
  }

  private static void part(StringBuilder body, String disposition, String content) {
    body.append("--b0undary\r\nContent-Disposition: form-data; ")
        .append(disposition)
        .append("\r\n\r\n")
        .append(content)
        .append("\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/a.pem",
        "https://evil.example/sns.us-east-1.amazonaws.com/a.pem",
        "http://sns.us-east-1.amazonaws.com/a.pem",
        "https://s3.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com:8443/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.txt",
        "https://sns.us-east-1.amazonaws.com/a.txt#.pem",
        "https://snsxus-east-1.amazonaws.com/a.pem",
        "file:///etc/a.pem",
        "https://sns.a b.amazonaws.com/a.pem",
      })
  void aCertificateIsAskedFromAmazonAlone(String url) {
    Verification sns = verification("aws-sns", "");
    String message =
        """
        {"Type": "Notification", "SignatureVersion": "2", "Signature": "AAAA", "SigningCertURL": "%s"}
        """;
    assertThat(reason(check(sns, post(message.formatted(url)))))
        .isEqualTo(Reason.SIGNATURE_INVALID);
    String right = "https://sns.cn-north-1.amazonaws.com.cn/a.pem";
    assertThat(check(sns, post(message.formatted(right))))
        .isEqualTo(new Verdict.NeedsKey(new Fetch(right, null)));
  }

  @Test
  void aPinnedCertificateAndANamedTopicNeedNothingFetched() {
    List<Vector> vectors =
        Vector.all().stream().filter(vector -> vector.provider().equals("aws-sns")).toList();
    assertThat(vectors).hasSize(5);
    for (Vector vector : vectors) {
      Verdict pinned = vector.verification().check(vector.request(), vector.nowMillis());
      assertThat(pinned instanceof Verdict.Verified).isEqualTo(vector.valid());
      Verdict elsewhere =
          vector
              .verification("arn:aws:sns:us-east-1:1:other")
              .check(vector.request(), vector.nowMillis(), vector.certificates());
      assertThat(reason(elsewhere)).isEqualTo(Reason.SIGNATURE_INVALID);
    }
  }
}
