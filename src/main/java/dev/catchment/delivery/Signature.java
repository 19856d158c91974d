package dev.catchment.delivery;

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

/**
 * The headers that prove to a receiver who sent a body: HMAC over the bytes sent, or Standard
 * Webhooks (github.com/standard-webhooks, version 1). Pure.
 */
public final class Signature {
  private Signature() {}

  /**
   * The signature headers of one attempt.
   *
   * @param config {@code secret}, {@code algorithm}, {@code header}, {@code prefix}, {@code
   *     include_timestamp}, {@code timestamp_header}, {@code previous_secrets}
   * @param headerPrefix the prefix of the product's own headers, such as {@code X-hookstream-}
   * @param unixSeconds the time of the attempt
   */
  public static List<Map.Entry<String, String>> headers(
      Json.Obj config, String headerPrefix, String eventId, long unixSeconds, byte[] body) {
    String algorithm = config.textOf("algorithm", "sha256");
    return algorithm.equals("standard_webhooks")
        ? standardWebhooks(config, eventId, unixSeconds, body)
        : hmac(config, algorithm, headerPrefix, unixSeconds, body);
  }

  private static List<Map.Entry<String, String>> hmac(
      Json.Obj config, String algorithm, String headerPrefix, long unixSeconds, byte[] body) {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    boolean stamped = config.get("include_timestamp") instanceof Json.Bool flag && flag.value();
    byte[] signed = body;
    if (stamped) {
      headers.add(
          Map.entry(
              config.textOf("timestamp_header", headerPrefix + "Timestamp"),
              Long.toString(unixSeconds)));
      signed = joined(unixSeconds + ".", body);
    }
    byte[] secret = config.textOf("secret", "").getBytes(StandardCharsets.UTF_8);
    String digest =
        HexFormat.of()
            .formatHex(mac(algorithm.equals("sha1") ? "HmacSHA1" : "HmacSHA256", secret, signed));
    headers.add(
        Map.entry(
            config.textOf("header", headerPrefix + "Signature"),
            config.textOf("prefix", algorithm + "=") + digest));
    return headers;
  }

  private static List<Map.Entry<String, String>> standardWebhooks(
      Json.Obj config, String eventId, long unixSeconds, byte[] body) {
    List<String> secrets = new ArrayList<>();
    secrets.add(config.textOf("secret", ""));
    if (config.get("previous_secrets") instanceof Json.Arr previous) {
      previous.items().forEach(item -> secrets.add(((Json.Str) item).value()));
    }
    byte[] signed = joined(eventId + "." + unixSeconds + ".", body);
    List<String> signatures = new ArrayList<>();
    for (String secret : secrets) {
      byte[] key = standardWebhooksKey(secret);
      if (key != null) {
        signatures.add("v1," + Base64.getEncoder().encodeToString(mac("HmacSHA256", key, signed)));
      }
    }
    return List.of(
        Map.entry("webhook-id", eventId),
        Map.entry("webhook-timestamp", Long.toString(unixSeconds)),
        Map.entry("webhook-signature", String.join(" ", signatures)));
  }

  /** The key behind {@code whsec_<base64>} or bare base64; null when it is neither. */
  public static byte @Nullable [] standardWebhooksKey(String secret) {
    String base64 = secret.startsWith("whsec_") ? secret.substring(6) : secret;
    try {
      byte[] key = Base64.getDecoder().decode(base64);
      return key.length == 0 ? null : key;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static byte[] mac(String algorithm, byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has " + algorithm, e);
    }
  }

  private static byte[] joined(String head, byte[] body) {
    byte[] start = head.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[start.length + body.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(body, 0, all, start.length, body.length);
    return all;
  }
}
