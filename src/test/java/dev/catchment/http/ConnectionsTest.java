package dev.catchment.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Senders can take neither all connections nor all memory. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ConnectionsTest {
  private static final int CONNECTIONS_MAX = 3;
  private static final int ANSWER_BYTES = 16 << 10;
  private static final int PIPELINED = 10_000;

  private final AtomicInteger asked = new AtomicInteger();
  private final Router router =
      new Router(new ServerTest.PlainProblems())
          .on(
              "GET",
              "/page",
              request -> {
                asked.incrementAndGet();
                return Response.bytes(200, "x/y", new byte[ANSWER_BYTES]);
              })
          .on("GET", "/ok", request -> Response.text(200, "ok"));

  private final Server server =
      Server.start(
          new ServerSettings(
              0,
              "127.0.0.1",
              2,
              CONNECTIONS_MAX,
              new Patience(Duration.ofSeconds(2), Duration.ofSeconds(2), 1)),
          head -> new Site.Door(router, head.path()),
          new SecureRandom());

  @AfterEach
  void stop() {
    server.close();
  }

  private Socket open() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    return socket;
  }

  private static void ask(Socket socket) throws IOException {
    socket.getOutputStream().write("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
  }

  /** The first byte of what comes; -1 for a connection that is closed. */
  private static int firstByte(Socket socket) {
    try {
      return socket.getInputStream().read();
    } catch (IOException e) {
      return -1;
    }
  }

  @Test
  void oneConnectionTooManyIsClosedAndTheOthersLiveOn() throws IOException {
    List<Socket> held = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS_MAX; i++) {
        // Two of them say nothing, and count all the same.
        held.add(open());
      }
      ask(held.getFirst());
      assertThat(firstByte(held.getFirst())).isEqualTo('H');
      for (int i = 0; i < 20; i++) {
        try (Socket tooMany = open()) {
          assertThat(firstByte(tooMany)).isEqualTo(-1);
        }
      }
      ask(held.get(1));
      assertThat(firstByte(held.get(1))).isEqualTo('H');
      held.removeLast().close();
      // The server hears of the end a moment later.
      int first = -1;
      while (first == -1) {
        try (Socket next = open()) {
          ask(next);
          first = firstByte(next);
        } catch (IOException e) {
          // It was closed while it was written to.
          first = -1;
        }
      }
      assertThat(first).isEqualTo('H');
    } finally {
      for (Socket socket : held) {
        socket.close();
      }
    }
  }

  /** The library does this; its next version has to as well. */
  @Test
  void whoReadsNoAnswersIsReadNoFurtherAndThenCut() throws IOException {
    byte[] request = "GET /page HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII);
    int sent = 0;
    try (Socket socket = open()) {
      OutputStream out = socket.getOutputStream();
      // Far more than the buffers of both sides hold.
      byte[] pad = ("X-Pad: " + "x".repeat(2_000) + "\r\n\r\n").getBytes(US_ASCII);
      byte[] padded = new byte[request.length - 2 + pad.length];
      System.arraycopy(request, 0, padded, 0, request.length - 2);
      System.arraycopy(pad, 0, padded, request.length - 2, pad.length);
      while (sent < PIPELINED) {
        out.write(padded);
        sent++;
      }
      assertThat(sent).as("it could send all it wanted").isLessThan(PIPELINED);
    } catch (IOException cut) {
      assertThat(sent).isLessThan(PIPELINED);
    }
    assertThat(asked.get()).isBetween(1, PIPELINED / 4);
  }

  @Test
  void whoReadsLateGetsEveryAnswer() throws IOException {
    int wanted = 500;
    try (Socket socket = open()) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < wanted; i++) {
                    socket
                        .getOutputStream()
                        .write("GET /page HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
                  }
                  socket.shutdownOutput();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      InputStream in = socket.getInputStream();
      long bytes = 0;
      byte[] buffer = new byte[64 << 10];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        bytes += read;
      }
      assertThat(bytes).isGreaterThan((long) wanted * ANSWER_BYTES);
      assertThat(asked.get()).isEqualTo(wanted);
      assertThat(sender.isAlive()).isFalse();
    }
  }
}
