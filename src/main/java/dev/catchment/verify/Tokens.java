package dev.catchment.verify;

import dev.catchment.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Schemes in which a signed token carries digests of the request. */
final class Tokens {
  private static final Map<String, String> MACS =
      Map.of("HS256", "HmacSHA256", "HS384", "HmacSHA384", "HS512", "HmacSHA512");

  private Tokens() {}

  static Scheme compile(String type, Setup setup) {
    return switch (type) {
      case "messagebird" ->
          shared(
              "MessageBird-Signature-JWT",
              MACS.keySet().stream().toList(),
              5,
              setup,
              (jwt, request) -> messagebird(jwt, request, setup.url()));
      case "livekit" -> Schemes.each(setup, Tokens::livekit);
      case "qstash" -> qstash(setup);
      default -> Plaid.compile(setup);
    };
  }

  private static Scheme shared(
      String header,
      List<String> algorithms,
      long skewSeconds,
      Setup setup,
      BiConsumer<Jwt, SignedRequest> claims) {
    List<byte[]> keys =
        setup.secrets().stream()
            .map(secret -> secret.text().getBytes(StandardCharsets.UTF_8))
            .toList();
    return (request, moment) -> {
      Jwt jwt = Jwt.parse(request.required(header));
      String mac = algorithms.contains(jwt.algorithm()) ? MACS.get(jwt.algorithm()) : null;
      if (mac == null) {
        throw Refusal.invalid("The token's algorithm is not " + String.join(" or ", algorithms));
      }
      if (keys.stream().noneMatch(key -> signed(jwt, mac, key))) {
        throw Refusal.invalid("The token's signature does not fit the secret");
      }
      jwt.checkLifetime(moment.nowMillis(), skewSeconds);
      claims.accept(jwt, request);
      Long issued = jwt.time("iat");
      return new Verdict.Verified(jwt.claim("jti"), issued == null ? null : issued * 1000);
    };
  }

  private static boolean signed(Jwt jwt, String algorithm, byte[] key) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return MessageDigest.isEqual(mac.doFinal(jwt.signed()), jwt.signature());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has " + algorithm, e);
    }
  }

  private static void messagebird(Jwt jwt, SignedRequest request, PublicUrl url) {
    issuer(jwt, "MessageBird");
    if (jwt.claim("jti") == null) {
      throw Refusal.invalid("The token has no jti");
    }
    boolean known =
        url.candidates(request).stream()
            .anyMatch(candidate ->
                digests(
                    jwt.claim("url_hash"),
                    Encoding.HEX,
                    candidate.getBytes(StandardCharsets.UTF_8)));
    if (!known) {
      throw Refusal.invalid("The token is for another URL");
    }
    if (jwt.claims().get("payload_hash") != null || request.body().length > 0) {
      body(jwt.claim("payload_hash"), Encoding.HEX, request);
    }
  }

  private static Scheme livekit(Setup setup) {
    Pair pair = Pair.of(setup.secrets().getFirst(), "API key:API secret");
    return shared(
        "Authorization",
        List.of("HS256"),
        10,
        setup.with(List.of(pair.second())),
        (jwt, request) -> {
          issuer(jwt, pair.first().text());
          body(jwt.claim("sha256"), Encoding.BASE64, request);
        });
  }

  private static Scheme qstash(Setup setup) {
    List<Setup.Named> keys = new ArrayList<>();
    for (Setup.Named secret : setup.secrets()) {
      Pair pair = Pair.of(secret, "current signing key:next signing key");
      keys.add(pair.first());
      keys.add(pair.second());
    }
    return shared(
        "Upstash-Signature",
        List.of("HS256"),
        0,
        setup.with(keys),
        (jwt, request) -> {
          issuer(jwt, "Upstash");
          String subject = jwt.claim("sub");
          if (subject == null || !setup.url().candidates(request).contains(subject)) {
            throw Refusal.invalid("The token is for another URL");
          }
          body(jwt.claim("body"), Encoding.BASE64URL, request);
        });
  }

  private static void issuer(Jwt jwt, String expected) {
    if (!expected.equals(jwt.claim("iss"))) {
      throw Refusal.invalid("The token is of another issuer");
    }
  }

  static void body(@Nullable String claim, Encoding encoding, SignedRequest request) {
    if (!digests(claim, encoding, request.body())) {
      throw Refusal.invalid("The token is for another body");
    }
  }

  private static boolean digests(@Nullable String claim, Encoding encoding, byte[] bytes) {
    byte[] digest = claim == null ? null : encoding.decode(claim);
    return digest != null && MessageDigest.isEqual(digest, Sha256.of(bytes));
  }
}
