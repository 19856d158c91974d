package dev.catchment.verify;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges by a recipe: the cheap refusals first, then each key against each signature. */
record RecipeScheme(Recipe recipe, List<Signatory> signatories, PublicUrl url) implements Scheme {
  @Override
  public Verdict check(SignedRequest request, Moment moment) {
    Place.Found found = recipe.place().find(request);
    String timestamp = timestamp(request, found);
    Stamp stamp = recipe.stamp();
    Long time =
        stamp == null || timestamp == null ? null : stamp.check(timestamp, moment.nowMillis());
    String id = recipe.idHeader() == null ? null : request.required(recipe.idHeader());
    List<byte[]> signatures = decoded(found.signatures());
    List<String> urls = recipe.content().signsUrl() ? url.candidates(request) : List.of("");
    for (String candidate : urls) {
      Content.Filled message = recipe.content().fill(request, timestamp, id, candidate);
      for (Signatory signatory : signatories) {
        if (signatory.signed(message, signatures)) {
          return verified(request, moment, id, time);
        }
      }
    }
    throw Refusal.invalid(
        "No signature fits " + (signatories.size() == 1 ? "the secret" : "any of the secrets"));
  }

  private Verdict verified(
      SignedRequest request, Moment moment, @Nullable String id, @Nullable Long time) {
    Stamp stamp = recipe.stamp();
    return stamp != null && stamp.origin() == Stamp.Origin.BODY
        ? new Verdict.Verified(id, stamp.checkBody(request.body(), moment.nowMillis()))
        : new Verdict.Verified(id, time);
  }

  private @Nullable String timestamp(SignedRequest request, Place.Found found) {
    Stamp stamp = recipe.stamp();
    if (stamp == null) {
      return null;
    }
    return switch (stamp.origin()) {
      case HEADER -> request.required(stamp.name());
      case ENTRY -> found.timestamp();
      case BODY -> null;
    };
  }

  private List<byte[]> decoded(List<String> texts) {
    List<byte[]> signatures = new ArrayList<>(texts.size());
    for (String text : texts) {
      byte[] signature = recipe.encoding().decode(text);
      if (signature != null && recipe.algorithm().isLength(signature.length)) {
        signatures.add(signature);
      }
    }
    if (signatures.isEmpty()) {
      throw Refusal.invalid(
          "The signature is not " + recipe.encoding().label() + " of the right length");
    }
    return signatures;
  }
}
