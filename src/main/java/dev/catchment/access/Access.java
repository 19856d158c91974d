package dev.catchment.access;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns credentials into a caller. Safe for use by several threads. */
public final class Access {
  /** What every key made by this server starts with. */
  private static final String KEY_START = "hs_";

  private final Database database;
  private final InstantSource clock;
  private final SessionCookie cookie;
  private final KeyCache keys;

  public Access(Database database, InstantSource clock, SessionCookie cookie) {
    this.database = database;
    this.clock = clock;
    this.cookie = cookie;
    this.keys = new KeyCache(database, clock);
  }

  /**
   * Tries {@code X-API-Key}, {@code Authorization: Bearer} and the session cookie in this order.
   * The first valid one decides; an invalid one does not end the search. May read the store, so it
   * is not for an event loop.
   */
  public Authentication authenticate(Credentials credentials) {
    return authenticate(credentials, true);
  }

  /** The same again for somebody who was let in before: a session does not live longer by it. */
  public Authentication authenticateAgain(Credentials credentials) {
    return authenticate(credentials, false);
  }

  private Authentication authenticate(Credentials credentials, boolean isUse) {
    List<String> presented = credentials.keys();
    for (String key : presented) {
      Optional<Authentication> known = byKey(key, false);
      if (known.isPresent()) {
        return known.get();
      }
    }
    boolean keyInCookie = false;
    for (String value : SessionCookie.values(credentials.cookies())) {
      Optional<Authentication> known = bySession(value, isUse).or(() -> byKey(value, true));
      if (known.isPresent()) {
        return known.get();
      }
      keyInCookie |= value.startsWith(KEY_START);
    }
    return new Authentication.Unknown(!presented.isEmpty() || keyInCookie);
  }

  private Optional<Authentication> byKey(String text, boolean byCookie) {
    return keys.find(text).flatMap(key -> gatewayCaller(key, byCookie));
  }

  private static Optional<Authentication> gatewayCaller(WorkingKey working, boolean byCookie) {
    ApiKey key = working.key();
    String envId = key.envId();
    if (key.kind() != ApiKey.Kind.GATEWAY || envId == null) {
      return Optional.empty();
    }
    if (working.orgDisabled()) {
      return Optional.of(new Authentication.Disabled());
    }
    Caller.Via via = new Caller.Via.Key(key.id(), working.scopes(), working.endsAt());
    return Optional.of(
        new Authentication.Known(new Caller(new Scope(key.orgId(), envId), via, byCookie)));
  }

  private Optional<Authentication> bySession(String value, boolean isUse) {
    return cookie
        .token(value)
        .flatMap(token -> database.read(tx -> Sessions.findSeat(tx, token)))
        .map(seat -> seated(seat, isUse));
  }

  private Authentication seated(Sessions.Seat seat, boolean isUse) {
    Session session = seat.session();
    if (seat.orgDisabled()) {
      return new Authentication.Disabled();
    }
    if (isUse && Sessions.isToProlong(session, clock.millis())) {
      // The answer need not wait: should this be lost, the next call prolongs it.
      var _ = database.submit(Durability.DERIVED, tx -> Sessions.prolong(tx, session));
    }
    Caller.Via via =
        new Caller.Via.Session(session.id(), session.userId(), seat.role(), session.expiresAt());
    return new Authentication.Known(new Caller(seat.scope(), via, true));
  }

  /**
   * The caller in the organization and environment that a request names. A session may name another
   * environment of its organization, a key only its own.
   *
   * @param orgId the member {@code org_id}, null when not named
   * @param environment the member {@code env_id} or the header {@code X-Env-Id}: an id or a slug,
   *     null when not named
   * @throws Failure {@code FORBIDDEN} for another organization, and for a key in another
   *     environment; {@code NOT_FOUND} for an environment a session cannot see
   */
  public Caller inEnvironment(Caller caller, @Nullable String orgId, @Nullable String environment) {
    Scope own = caller.scope();
    if (orgId != null && !Ids.parse(orgId).equals(Optional.of(own.orgId()))) {
      throw forbidden();
    }
    if (environment == null || Ids.parse(environment).equals(Optional.of(own.envId()))) {
      return caller;
    }
    Optional<Scope> named =
        database
            .read(tx -> Environments.find(tx, own.orgId(), environment))
            .map(Environment::scope);
    if (caller.isKey()) {
      if (named.equals(Optional.of(own))) {
        return caller;
      }
      throw forbidden();
    }
    return caller.in(named.orElseThrow(() -> Failure.notFound("Environment")));
  }

  /**
   * Makes an environment the current one of the caller's session, for this and all later calls.
   *
   * @throws Failure {@code FORBIDDEN} for an API key, {@code NOT_FOUND} for an environment the
   *     person cannot see
   */
  public Caller moveTo(Caller caller, String environment) {
    if (!(caller.via() instanceof Caller.Via.Session session)) {
      throw forbidden();
    }
    Caller moved = inEnvironment(caller, null, environment);
    database.write(tx -> Sessions.setEnvironment(tx, session.sessionId(), moved.scope().envId()));
    return moved;
  }

  /**
   * Who reads feeds. No other credential than this header opens them. May read the store when the
   * key was not used lately.
   *
   * @param apiKeys the values of all headers {@code X-API-Key}
   */
  public FeedAccess feedCaller(List<String> apiKeys) {
    List<String> texts =
        apiKeys.stream().map(String::strip).filter(text -> !text.isEmpty()).distinct().toList();
    if (texts.isEmpty()) {
      return new FeedAccess.Missing();
    }
    return texts.size() > 1
        ? new FeedAccess.Invalid()
        : keys.find(texts.getFirst()).map(Access::feedAccess).orElseGet(FeedAccess.Invalid::new);
  }

  private static FeedAccess feedAccess(WorkingKey working) {
    ApiKey key = working.key();
    return working.orgDisabled() || !working.scopes().readsFeeds()
        ? new FeedAccess.Forbidden()
        : new FeedAccess.Granted(new FeedCaller(key.orgId(), key.envId(), key.id()));
  }

  private static Failure forbidden() {
    return new Failure(Failure.Code.FORBIDDEN, "Forbidden", null);
  }
}
