package dev.catchment.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The destination of the delivery bench: takes {@code POST /sink/<branch>}, notes the event's
 * number and answers 200 at once. One thread, on the loopback address.
 */
final class Receiver implements AutoCloseable {
  private static final byte[] OK =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PATH = " /sink/".getBytes(StandardCharsets.US_ASCII);
  private static final int FIRST_BYTES = 4_096;
  private static final long STOP_MILLIS_MAX = 1_000;

  /** One connection and what it has received of the request under way. */
  private static final class Inlet {
    final SocketChannel channel;
    final ByteBuffer answer = ByteBuffer.allocateDirect(OK.length).put(OK);
    byte[] bytes = new byte[FIRST_BYTES];
    int count;

    Inlet(SocketChannel channel) {
      this.channel = channel;
    }
  }

  private final Arrivals arrivals;
  private final LongSupplier ticks;
  private final Selector selector;
  private final ServerSocketChannel listener;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * A receiver that listens on a free port.
   *
   * @param ticks nanoseconds since the bench began
   */
  Receiver(Arrivals arrivals, LongSupplier ticks) throws IOException {
    this.arrivals = arrivals;
    this.ticks = ticks;
    this.selector = Selector.open();
    this.listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    this.thread = Thread.ofPlatform().name("bench-receiver").daemon().start(this::serve);
  }

  /** The address of one branch. */
  String url(int branch) {
    return "http://127.0.0.1:" + listener.socket().getLocalPort() + "/sink/" + branch;
  }

  private void serve() {
    try {
      while (!closed) {
        selector.select(this::ready);
      }
      selector.keys().forEach(Receiver::shut);
      selector.close();
    } catch (IOException e) {
      // What has not arrived by now shows in the ledger as lost.
      closed = true;
    }
  }

  private void ready(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        accept();
      } else if (key.attachment() instanceof Inlet inlet) {
        read(inlet);
      }
    } catch (IOException e) {
      key.cancel();
      shut(key);
    }
  }

  private void accept() throws IOException {
    SocketChannel accepted = listener.accept();
    if (accepted != null) {
      accepted.configureBlocking(false);
      accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
      accepted.register(selector, SelectionKey.OP_READ, new Inlet(accepted));
    }
  }

  private void read(Inlet inlet) throws IOException {
    if (inlet.count == inlet.bytes.length) {
      inlet.bytes = Arrays.copyOf(inlet.bytes, 2 * inlet.count);
    }
    int got =
        inlet.channel.read(
            ByteBuffer.wrap(inlet.bytes, inlet.count, inlet.bytes.length - inlet.count));
    if (got < 0) {
      throw new EOFException();
    }
    inlet.count += got;
    int end = MessageHead.end(inlet.bytes, inlet.count);
    if (end < 0) {
      return;
    }
    MessageHead head = MessageHead.read(inlet.bytes, end);
    int total = end + head.length();
    if (inlet.count < total) {
      return;
    }
    arrivals.arrive(
        branch(inlet.bytes, end),
        Payload.seq(inlet.bytes, end, total),
        Payload.micros(inlet.bytes, end, total),
        ticks.getAsLong());
    inlet.count -= total;
    System.arraycopy(inlet.bytes, total, inlet.bytes, 0, inlet.count);
    inlet.channel.write(inlet.answer.clear());
    if (inlet.answer.hasRemaining() || head.close()) {
      // The socket's buffer holds many answers of this size; a peer that lets it fill is gone.
      throw new EOFException();
    }
  }

  /** The number after {@code /sink/} in the request line, -1 when there is none. */
  private static int branch(byte[] bytes, int end) {
    int at = 0;
    while (at < end && bytes[at] != ' ') {
      at++;
    }
    if (!Arrays.equals(bytes, at, Math.min(end, at + PATH.length), PATH, 0, PATH.length)) {
      return -1;
    }
    int branch = 0;
    for (int i = at + PATH.length; bytes[i] >= '0' && bytes[i] <= '9' && branch < 1_000_000; i++) {
      branch = branch * 10 + bytes[i] - '0';
    }
    return branch;
  }

  private static void shut(SelectionKey key) {
    try {
      key.channel().close();
    } catch (IOException e) {
      key.cancel();
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join(STOP_MILLIS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
