package dev.catchment.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Carries out replies on one connection. */
final class ReplyWriter {
  private static final int LOOK_MILLIS = 5;
  private static final int CHUNK_BYTES = 8192;

  private final Socket socket;
  private final OutputStream out;
  private final CountDownLatch closed;

  /** Writes to {@code socket} until {@code closed} is open. */
  ReplyWriter(Socket socket, CountDownLatch closed) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.closed = closed;
  }

  /** Whether the connection can serve another request. */
  boolean write(Reply reply) throws IOException, InterruptedException {
    return switch (reply) {
      case Reply.Plain plain -> {
        send(plain.bytes());
        yield true;
      }
      case Reply.Held held -> {
        while (!held.until().await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          if (closed.getCount() == 0) {
            yield false;
          }
        }
        yield write(held.then());
      }
      case Reply.ThenClose last -> {
        send(last.answer().bytes());
        yield false;
      }
      case Reply.Reset reset -> {
        send(Arrays.copyOf(reset.answer().bytes(), reset.bytes()));
        reset(socket);
        yield false;
      }
      case Reply.Cut cut -> {
        send(Arrays.copyOf(cut.answer().bytes(), cut.bytes()));
        yield false;
      }
      case Reply.Drip drip -> drip(drip.answer().bytes(), drip.pause());
      case Reply.Endless endless -> flood();
      case Reply.Raw raw -> {
        send(raw.text().getBytes(StandardCharsets.ISO_8859_1));
        yield false;
      }
    };
  }

  /** Closes with a TCP reset instead of an orderly end, unless its own thread was quicker. */
  static void reset(Socket socket) throws IOException {
    try {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    } catch (SocketException e) {
      if (!socket.isClosed()) {
        throw e;
      }
    }
  }

  private boolean drip(byte[] bytes, Duration pause) throws IOException, InterruptedException {
    for (byte one : bytes) {
      if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        return false;
      }
      send(new byte[] {one});
    }
    return true;
  }

  private boolean flood() throws IOException {
    send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    byte[] chunk = new byte[CHUNK_BYTES];
    Arrays.fill(chunk, (byte) 'x');
    byte[] size = (Integer.toHexString(CHUNK_BYTES) + "\r\n").getBytes(StandardCharsets.UTF_8);
    while (closed.getCount() > 0) {
      out.write(size);
      out.write(chunk);
      out.write('\r');
      out.write('\n');
    }
    return false;
  }

  private void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }
}
