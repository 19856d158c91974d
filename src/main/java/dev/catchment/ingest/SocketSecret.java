package dev.catchment.ingest;

import dev.catchment.base.Secret;
import dev.catchment.base.Sha256;
import dev.catchment.json.Json;
import dev.catchment.verify.VerificationFields;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether whoever opens a connection knows the secret of a websocket source. */
final class SocketSecret {
  private SocketSecret() {}

  /** The refusal of a connection; empty when it may be opened. */
  static Optional<Refusal> refusal(SourceRules.Verifying rule, List<String> given) {
    if (!rule.enabled()) {
      return Optional.empty();
    }
    List<byte[]> known = known(rule.fields());
    if (known.isEmpty()) {
      return Optional.of(Refusal.signature(Reason.VERIFIER_MISCONFIGURED, "There is no secret"));
    }
    if (given.isEmpty()) {
      return Optional.of(Refusal.signature(Reason.SIGNATURE_MISSING, "No secret was given"));
    }
    boolean fits = false;
    for (String one : given) {
      byte[] digest = Sha256.of(one);
      for (byte[] secret : known) {
        // No short cut: how long it takes must not tell which one is near.
        fits |= MessageDigest.isEqual(digest, secret);
      }
    }
    return fits
        ? Optional.empty()
        : Optional.of(Refusal.signature(Reason.SIGNATURE_INVALID, "The secret is another one"));
  }

  private static List<byte[]> known(VerificationFields fields) {
    List<byte[]> known = new ArrayList<>();
    Secret secret = fields.secret();
    if (secret != null) {
      known.add(Sha256.of(secret.reveal()));
    }
    if (fields.config() != null && fields.config().get("secrets") instanceof Json.Arr more) {
      for (Json one : more.items()) {
        if (one instanceof Json.Str(String text) && !text.isEmpty()) {
          known.add(Sha256.of(text));
        }
      }
    }
    return known;
  }
}
