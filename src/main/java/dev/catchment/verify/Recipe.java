package dev.catchment.verify;

import dev.catchment.base.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A signature scheme as data.
 *
 * @param idHeader the header behind {@code {id}}
 * @param stamp null when the scheme has no time
 */
record Recipe(
    Place place,
    Algorithm algorithm,
    Encoding encoding,
    Content content,
    @Nullable String idHeader,
    @Nullable Stamp stamp) {

  /** HMAC-SHA256 of the raw body in hex, alone in one header after {@code prefix}. */
  static Recipe header(String header, String prefix) {
    return at(new Place.Whole(header, prefix));
  }

  /** HMAC-SHA256 of the raw body in hex, in a header of entries beside the time. */
  static Recipe entries(String header, String separator, String time, String signature) {
    return at(new Place.Listed(header, separator, time, signature, Limits.SIGNATURES_MAX));
  }

  static Recipe at(Place place) {
    return new Recipe(
        place, Algorithm.HMAC_SHA256, Encoding.HEX, Content.parse("{body}"), null, null);
  }

  Recipe by(Algorithm other) {
    return new Recipe(place, other, encoding, content, idHeader, stamp);
  }

  Recipe in(Encoding other) {
    return new Recipe(place, algorithm, other, content, idHeader, stamp);
  }

  Recipe base64() {
    return in(Encoding.BASE64);
  }

  Recipe signing(String template) {
    return new Recipe(place, algorithm, encoding, Content.parse(template), idHeader, stamp);
  }

  Recipe id(String header) {
    return new Recipe(place, algorithm, encoding, content, header, stamp);
  }

  /** With the time in a header. */
  Recipe time(String header, Stamp.Unit unit, Window window) {
    return stamped(new Stamp(Stamp.Origin.HEADER, header, unit, window));
  }

  /** With the time in an entry of the signature header. */
  Recipe entryTime(Stamp.Unit unit, Window window) {
    return stamped(new Stamp(Stamp.Origin.ENTRY, "", unit, window));
  }

  /** With the time in a member of the JSON body. */
  Recipe bodyTime(String member, Stamp.Unit unit, Window window) {
    return stamped(new Stamp(Stamp.Origin.BODY, member, unit, window));
  }

  private Recipe stamped(Stamp other) {
    return new Recipe(place, algorithm, encoding, content, idHeader, other);
  }

  /** With the header and tolerance of the source where it names its own. */
  Recipe adjusted(Setup setup) {
    Place adjusted = setup.header() == null ? place : place.in(setup.header());
    return new Recipe(
        adjusted, algorithm, encoding, content, idHeader, stampWith(setup.options().tolerance()));
  }

  private @Nullable Stamp stampWith(@Nullable Integer tolerance) {
    return stamp == null
        ? null
        : new Stamp(stamp.origin(), stamp.name(), stamp.unit(), stamp.window().with(tolerance));
  }

  /** Ready to judge by these secrets; one that is no key of this scheme is a {@link Failure}. */
  RecipeScheme with(Setup setup, KeyForm keyForm) {
    return new RecipeScheme(
        adjusted(setup),
        setup.secrets().stream().flatMap(secret -> signatories(secret, keyForm).stream()).toList(),
        setup.url());
  }

  private List<Signatory> signatories(Setup.Named secret, KeyForm keyForm) {
    String text = secret.text();
    return switch (algorithm) {
      case HMAC_SHA1, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512 ->
          keyForm.keys(text, secret.field()).stream()
              .<Signatory>map(key -> Signatory.Shared.of(algorithm, key))
              .toList();
      case SHA1, SHA256 ->
          keyForm.keys(text, secret.field()).stream()
              .<Signatory>map(key -> new Signatory.Hashed(algorithm, key))
              .toList();
      case ED25519 ->
          List.of(
              new Signatory.Public(algorithm, PublicKeys.ed25519(text, encoding, secret.field())));
      case ECDSA_SHA256 ->
          List.of(new Signatory.Public(algorithm, PublicKeys.p256(text, secret.field())));
    };
  }
}
