package dev.catchment.verify;

import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request of {@code providers/provider-vectors.json}, made or judged by a provider's code. */
record Vector(String provider, Json.Obj row) {
  private static final Map<String, String> TEMPLATES =
      Map.of("facebook", "meta", "instagram", "meta", "whatsapp", "meta", "youtube", "websub");

  /** Providers without a template: their recipe is a general one with settings. */
  private static final Map<String, Map.Entry<String, Json.Obj>> UNCONFIRMED =
      Map.of(
          "bitbucket", Map.entry("X-Hub-Signature", config("hex", "sha256=")),
          "jira", Map.entry("X-Hub-Signature", config("hex", "sha256=")),
          "lemon-squeezy", Map.entry("X-Signature", config("hex", "")),
          "xero", Map.entry("x-xero-signature", config("base64", "")));

  static List<Vector> all() {
    try (InputStream in = Vector.class.getResourceAsStream("/providers/provider-vectors.json")) {
      List<Vector> vectors = new ArrayList<>();
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      for (Json row : ((Json.Arr) Json.parse(bytes).orElseThrow()).items()) {
        vectors.add(new Vector(text((Json.Obj) row, "provider"), (Json.Obj) row));
      }
      return vectors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Json.Obj config(String encoding, String prefix) {
    return Json.object().put("encoding", encoding).put("prefix", prefix).build();
  }

  /** The slug of the provider's template; null when it has none. */
  @Nullable String template() {
    return UNCONFIRMED.containsKey(provider) ? null : TEMPLATES.getOrDefault(provider, provider);
  }

  String secret() {
    return text(row, "secret");
  }

  boolean valid() {
    return Json.of(true).equals(row.get("valid"));
  }

  String why() {
    return text(row, "why");
  }

  long nowMillis() {
    return ((Json.Num) Objects.requireNonNull(row.get("now"))).value().longValue() * 1000;
  }

  Verification verification() {
    return verification(secret());
  }

  Verification verification(String secret) {
    Map.Entry<String, Json.Obj> general = UNCONFIRMED.get(provider);
    VerificationFields fields =
        general == null
            ? new VerificationFields(null, new Secret(secret), null, null)
            : new VerificationFields(
                "hmac_sha256", new Secret(secret), general.getKey(), general.getValue());
    String url = text(row, "url");
    return Verification.compile(fields, template(), url.split("\\?", 2)[0]);
  }

  SignedRequest request() {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    ((Json.Obj) Objects.requireNonNull(row.get("headers")))
        .members()
        .forEach((name, value) -> headers.add(Map.entry(name, ((Json.Str) value).value())));
    return new SignedRequest(
        text(row, "method"),
        text(row, "url"),
        headers,
        Base64.getDecoder().decode(text(row, "body_base64")));
  }

  /** Serves the certificate of the vector for any address, as its convention says. */
  KeySource certificates() {
    return fetch -> Optional.of(secret().getBytes(StandardCharsets.UTF_8));
  }

  Verdict verdict() {
    return verification().check(request(), nowMillis(), certificates());
  }

  static String text(Json.Obj object, String name) {
    return ((Json.Str) Objects.requireNonNull(object.get(name), name)).value();
  }

  @Override
  public String toString() {
    return provider + (valid() ? " takes: " : " refuses: ") + why();
  }
}
