package dev.catchment.verify;

import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Makes requests and verifiers for tables, and signs on its own. */
final class Requests {
  static final String URL = "https://hooks.example.com/ingest/a";
  static final long NOW = 1_700_000_000L;

  private Requests() {}

  /** A POST of {@code body} with headers given as name, value, name, value. */
  static SignedRequest post(String body, String... headers) {
    return request("POST", URL, body, headers);
  }

  static SignedRequest get(String url) {
    return request("GET", url, "");
  }

  static SignedRequest request(String method, String url, String body, String... headers) {
    List<Map.Entry<String, String>> lines = new ArrayList<>();
    for (int i = 0; i < headers.length; i += 2) {
      lines.add(Map.entry(headers[i], headers[i + 1]));
    }
    return new SignedRequest(method, url, lines, body.getBytes(StandardCharsets.UTF_8));
  }

  static Verification verification(String type, String secret) {
    return verification(type, secret, "{}");
  }

  static Verification verification(String type, String secret, String config) {
    return Verification.compile(fields(type, secret, config), null, URL);
  }

  static VerificationFields fields(String type, @Nullable String secret, String config) {
    return new VerificationFields(
        type, secret == null ? null : new Secret(secret), null, (Json.Obj) Json.read(config));
  }

  static Verdict check(Verification verification, SignedRequest request) {
    return verification.check(request, NOW * 1000);
  }

  static boolean takes(Verification verification, SignedRequest request) {
    return check(verification, request) instanceof Verdict.Verified;
  }

  /** The reason of a refusal; null when there was none. */
  static @Nullable Reason reason(Verdict verdict) {
    return verdict instanceof Verdict.Refused refused ? refused.reason() : null;
  }

  static String hex(String algorithm, String key, String text) {
    return HexFormat.of().formatHex(mac(algorithm, bytes(key), text));
  }

  static String base64(String algorithm, byte[] key, String text) {
    return Base64.getEncoder().encodeToString(mac(algorithm, key, text));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] mac(String algorithm, byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return mac.doFinal(bytes(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
