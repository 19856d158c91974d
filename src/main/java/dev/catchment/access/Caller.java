package dev.catchment.access;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling, and in which environment.
 *
 * @param scope the environment the call acts in
 * @param via what the caller was recognised by
 * @param byCookie the credential came in a cookie, so a browser may have sent it unasked: a change
 *     needs an {@link OriginRule} check
 */
public record Caller(Scope scope, Via via, boolean byCookie) {
  private static final String KEYS_BY_KEY = "API keys cannot manage API keys";

  /** What a caller was recognised by. */
  public sealed interface Via {
    /**
     * Until when it lets anybody in, milliseconds since 1970; the session of a person who goes on
     * using it lives longer.
     */
    long endsAt();

    /**
     * An API key.
     *
     * @param endsAt the greatest number for a key without an end
     */
    record Key(String apiKeyId, ScopeWords scopes, long endsAt) implements Via {}

    /** The session of a person. */
    record Session(String sessionId, String userId, Role role, long endsAt) implements Via {}
  }

  /**
   * Whether the caller may act under a path segment.
   *
   * @param segment the first segment after {@code /v1/}, e.g. {@code collections}
   * @param write anything but GET and HEAD
   */
  public boolean may(String segment, boolean write) {
    return switch (via) {
      case Via.Key key -> key.scopes().may(segment, write);
      case Via.Session session -> session.role().may(segment, write);
    };
  }

  /** The same, as a demand: throws {@code FORBIDDEN} when the caller may not. */
  public void require(String segment, boolean write) {
    if (!may(segment, write)) {
      throw forbidden(segment.equals("auth") && isKey() ? KEYS_BY_KEY : "Forbidden");
    }
  }

  /** Whether the caller may do the moderators' part of the feeds. */
  public boolean mayModerateFeeds() {
    return switch (via) {
      case Via.Key key -> key.scopes().moderatesFeeds();
      case Via.Session session -> session.role().moderatesFeeds();
    };
  }

  /**
   * The session of an owner or administrator, for managing keys and people.
   *
   * @throws Failure {@code FORBIDDEN} for an API key and for every other role
   */
  public Via.Session governor() {
    return switch (via) {
      case Via.Key key -> throw forbidden(KEYS_BY_KEY);
      case Via.Session session when session.role().governs() -> session;
      case Via.Session session -> throw forbidden("Forbidden");
    };
  }

  public boolean isKey() {
    return via instanceof Via.Key;
  }

  /** The API key, null for a session. */
  public @Nullable String apiKeyId() {
    return via instanceof Via.Key key ? key.apiKeyId() : null;
  }

  /** The person, null for an API key. */
  public @Nullable String userId() {
    return via instanceof Via.Session session ? session.userId() : null;
  }

  /** The person's role, null for an API key. */
  public @Nullable Role role() {
    return via instanceof Via.Session session ? session.role() : null;
  }

  Caller in(Scope other) {
    return new Caller(other, via, byCookie);
  }

  private static Failure forbidden(String message) {
    return new Failure(Failure.Code.FORBIDDEN, message, null);
  }
}
