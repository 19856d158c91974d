package dev.catchment.trial;

import dev.catchment.ingest.Source;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * One test session.
 *
 * @param source its source, which is ephemeral and has the same id
 * @param requestCount how many requests it took
 * @param lastStatus what the receiver of the last forwarded request answered; null for no answer
 * @param lastError why there was no answer, in one sentence; null for none
 */
public record TestSession(
    Source source, long requestCount, @Nullable Integer lastStatus, @Nullable String lastError) {

  /** The member of {@code source_config} that says where requests are forwarded to. */
  static final String FORWARDING = "forwarding";

  /** The member of {@code source_config} that says how requests are answered. */
  static final String RESPONSE = "response";

  /** The member of a response that says for how many milliseconds it is held back. */
  static final String DELAY = "delay_ms";

  /**
   * Where requests are forwarded to.
   *
   * @param url null for nowhere
   */
  public record Forwarding(@Nullable String url, boolean enabled) {
    /** Nowhere so far. */
    static final Forwarding NONE = new Forwarding(null, true);

    static Forwarding of(Source source) {
      return source.config() != null && source.config().get(FORWARDING) instanceof Json.Obj object
          ? new Forwarding(
              object.get("url") instanceof Json.Str(String url) ? url : null,
              !Json.of(false).equals(object.get("enabled")))
          : NONE;
    }

    Json.Obj json() {
      return Json.object().put("url", url).put("enabled", enabled).build();
    }
  }

  public String id() {
    return source.id();
  }

  /** Milliseconds since 1970. */
  public long expiresAt() {
    return term().expiresAt();
  }

  /** How many requests it takes in all. */
  public int requestLimit() {
    return term().requestLimit();
  }

  private Source.Term term() {
    Source.Term term = source.term();
    if (term == null) {
      throw new IllegalStateException("A test session is ephemeral");
    }
    return term;
  }

  /**
   * How requests are answered, in the form of {@code response} in a {@code source_config}; null for
   * the usual way.
   */
  public Json.@Nullable Obj response() {
    return source.config() != null && source.config().get(RESPONSE) instanceof Json.Obj object
        ? object
        : null;
  }

  /** Where requests are forwarded to. */
  public Forwarding forwarding() {
    return Forwarding.of(source);
  }
}
