package dev.catchment.api;

import dev.catchment.access.Access;
import dev.catchment.access.Authentication;
import dev.catchment.access.Caller;
import dev.catchment.access.Credentials;
import dev.catchment.access.OriginRule;
import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.http.Request;
import dev.catchment.json.Json;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in: by credential, scope or role, named environment, and origin of the page. Safe
 * for use by several threads.
 */
public final class Gate {
  private final Access access;
  private final OriginRule origins;

  public Gate(Access access, OriginRule origins) {
    this.access = access;
    this.origins = origins;
  }

  /**
   * A change that was let in, with its body.
   *
   * @param caller in the environment that the request names
   */
  public record Change(Caller caller, Input input) {
    public Scope scope() {
      return caller.scope();
    }
  }

  /**
   * Where a request that only reads may look.
   *
   * @param segment the first segment after {@code /v1/}, e.g. {@code collections}
   * @throws Failure {@code UNAUTHENTICATED}, {@code FORBIDDEN}, or {@code NOT_FOUND} for the
   *     environment it names
   */
  public Scope read(Request request, String segment) {
    Caller caller = known(request, false);
    caller.require(segment, false);
    return placed(caller, request, null).scope();
  }

  /** Where a request that changes something without a body may do so; throws as {@link #read}. */
  public Scope write(Request request, String segment) {
    Caller caller = known(request, true);
    caller.require(segment, true);
    return placed(caller, request, null).scope();
  }

  /**
   * A request that changes something by its body. Who may not is told so before the body is looked
   * at.
   *
   * @throws Failure as {@link #read}, and {@code INVALID} when the body is not a JSON object
   */
  public Change change(Request request, String segment) {
    Caller caller = known(request, true);
    caller.require(segment, true);
    Input input = Input.parse(request.body());
    return new Change(placed(caller, request, input), input);
  }

  /**
   * Who is calling, in an environment of its own, whatever it may do; a change by cookie must come
   * from a page that is allowed.
   */
  public Caller known(Request request, boolean write) {
    return known(
        request,
        request.headers().first("X-API-Key").orElse(null),
        request.headers().first("Authorization").orElse(null),
        write,
        access::authenticate);
  }

  /**
   * Who opens a connection that stays open, in the environment that the request names. Clients that
   * cannot set headers give their key in the query parameter {@code token}. A cookie counts only if
   * it comes from a page that is allowed, because browsers let any page open a WebSocket.
   */
  public Caller opening(Request request) {
    return opening(request, access::authenticate);
  }

  /**
   * Who has opened such a connection, as that is answered now; a session does not live longer by
   * being asked for.
   */
  Caller openedBy(Request request) {
    return opening(request, access::authenticateAgain);
  }

  private Caller opening(Request request, Function<Credentials, Authentication> authentication) {
    String key = request.headers().first("X-API-Key").orElse(null);
    String bearer = request.headers().first("Authorization").orElse(null);
    String token = request.query().first("token").orElse(null);
    Caller caller =
        key == null
            ? known(request, token, bearer, true, authentication)
            : known(
                request,
                key,
                bearer == null && token != null ? "Bearer " + token : bearer,
                true,
                authentication);
    return placed(caller, request, null);
  }

  private Caller known(
      Request request,
      @Nullable String key,
      @Nullable String authorization,
      boolean write,
      Function<Credentials, Authentication> authentication) {
    Caller caller =
        authentication
            .apply(new Credentials(key, authorization, request.headers().all("Cookie")))
            .require();
    if (write
        && caller.byCookie()
        && !origins.allows(request.headers().first("Origin").orElse(null), request.head().host())) {
      throw new Failure(Failure.Code.FORBIDDEN, "Forbidden", null);
    }
    return caller;
  }

  /** The caller in the environment that query, body or header name, in this order. */
  public Caller placed(Caller caller, Request request, @Nullable Input input) {
    Params params = Params.of(request);
    Caller placed = access.inEnvironment(caller, params.text("org_id"), params.text("env_id"));
    boolean unnamed = params.text("env_id") == null;
    if (input != null) {
      String environment = named(input, "env_id");
      placed = access.inEnvironment(placed, named(input, "org_id"), environment);
      unnamed = unnamed && environment == null;
    }
    return unnamed
        ? access.inEnvironment(placed, null, request.headers().first("X-Env-Id").orElse(null))
        : placed;
  }

  private static @Nullable String named(Input input, String field) {
    return switch (input.body().get(field)) {
      case Json.Str text -> text.value();
      case null -> null;
      default -> throw Failure.body(field, "must be an id");
    };
  }
}
