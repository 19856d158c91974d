package dev.catchment.feedapi;

import dev.catchment.api.FeedGate;
import dev.catchment.api.FeedHandler;
import dev.catchment.api.FeedItemHandler;
import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.feeds.FeedSettings;
import dev.catchment.feeds.FeedsNode;
import dev.catchment.http.Problems;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.http.Site;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.OpenApi;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** Both APIs of feeds over a real server; every answer is held against its document. */
final class FeedServer implements AutoCloseable {
  private static final OpenApi GATEWAY = OpenApi.gateway();
  private static final OpenApi FEEDS = OpenApi.feeds();

  final FeedsNode node;
  private final Server server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  FeedServer(BothDatabases.Store store, FeedSettings settings) {
    node = new FeedsNode(store, "a", settings);
    Router feeds =
        new FeedApi(
                node.memory,
                settings,
                keys ->
                    switch (keys.isEmpty() ? "" : keys.getFirst().strip()) {
                      case "" -> new KeyCheck.Outcome.Missing();
                      case "good" -> new KeyCheck.Outcome.Granted(FeedsNode.SCOPE.orgId(), null);
                      case "stranger" -> new KeyCheck.Outcome.Granted("7".repeat(32), null);
                      case "elsewhere" ->
                          new KeyCheck.Outcome.Granted(FeedsNode.SCOPE.orgId(), "7".repeat(32));
                      case "weak" -> new KeyCheck.Outcome.Forbidden();
                      default -> new KeyCheck.Outcome.Invalid();
                    },
                Address.ofRequest())
            .router();
    Router gateway = new Router(new GatewayProblems());
    FeedGate gate =
        (request, need) ->
            new FeedGate.Pass(
                request.headers().first("X-Stranger").isPresent()
                    ? new Scope("7".repeat(32), "7".repeat(32))
                    : FeedsNode.SCOPE,
                FeedsNode.PERSON);
    new FeedHandler(
            node.database, node.desk, settings, gate, request -> "http://" + request.head().host())
        .register(gateway);
    new FeedItemHandler(node.database, node.curation, gate).register(gateway);
    server =
        Server.start(
            new ServerSettings(0, "127.0.0.1", 1),
            head -> {
              if (head.host().startsWith("localhost")) {
                String path = head.path();
                return new Site.Door(feeds, path.startsWith("/feeds/") ? path : "/feeds" + path);
              }
              return new Site.Door(
                  head.path().startsWith("/feeds/") ? feeds : gateway, head.path());
            },
            new SecureRandom());
  }

  FeedServer(BothDatabases.Store store) {
    this(store, FeedSettings.standard());
  }

  HttpResponse<byte[]> send(String method, String path, String body, String... headers)
      throws Exception {
    return sendTo("127.0.0.1", method, path, body, headers);
  }

  HttpResponse<byte[]> sendTo(
      String host, String method, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + host + ":" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<byte[]> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    String root = path.indexOf('?') < 0 ? path : path.substring(0, path.indexOf('?'));
    boolean described = root.startsWith("/feeds/v1/collections") || root.startsWith("/v1/feeds");
    if (!method.equals("OPTIONS")
        && described
        && answer.headers().firstValue("Content-Encoding").isEmpty()) {
      (root.startsWith("/feeds/") ? FEEDS : GATEWAY)
          .check(
              method,
              root,
              answer.statusCode(),
              answer.headers().firstValue("Content-Type").orElse(null),
              answer.body());
    }
    return answer;
  }

  /** A read of the feed API with the good key. */
  HttpResponse<byte[]> read(String path, String... headers) throws Exception {
    String[] all = new String[headers.length + 2];
    all[0] = "X-API-Key";
    all[1] = "good";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return send("GET", "/feeds/v1/collections" + path, "", all);
  }

  /** A call of the management API that must end in that status. */
  Json.Obj call(int status, String method, String path, String body) throws Exception {
    HttpResponse<byte[]> answer = send(method, "/v1/feeds" + path, body);
    if (answer.statusCode() != status) {
      throw new AssertionError(answer.statusCode() + " " + text(answer));
    }
    return (Json.Obj) Json.parse(answer.body()).orElseThrow();
  }

  static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    client.close();
    server.close();
    node.close();
  }

  private static final class GatewayProblems implements Problems {
    @Override
    public Response of(Failure failure, String requestId) {
      int status =
          switch (failure.code()) {
            case INVALID -> 400;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            default -> 503;
          };
      return error(status, failure.sentence(), requestId);
    }

    @Override
    public Response broken(String requestId) {
      return error(500, "Internal server error", requestId);
    }

    @Override
    public Response pathNotFound(String requestId) {
      return error(404, "Not found", requestId);
    }

    @Override
    public Response methodNotAllowed(String allow, String requestId) {
      return error(405, "Method not allowed", requestId).with("Allow", allow);
    }

    private static Response error(int status, String text, String requestId) {
      return Response.json(
          status,
          Json.object()
              .put("error", text)
              .put("status", status)
              .put("request_id", requestId)
              .build());
    }
  }
}
