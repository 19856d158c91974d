package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.access.Access;
import dev.catchment.access.AccountSettings;
import dev.catchment.access.Accounts;
import dev.catchment.access.Credentials;
import dev.catchment.access.FirstStart;
import dev.catchment.access.OriginRule;
import dev.catchment.access.SessionCookie;
import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Secret;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.http.Problems;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.http.Site;
import dev.catchment.json.Json;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;

final class AuthHandlerTest {
  private static final String ADA =
      "\"email\":\"Ada@example.com\",\"password\":\"correct horse battery\"";
  private static final String SIGN_UP = "{\"name\":\"Ada\"," + ADA + "}";

  /** Accounts behind a real server on a store that was started for the first time. */
  private static final class Node implements AutoCloseable {
    final Database database;
    final Access access;
    final Server server;
    final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Node(BothDatabases.Store store, boolean secure) {
      SecureRandom random = new SecureRandom();
      InstantSource clock = InstantSource.system();
      Ids ids = new Ids(clock, random);
      database = new OpenDatabase(clock, new Metrics()).open(store.settings("a"));
      assertThat(
              new FirstStart(database, ids, random)
                  .run(new Secret(""), (tx, scope) -> {})
                  .created())
          .isTrue();
      SessionCookie cookie = new SessionCookie(List.of(new Secret("secret")), secure);
      access = new Access(database, clock, cookie);
      Router router = new Router(new NoProblems());
      new AuthHandler(
              new Accounts(database, ids, clock, random, cookie, new AccountSettings(false)),
              cookie,
              OriginRule.of("https://gateway.example", Set.of("https://app.example")),
              request -> "192.0.2.7")
          .addTo(router);
      server =
          Server.start(
              new ServerSettings(0, "127.0.0.1", 1),
              head -> new Site.Door(router, head.path()),
              random);
    }

    HttpResponse<String> post(String operation, String body, String... headers) throws Exception {
      return send("POST", operation, body, headers);
    }

    HttpResponse<String> send(String method, String operation, String body, String... headers)
        throws IOException, InterruptedException {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + server.port() + "/api/auth/" + operation))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .header("User-Agent", "Tests/1.0");
      for (int i = 0; i < headers.length; i += 2) {
        request.header(headers[i], headers[i + 1]);
      }
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
      client.close();
      server.close();
      database.close();
    }
  }

  /** The handler words its faults itself; whatever arrives here has slipped through. */
  private static final class NoProblems implements Problems {
    @Override
    public Response of(Failure failure, String requestId) {
      return Response.text(599, failure.sentence());
    }

    @Override
    public Response broken(String requestId) {
      return Response.text(598, "broken");
    }

    @Override
    public Response pathNotFound(String requestId) {
      return Response.text(404, "");
    }

    @Override
    public Response methodNotAllowed(String allow, String requestId) {
      return Response.text(405, "");
    }
  }

  @BothDatabases
  void aPersonSignsUpIsKnownSignsOutAndSignsInAgain(BothDatabases.Store store) throws Exception {
    try (Node node = new Node(store, false)) {
      HttpResponse<String> up = node.post("sign-up/email", SIGN_UP);
      assertThat(up.statusCode()).isEqualTo(200);
      Json.Obj body = object(up);
      assertThat(body.members().keySet()).containsExactly("token", "user");
      Json.Obj user = member(body, "user");
      assertThat(user.members().keySet())
          .containsExactly(
              "id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt");
      assertThat(user.get("email")).isEqualTo(Json.of("ada@example.com"));
      assertThat(user.get("emailVerified")).isEqualTo(Json.of(false));
      assertThat(user.get("image")).isEqualTo(Json.nil());
      String cookie = cookie(up);
      assertThat(setCookie(up))
          .matches(
              "better-auth\\.session_token=[^;]+; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax");

      HttpResponse<String> session = node.send("GET", "get-session", "", "Cookie", cookie);
      Json.Obj found = object(session);
      assertThat(member(found, "user")).isEqualTo(user);
      Json.Obj row = member(found, "session");
      assertThat(row.members().keySet())
          .containsExactly(
              "id",
              "token",
              "userId",
              "expiresAt",
              "createdAt",
              "updatedAt",
              "ipAddress",
              "userAgent");
      assertThat(row.get("token")).isEqualTo(body.get("token"));
      assertThat(row.get("ipAddress")).isEqualTo(Json.of("192.0.2.7"));
      assertThat(row.get("userAgent")).isEqualTo(Json.of("Tests/1.0"));
      assertThat(cookie(session)).isEqualTo(cookie);
      Credentials credentials = new Credentials(null, null, List.of(cookie));
      assertThat(node.access.authenticate(credentials).require().userId()).isNotNull();

      HttpResponse<String> out = node.post("sign-out", "", "Cookie", cookie);
      assertThat(out.body()).isEqualTo("{\"success\":true}");
      assertThat(setCookie(out)).startsWith("better-auth.session_token=; Max-Age=0;");
      assertThat(node.send("GET", "get-session", "", "Cookie", cookie).body()).isEqualTo("null");

      HttpResponse<String> in = node.post("sign-in/email", "{" + ADA + "}");
      assertThat(object(in).members().keySet()).containsExactly("redirect", "token", "user");
      assertThat(object(in).get("redirect")).isEqualTo(Json.of(false));
      assertThat(cookie(in)).isNotEqualTo(cookie);
    }
  }

  @BothDatabases
  void faultsAreWordedLikeBetterAuth(BothDatabases.Store store) throws Exception {
    try (Node node = new Node(store, false)) {
      String shortPassword = "{\"name\":\"A\",\"email\":\"a@x.org\",\"password\":\"x\"}";
      String longPassword =
          "{\"name\":\"A\",\"email\":\"a@x.org\",\"password\":\"" + "x".repeat(201) + "\"}";
      assertProblem(node.post("sign-up/email", shortPassword), 400, "PASSWORD_TOO_SHORT");
      assertProblem(node.post("sign-up/email", longPassword), 400, "PASSWORD_TOO_LONG");
      assertProblem(
          node.post("sign-up/email", SIGN_UP.replace("@example", "")), 400, "INVALID_EMAIL");
      for (String bad :
          List.of(
              "",
              "[]",
              "null",
              "{",
              "{}",
              "{" + ADA + "}",
              SIGN_UP.replace("\"Ada\"", "\" \""),
              SIGN_UP.replace("\"Ada\"", "\"" + "x".repeat(201) + "\""),
              SIGN_UP.replace("\"Ada\"", "null"),
              SIGN_UP.replace("{", "{\"rememberMe\":\"yes\","))) {
        assertProblem(node.post("sign-up/email", bad), 400, "VALIDATION_ERROR");
      }
      assertProblem(node.post("sign-in/email", "{}"), 400, "VALIDATION_ERROR");
      HttpResponse<String> unknown = node.post("sign-in/email", "{" + ADA + "}");
      assertProblem(unknown, 401, "INVALID_EMAIL_OR_PASSWORD");
      assertThat(node.post("sign-up/email", SIGN_UP).statusCode()).isEqualTo(200);
      HttpResponse<String> wrong =
          node.post("sign-in/email", "{" + ADA.replace("horse", "house") + "}");
      assertThat(wrong.body()).isEqualTo(unknown.body());
      assertProblem(node.post("sign-up/email", SIGN_UP), 403, "EMAIL_PASSWORD_SIGN_UP_DISABLED");
      assertThat(node.send("GET", "get-session", "").body()).isEqualTo("null");
      assertThat(node.post("sign-out", "").statusCode()).isEqualTo(200);
    }
  }

  @BothDatabases
  void theTwentyFirstAttemptInAMinuteMustWait(BothDatabases.Store store) throws Exception {
    try (Node node = new Node(store, false)) {
      String body = "{\"email\":\"a@x.org\",\"password\":\"" + "x".repeat(300) + "\"}";
      for (int i = 0; i < 20; i++) {
        assertThat(node.post("sign-in/email", body).statusCode()).isEqualTo(401);
      }
      HttpResponse<String> limited = node.post("sign-in/email", body);
      assertProblem(limited, 429, "TOO_MANY_REQUESTS");
      assertThat(limited.headers().firstValue("Retry-After")).contains("60");
    }
  }

  @BothDatabases
  void pagesOfOthersSignNobodyInOrOut(BothDatabases.Store store) throws Exception {
    try (Node node = new Node(store, false)) {
      String cookie = cookie(node.post("sign-up/email", SIGN_UP));
      for (String origin : List.of("https://evil.example", "null", "http://gateway.example")) {
        assertProblem(
            node.post("sign-out", "", "Cookie", cookie, "Origin", origin), 403, "INVALID_ORIGIN");
        assertProblem(
            node.post("sign-in/email", "{" + ADA + "}", "Origin", origin), 403, "INVALID_ORIGIN");
      }
      assertThat(node.send("GET", "get-session", "", "Cookie", cookie).body()).isNotEqualTo("null");
      for (String origin :
          List.of(
              "https://gateway.example",
              "https://app.example",
              "http://127.0.0.1:" + node.server.port())) {
        assertThat(node.post("sign-out", "", "Cookie", cookie, "Origin", origin).statusCode())
            .isEqualTo(200);
      }
    }
  }

  @BothDatabases
  void theCookieIsSecureOnHttpsAndShortLivedWhenNotRemembered(BothDatabases.Store store)
      throws Exception {
    try (Node node = new Node(store, true)) {
      HttpResponse<String> up =
          node.post("sign-up/email", SIGN_UP.replace("{", "{\"rememberMe\":false,"));
      String shape =
          "__Secure-better-auth\\.session_token=[^;]+; Path=/; HttpOnly; Secure; SameSite=Lax";
      assertThat(setCookie(up)).matches(shape);
      assertThat(setCookie(node.send("GET", "get-session", "", "Cookie", cookie(up))))
          .matches(shape);
    }
  }

  private static void assertProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(object(response).members().keySet()).containsExactly("code", "message");
    assertThat(object(response).get("code")).isEqualTo(Json.of(code));
    assertThat(response.headers().allValues("Set-Cookie")).isEmpty();
  }

  private static Json.Obj object(HttpResponse<String> response) {
    return (Json.Obj) Json.read(response.body());
  }

  private static Json.Obj member(Json.Obj body, String name) {
    return (Json.Obj) Objects.requireNonNull(body.get(name));
  }

  private static String setCookie(HttpResponse<String> response) {
    return response.headers().firstValue("Set-Cookie").orElseThrow();
  }

  private static String cookie(HttpResponse<String> response) {
    return setCookie(response).split(";")[0];
  }
}
