package dev.catchment.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that are written while they are made, and bodies that are read while they come. */
final class StreamedTest {
  private static final int CHUNK = 1 << 16;
  private static final long ENDLESS = 1L << 40;

  private final AtomicLong written = new AtomicLong();
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private final AtomicLong read = new AtomicLong();
  private final CompletableFuture<Void> mayRead = new CompletableFuture<>();

  private final Router router =
      new Router(new ServerTest.PlainProblems())
          .streamed("/bytes/{count}", request -> streamed(Duration.ofMinutes(1), request))
          .streamed("/short/{count}", request -> streamed(Duration.ofMillis(300), request))
          .streamed(
              "/refused",
              request ->
                  new Streamed(
                      List.of(Map.entry("Content-Type", "text/csv")),
                      Duration.ofMinutes(1),
                      out -> {
                        out.write(new byte[100]);
                        throw Failure.conflict("too late");
                      }))
          .streamed(
              "/broken",
              request ->
                  new Streamed(
                      List.of(),
                      Duration.ofMinutes(1),
                      out -> {
                        out.write(new byte[3 * CHUNK]);
                        throw new IllegalStateException("a bug");
                      }))
          .upload("/count", this::count)
          .upload(
              "/no",
              (request, body) -> {
                throw Failure.conflict("not today");
              })
          .on("GET", "/plain", request -> Response.text(200, "plain"));

  private final Server server =
      Server.start(
          new ServerSettings(
              0,
              "127.0.0.1",
              2,
              100,
              Patience.STANDARD,
              new StreamBounds(Duration.ofMillis(250), 10, 1_000, 1 << 20)),
          head -> new Site.Door(router, head.path()),
          new SecureRandom());
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Streamed streamed(Duration timeMax, Request request) {
    long count = Long.parseLong(request.path("count"));
    return new Streamed(
        List.of(Map.entry("Content-Type", "application/octet-stream")),
        timeMax,
        out -> write(out, count));
  }

  private void write(OutputStream out, long count) throws IOException {
    byte[] chunk = new byte[1_000];
    try {
      for (long left = count; left > 0; left -= chunk.length) {
        out.write(chunk, 0, (int) Math.min(left, chunk.length));
        written.addAndGet(chunk.length);
      }
    } catch (IOException e) {
      ended.complete(e);
      throw e;
    }
  }

  private Response count(Request request, InputStream body) throws IOException {
    mayRead.join();
    byte[] buffer = new byte[10_000];
    for (int some = body.read(buffer); some >= 0; some = body.read(buffer)) {
      read.addAndGet(some);
    }
    return Response.text(200, request.method() + " " + read.get());
  }

  @AfterEach
  void stop() {
    mayRead.complete(null);
    client.close();
    server.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .timeout(Duration.ofSeconds(30));
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void anAnswerOfAnyLengthArrivesWholeOnAConnectionThatGoesOn() throws Exception {
    for (int count : new int[] {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 20_000_000}) {
      HttpResponse<byte[]> answer = get("/bytes/" + count);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).hasSize(count);
      assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
      assertThat(answer.headers().firstValue("Content-Length"))
          .as("known of what is whole when it leaves")
          .isEqualTo(count > CHUNK ? Optional.empty() : Optional.of(Integer.toString(count)));
    }
    HttpResponse<byte[]> head =
        client.send(
            request("/bytes/5000").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("Content-Type")).contains("application/octet-stream");
  }

  @Test
  void whatFailsBeforeTheFirstPieceIsAnsweredLikeAnyFailure() throws Exception {
    HttpResponse<byte[]> refused = get("/refused");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains("too late");
    assertThat(refused.headers().firstValue("Content-Type")).isNotEqualTo(Optional.of("text/csv"));
    assertThat(get("/plain").statusCode()).isEqualTo(200);
  }

  @Test
  void whatFailsLaterEndsInAWayThatTheClientNotices() {
    assertThatThrownBy(() -> get("/broken")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get("/short/" + ENDLESS)).isInstanceOf(IOException.class);
  }

  @Test
  void aClientThatReadsNothingHoldsTheWriterBackAndIsCutOff() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET /bytes/" + ENDLESS + " HTTP/1.1\r\nHost: x\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(ended.get(30, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    }
    // What the sockets of both sides hold, and what may be unsent.
    assertThat(written.get()).isLessThan(64L << 20);
  }

  @Test
  void aBodyOfAnyLengthIsReadWhileItComes() throws Exception {
    mayRead.complete(null);
    HttpResponse<String> answer =
        client.send(
            request("/count")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[30_000_000]))
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(answer.body()).isEqualTo("POST 30000000");
  }

  @Test
  void aReaderThatIsSlowHoldsTheSenderBack() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      AtomicLong sent = new AtomicLong();
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(() -> {
            byte[] chunk = new byte[100_000];
            try {
              for (int i = 0; i < 2_000; i++) {
                out.write(chunk);
                sent.addAndGet(chunk.length);
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertThatThrownBy(() -> sending.get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      assertThat(sent.get()).isLessThan(64L << 20);
      mayRead.complete(null);
      sending.get(30, TimeUnit.SECONDS);
      byte[] answer = new byte[12];
      assertThat(socket.getInputStream().readNBytes(answer, 0, 12)).isEqualTo(12);
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
    }
    assertThat(read.get()).isEqualTo(200_000_000);
  }

  @Test
  void whoIsRefusedIsToldThoughMuchIsStillToCome() throws Exception {
    HttpResponse<String> answer =
        client.send(
            request("/no")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5_000_000]))
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(get("/plain").statusCode()).isEqualTo(200);
  }
}
