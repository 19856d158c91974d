package dev.catchment.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ServerTest {
  private static final int LIMIT = 1_000;

  private final Router router =
      new Router(new PlainProblems())
          .on("GET", "/things/{id}", request -> Response.text(200, request.path("id")))
          .on("POST", "/things", request -> Response.bytes(201, "x/y", request.body()))
          .on(
              "GET",
              "/broken",
              request -> {
                throw new IllegalStateException("a secret detail");
              })
          .on(
              "GET",
              "/query",
              request -> Response.json(200, Json.of(String.join("|", request.query().all("q")))))
          .async(
              "POST",
              "/hot",
              request ->
                  CompletableFuture.completedFuture(Response.text(200, "" + request.body().length)),
              request -> LIMIT);

  private final Server server =
      Server.start(
          new ServerSettings(0, "127.0.0.1", 2),
          head -> new Site.Door(router, head.path()),
          new SecureRandom());
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void aPathParameterIsDecodedAndATrailingSlashIgnored() throws Exception {
    assertThat(get("/things/a%2Fb%20c").body()).isEqualTo("a/b c");
    assertThat(get("/things/x/").body()).isEqualTo("x");
    assertThat(get("/query?q=1&q=%25zz&q=a+b").body()).isEqualTo("\"1|%zz|a b\"");
  }

  @Test
  void unknownPathsWrongMethodsAndBugsAreWordedByTheApi() throws Exception {
    assertThat(get("/nowhere").statusCode()).isEqualTo(404);
    HttpResponse<String> wrong = send("DELETE", "/things", "");
    assertThat(wrong.statusCode()).isEqualTo(405);
    assertThat(wrong.headers().firstValue("Allow")).contains("POST");
    HttpResponse<String> broken = get("/broken");
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.body()).doesNotContain("secret");
    assertThat(broken.headers().firstValue("X-Request-Id").orElseThrow())
        .matches("req_[0-9a-f]{12}");
  }

  @Test
  void headIsAnsweredLikeGetWithoutABody() throws Exception {
    HttpResponse<String> head = send("HEAD", "/things/abc", "");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Length")).contains("3");
  }

  @Test
  void aBodyAtTheLimitPassesAndOneByteMoreIsRefused() throws Exception {
    assertThat(send("POST", "/hot", "x".repeat(LIMIT)).body()).isEqualTo("1000");
    assertThat(send("POST", "/hot", "x".repeat(LIMIT + 1)).statusCode()).isEqualTo(413);
    assertThat(send("POST", "/things", "x".repeat(Router.MANAGEMENT_BODY_MAX)).statusCode())
        .isEqualTo(201);
    assertThat(send("POST", "/things", "x".repeat(Router.MANAGEMENT_BODY_MAX + 1)).statusCode())
        .isEqualTo(413);
  }

  @Test
  void aChunkedBodyIsCountedWhileItIsRead() throws IOException {
    assertThat(chunked(10, 100)).startsWith("HTTP/1.1 200");
    assertThat(chunked(1_001, 1)).startsWith("HTTP/1.1 413");
    // A sender that never stops is cut off after it has been told.
    assertThat(chunked(1_000, 100)).startsWith("HTTP/1.1 413").contains("limit is 1000 bytes");
  }

  private String chunked(int chunks, int size) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /hot HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      byte[] chunk =
          (Integer.toHexString(size) + "\r\n" + "y".repeat(size) + "\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < chunks; i++) {
        out.write(chunk);
      }
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path, "");
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  static final class PlainProblems implements Problems {
    @Override
    public Response of(Failure failure, String requestId) {
      return Response.text(
          failure.code() == Failure.Code.TOO_LARGE ? 413 : 400, failure.sentence());
    }

    @Override
    public Response broken(String requestId) {
      return Response.text(500, "broken");
    }

    @Override
    public Response pathNotFound(String requestId) {
      return Response.text(404, "no path");
    }

    @Override
    public Response methodNotAllowed(String allow, String requestId) {
      return Response.text(405, "no method").with("Allow", allow);
    }
  }
}
