package dev.catchment.verify;

import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the requests by which a provider probes an ingest URL, and knows the answer. Compiled
 * once for each state of a source; stores nothing and calls nothing.
 */
public final class Handshake {
  /** A provider's own way. */
  @FunctionalInterface
  interface Way {
    /** The answer; null when the request is no handshake. */
    @Nullable Answer answer(SignedRequest request);
  }

  private static final Way NONE = request -> null;

  private final Way way;

  private Handshake(Way way) {
    this.way = way;
  }

  /**
   * The handshakes of a source. Throws nothing: a secret that is none of the scheme is seen by
   * {@link Verification#compile}.
   *
   * @param fields its verification; the secret may still be missing
   * @param template the slug of its template; null leaves the verification type to say who sends
   * @param sourceConfig {@code source_config} in the clear: {@code verify_token} for Meta, {@code
   *     topic} for a WebSub subscription that was asked for and {@code former_topic} for one that
   *     was asked to end
   */
  public static Handshake compile(
      VerificationFields fields, @Nullable String template, Json.@Nullable Obj sourceConfig) {
    String slug =
        template != null || fields.type() == null
            ? template
            : Types.find(fields.type()).orElse(null);
    Secret secret = fields.secret();
    String text = secret == null || secret.reveal().isBlank() ? null : secret.reveal();
    Json.Obj config = sourceConfig == null ? Json.object().build() : sourceConfig;
    return new Handshake(
        switch (slug) {
          case "meta" -> new HubChallenge.Meta(Jwt.text(config, "verify_token"));
          case "websub" ->
              new HubChallenge.WebSub(Jwt.text(config, "topic"), Jwt.text(config, "former_topic"));
          case "aws-sns" -> Confirmations.amazonSns(fields);
          case "asana" -> Confirmations.asana(text);
          case "notion" -> Confirmations.notion(text);
          case "twitter" -> text == null ? NONE : Challenges.twitter(text);
          case "zoom" -> text == null ? NONE : Challenges.zoom(text);
          case "braintree" ->
              text == null || text.indexOf(':') < 1 ? NONE : Challenges.braintree(text);
          case null -> NONE;
          default -> Challenges.find(slug).orElse(NONE);
        });
  }

  /** The answer, if the request is a handshake. Throws nothing. */
  public Optional<Answer> answer(SignedRequest request) {
    try {
      return Optional.ofNullable(way.answer(request));
    } catch (RuntimeException e) {
      // What cannot be read is no handshake; its verification says what is wrong with it.
      return Optional.empty();
    }
  }
}
