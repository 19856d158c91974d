package dev.catchment.verify;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Plaid signs with keys of its own, named in the header of its token. A source holds the key, or
 * the credentials by which Plaid hands it out.
 *
 * @param accounts whom Plaid is asked for, in the order of the secrets
 */
record Plaid(List<Key> keys, List<Account> accounts, Window window) implements Scheme {
  private static final Window TOLERANCE = Window.past(300);
  private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  /** A key that the source holds. */
  private record Key(@Nullable String id, PublicKey key) {}

  /**
   * What Plaid asks for when it hands out a key.
   *
   * @param url of the environment that the credentials are for
   */
  private record Account(String url, String clientId, Secret secret) {
    Fetch fetch(String keyId) {
      String json =
          Json.object()
              .put("client_id", clientId)
              .put("secret", secret.reveal())
              .put("key_id", keyId)
              .build()
              .text();
      return new Fetch(url, new Secret(json));
    }
  }

  /** From secrets that are JSON Web Keys or {@code client_id:secret}. */
  static Scheme compile(Setup setup) {
    String environment = setup.options().word("environment", List.of("production", "sandbox"));
    String url = "https://" + environment + ".plaid.com/webhook_verification_key/get";
    List<Key> keys = new ArrayList<>();
    List<Account> accounts = new ArrayList<>();
    for (Setup.Named secret : setup.secrets()) {
      if (secret.text().stripLeading().startsWith("{")) {
        keys.add(held(secret));
      } else {
        Pair pair =
            Pair.of(
                secret, "a P-256 public key as a JSON Web Key, or client_id:secret of an account");
        accounts.add(new Account(url, pair.first().text(), new Secret(pair.second().text())));
      }
    }
    return new Plaid(
        List.copyOf(keys), List.copyOf(accounts), TOLERANCE.with(setup.options().tolerance()));
  }

  private static Key held(Setup.Named secret) {
    Json json = Json.parse(secret.text()).orElse(Json.nil());
    PublicKey key = json instanceof Json.Obj jwk ? PublicKeys.p256(jwk) : null;
    if (key == null) {
      throw Failure.body(secret.field(), "must be a P-256 public key as a JSON Web Key");
    }
    return new Key(Jwt.text((Json.Obj) json, "kid"), key);
  }

  @Override
  public Verdict check(SignedRequest request, Moment moment) {
    Jwt jwt = Jwt.parse(request.required("Plaid-Verification"));
    if (!jwt.algorithm().equals("ES256")) {
      throw Refusal.invalid("The token's algorithm is not ES256");
    }
    String named = Jwt.text(jwt.header(), "kid");
    boolean signed =
        keys.stream()
            .filter(key -> named == null || key.id == null || key.id.equals(named))
            .anyMatch(key -> signed(jwt, key.key));
    if (signed) {
      return believed(jwt, request, moment);
    }
    if (accounts.isEmpty() || named == null || !KEY_ID.matcher(named).matches()) {
      throw misfit();
    }
    // What cannot be taken whoever signed it is no reason to ask.
    Verdict verdict = believed(jwt, request, moment);
    for (Account account : accounts) {
      Fetch fetch = account.fetch(named);
      Optional<byte[]> answer = moment.keys().find(fetch);
      if (answer.isEmpty()) {
        return new Verdict.NeedsKey(fetch);
      }
      PublicKey key = handedOut(answer.get(), named, jwt);
      if (key != null && signed(jwt, key)) {
        return verdict;
      }
    }
    throw misfit();
  }

  private static Refusal misfit() {
    return Refusal.invalid("The token's signature does not fit the key");
  }

  /** The verdict on a token that is signed as it should be. */
  private Verdict believed(Jwt jwt, SignedRequest request, Moment moment) {
    Long issued = jwt.time("iat");
    if (issued == null) {
      throw Refusal.invalid("The token has no iat");
    }
    window.check(issued * 1000, moment.nowMillis() / 1000 * 1000);
    Tokens.body(jwt.claim("request_body_sha256"), Encoding.HEX, request);
    return new Verdict.Verified(null, issued * 1000);
  }

  /** The key in Plaid's answer; null when it is another, or had expired when the token was made. */
  private static @Nullable PublicKey handedOut(byte[] answer, String id, Jwt jwt) {
    if (!(Json.parse(answer).orElse(Json.nil()) instanceof Json.Obj object)
        || !(object.get("key") instanceof Json.Obj jwk)
        || !id.equals(Jwt.text(jwk, "kid"))) {
      return null;
    }
    Long expired =
        jwk.get("expired_at") instanceof Json.Num number ? Stamp.number(number.text()) : null;
    Long issued = jwt.time("iat");
    return expired != null && issued != null && issued >= expired ? null : PublicKeys.p256(jwk);
  }

  private static boolean signed(Jwt jwt, PublicKey key) {
    try {
      Signature check = Signature.getInstance("SHA256withECDSAinP1363Format");
      check.initVerify(key);
      check.update(jwt.signed());
      return check.verify(jwt.signature());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
