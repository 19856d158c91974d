package dev.catchment.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Senders that take their time are cut, and those that wait or close their half are not. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SlowSendersTest {
  private static final Patience SHORT =
      new Patience(Duration.ofMillis(1_500), Duration.ofMillis(400), 1_000);
  private static final int LARGE = 4 << 20;

  private final CountDownLatch finish = new CountDownLatch(1);
  private final Router router =
      new Router(new ServerTest.PlainProblems())
          .on("GET", "/waits", this::waits)
          .on("GET", "/large", request -> Response.bytes(200, "x/y", new byte[LARGE]))
          .async(
              "POST",
              "/size",
              request ->
                  CompletableFuture.completedFuture(Response.text(200, "" + request.body().length)),
              request -> LARGE);

  private final Server server =
      Server.start(
          new ServerSettings(0, "127.0.0.1", 1, SHORT),
          head -> new Site.Door(router, head.path()),
          new SecureRandom());

  @AfterEach
  void stop() {
    finish.countDown();
    server.close();
  }

  private Response waits(Request request) {
    try {
      assertThat(finish.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Response.text(200, "done");
  }

  @Test
  void aHeadThatDripsIsCut() throws IOException {
    try (Socket socket = open("GET /size HTTP/1.1\r\nHost: x\r\nX-A: ")) {
      dripUntilCut(socket);
    }
  }

  @Test
  void theHeadOfALaterRequestThatDripsIsCutToo() throws IOException {
    try (Socket socket = open("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) {
      assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 200 OK");
      dripUntilCut(socket);
    }
  }

  @Test
  void aBodyThatDripsIsCut() throws IOException {
    try (Socket socket =
        open("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")) {
      dripUntilCut(socket);
    }
    try (Socket socket =
        open("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")) {
      // Nothing at all comes any more.
      assertThat(socket.getInputStream().read()).isNegative();
    }
  }

  @Test
  void aBodyThatTakesLongButGoesOnIsRead() throws IOException {
    int parts = 30;
    try (Socket socket =
        open(
            "POST /size HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                + parts * 40_000
                + "\r\n\r\n")) {
      for (int i = 0; i < parts; i++) {
        socket.getOutputStream().write(new byte[40_000]);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
      assertThat(text(socket)).startsWith("HTTP/1.1 200").endsWith("" + parts * 40_000);
    }
  }

  @Test
  void aSenderThatClosesItsHalfGetsItsAnswers() throws IOException {
    String one = "POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    try (Socket socket = open("GET /waits HTTP/1.1\r\nHost: x\r\n\r\n" + one + one)) {
      socket.shutdownOutput();
      finish.countDown();
      assertThat(text(socket).split("HTTP/1.1 200 OK", -1)).hasSize(4);
    }
    try (Socket socket = open("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")) {
      socket.shutdownOutput();
      assertThat(text(socket)).startsWith("HTTP/1.1 200").hasSizeGreaterThan(LARGE);
    }
  }

  @Test
  void aSenderThatClosesItsHalfTooEarlyIsCut() throws IOException {
    for (String begun :
        new String[] {
          "",
          "GET /size HT",
          "POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
          "POST /size HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
        }) {
      try (Socket socket = open(begun)) {
        socket.shutdownOutput();
        assertThat(text(socket)).as(begun).doesNotStartWith("HTTP/1.1 200");
      }
    }
    try (Socket socket =
        open(
            "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
                + "POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")) {
      socket.shutdownOutput();
      assertThat(text(socket)).startsWith("HTTP/1.1 200").hasSizeBetween(LARGE, LARGE + 500);
    }
    try (Socket socket = open("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 200 OK");
      socket.shutdownOutput();
      text(socket);
    }
  }

  @Test
  void anHttp2ConnectionIsServedAllTheSame() throws Exception {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/size"))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[100_000]))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo("100000");
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      }
    }
  }

  private Socket open(String begun) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(60_000);
    socket.getOutputStream().write(begun.getBytes(US_ASCII));
    return socket;
  }

  /** Sends a byte now and then, often enough not to be idle, until the server has had enough. */
  private static void dripUntilCut(Socket socket) {
    try {
      while (true) {
        socket.getOutputStream().write('a');
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    } catch (IOException e) {
      // As it should be.
    }
  }

  private static String firstLine(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    return head.substring(0, head.indexOf("\r\n"));
  }

  /** Everything until the server closes. */
  private static String text(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    } catch (SocketException e) {
      return "cut";
    }
  }
}
