package dev.catchment.api;

import dev.catchment.access.Accounts;
import dev.catchment.access.Client;
import dev.catchment.access.NewAccount;
import dev.catchment.access.OriginRule;
import dev.catchment.access.Session;
import dev.catchment.access.SessionCookie;
import dev.catchment.access.SignIn;
import dev.catchment.access.User;
import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.base.Times;
import dev.catchment.http.Handler;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import java.util.function.Function;

/**
 * Signing up, in and out under {@code /api/auth}, with the paths, bodies, cookies and error bodies
 * of Better Auth's e-mail-and-password API, so that its JavaScript client works unchanged.
 */
public final class AuthHandler {
  private static final int NAME_CHARS_MAX = 200;

  private final Accounts accounts;
  private final SessionCookie cookie;
  private final OriginRule origins;
  private final Function<Request, String> clientAddress;

  /**
   * @param clientAddress the address a request came from, as the rules for proxies give it
   */
  public AuthHandler(
      Accounts accounts,
      SessionCookie cookie,
      OriginRule origins,
      Function<Request, String> clientAddress) {
    this.accounts = accounts;
    this.cookie = cookie;
    this.origins = origins;
    this.clientAddress = clientAddress;
  }

  /** Adds the routes, which answer faults as {@code {code, message}} themselves. */
  public void addTo(Router router) {
    router
        .on("POST", "/api/auth/sign-up/email", changing(this::signUp))
        .on("POST", "/api/auth/sign-in/email", changing(this::signIn))
        .on("POST", "/api/auth/sign-out", changing(this::signOut))
        .on("GET", "/api/auth/get-session", answering(this::session));
  }

  /** Only for our own pages: a page of someone else must not sign a browser in or out. */
  private Handler changing(Handler handler) {
    return answering(request ->
        origins.allows(request.headers().first("Origin").orElse(null), request.head().host())
            ? handler.handle(request)
            : problem(403, "INVALID_ORIGIN", "Invalid origin"));
  }

  private static Handler answering(Handler handler) {
    return request -> {
      try {
        return handler.handle(request).with("Cache-Control", "no-store");
      } catch (AuthBody.Invalid e) {
        return problem(400, "VALIDATION_ERROR", String.valueOf(e.getMessage()));
      } catch (Failure e) {
        if (e.code() != Failure.Code.UNAVAILABLE) {
          throw e;
        }
        return problem(503, "SERVICE_UNAVAILABLE", e.sentence()).with("Retry-After", "1");
      }
    };
  }

  private Response signUp(Request request) {
    AuthBody body = AuthBody.parse(request.body());
    NewAccount account =
        new NewAccount(
            body.string("name", NAME_CHARS_MAX),
            body.string("email"),
            new Secret(body.string("password")),
            body.flag("rememberMe", true));
    return switch (accounts.signUp(account, client(request))) {
      case SignIn.Done done ->
          signedIn(done, Json.object().put("token", done.token()).put("user", user(done.user())));
      case SignIn.Refused refused -> refused(refused);
    };
  }

  private Response signIn(Request request) {
    AuthBody body = AuthBody.parse(request.body());
    SignIn result =
        accounts.signIn(
            body.string("email"),
            new Secret(body.string("password")),
            body.flag("rememberMe", true),
            client(request));
    return switch (result) {
      case SignIn.Done done ->
          signedIn(
              done,
              Json.object()
                  .put("redirect", false)
                  .put("token", done.token())
                  .put("user", user(done.user())));
      case SignIn.Refused refused -> refused(refused);
    };
  }

  private Response signOut(Request request) {
    accounts.signOut(request.headers().all("Cookie"));
    return Response.json(200, Json.object().put("success", true).build())
        .with("Set-Cookie", cookie.clear());
  }

  private Response session(Request request) {
    return accounts
        .session(request.headers().all("Cookie"))
        .map(done ->
            // Handed out again each time: the browser's seven days count from the last use.
            signedIn(
                done,
                Json.object()
                    .put("session", session(done.session(), done.token()))
                    .put("user", user(done.user()))))
        .orElseGet(() -> Response.json(200, Json.nil()));
  }

  private Client client(Request request) {
    return new Client(
        clientAddress.apply(request), request.headers().first("User-Agent").orElse(null));
  }

  private Response signedIn(SignIn.Done done, Json.ObjBuilder body) {
    return Response.json(200, body.build())
        .with("Set-Cookie", cookie.set(done.token(), done.session().remembered()));
  }

  private static Response refused(SignIn.Refused refused) {
    SignIn.Refusal refusal = refused.refusal();
    int status =
        switch (refusal) {
          case INVALID_EMAIL, PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG -> 400;
          case INVALID_EMAIL_OR_PASSWORD -> 401;
          case EMAIL_PASSWORD_SIGN_UP_DISABLED -> 403;
          case USER_ALREADY_EXISTS -> 422;
          case TOO_MANY_REQUESTS -> 429;
        };
    Response response = problem(status, refusal.name(), refusal.message());
    long seconds = Math.ceilDiv(refused.retryAfterMillis(), 1000L);
    return seconds == 0 ? response : response.with("Retry-After", Long.toString(seconds));
  }

  private static Response problem(int status, String code, String message) {
    return Response.json(status, Json.object().put("code", code).put("message", message).build());
  }

  private static Json user(User user) {
    return Json.object()
        .put("id", user.id())
        .put("name", user.name())
        .put("email", user.email())
        .put("emailVerified", user.emailVerified())
        .put("image", user.image())
        .put("createdAt", Times.format(user.createdAt()))
        .put("updatedAt", Times.format(user.updatedAt()))
        .build();
  }

  private static Json session(Session session, String token) {
    return Json.object()
        .put("id", session.id())
        .put("token", token)
        .put("userId", session.userId())
        .put("expiresAt", Times.format(session.expiresAt()))
        .put("createdAt", Times.format(session.createdAt()))
        .put("updatedAt", Times.format(session.updatedAt()))
        .put("ipAddress", session.ipAddress())
        .put("userAgent", session.userAgent())
        .build();
  }
}
