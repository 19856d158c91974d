package dev.catchment.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the generator with at most one request under way. The request is encoded once;
 * only its numbers change.
 */
final class Wire {
  private static final int ANSWER_BYTES_MAX = 16_384;
  private static final byte[] EVENT_ID = "\"event_id\":\"".getBytes(StandardCharsets.US_ASCII);

  /**
   * An answer.
   *
   * @param idHigh the first half of the event id; both halves are 0 when there was none
   * @param close whether the server closes the connection
   */
  record Answer(int status, long idHigh, long idLow, boolean close) {}

  private final Aim aim;
  private final Payload payload;
  private final ByteBuffer request;
  private final @Nullable Signer signer;
  private final int bodyAt;
  private final byte[] bytes = new byte[ANSWER_BYTES_MAX];
  private final ByteBuffer answer = ByteBuffer.wrap(bytes);
  private @Nullable SocketChannel channel;
  private boolean busy;
  private long seq;
  private long due;
  private long retryAt;

  Wire(Aim aim, Payload payload) {
    this.aim = aim;
    this.payload = payload;
    byte[] head = aim.head(payload.size());
    this.signer = aim.secret() == null ? null : new Signer(aim.secret());
    this.bodyAt = head.length;
    this.request = ByteBuffer.allocateDirect(head.length + payload.size());
    request.put(head).put(payload.template());
  }

  /** Begins to connect; {@link #connected} ends it once the selector says so. */
  void open(Selector selector) throws IOException {
    SocketChannel opened = SocketChannel.open();
    channel = opened;
    opened.configureBlocking(false);
    opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
    opened.register(selector, SelectionKey.OP_CONNECT, this);
    if (opened.connect(aim.address())) {
      opened.register(selector, SelectionKey.OP_READ, this);
    }
  }

  void connected(SelectionKey key) throws IOException {
    live().finishConnect();
    answer.clear();
    key.interestOps(SelectionKey.OP_READ);
  }

  /**
   * Sends an event.
   *
   * @param dueNanos when it was scheduled, since the bench began
   */
  void send(Selector selector, long nextSeq, long dueNanos) throws IOException {
    busy = true;
    seq = nextSeq;
    due = dueNanos;
    payload.patch(request, bodyAt, nextSeq, dueNanos / 1_000);
    if (signer != null) {
      // The signature is the last header: behind it stand two line ends.
      signer.sign(request, bodyAt, bodyAt - 4 - Signer.PLACE.length());
    }
    request.clear();
    live().write(request);
    if (request.hasRemaining()) {
      live().keyFor(selector).interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  /** Goes on with a request the socket had no room for. */
  void flush(SelectionKey key) throws IOException {
    live().write(request);
    if (!request.hasRemaining()) {
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  /** The answer once it is complete, null before; an end of the stream is an exception. */
  @Nullable Answer read() throws IOException {
    if (live().read(answer) < 0) {
      throw new EOFException("The server closed the connection");
    }
    int count = answer.position();
    int end = MessageHead.end(bytes, count);
    if (end < 0) {
      return stillRoom();
    }
    MessageHead head = MessageHead.read(bytes, end);
    int total = head.bodyAt() + head.length();
    if (count < total) {
      return stillRoom();
    }
    if (!busy || count > total) {
      throw new IOException("The server sent an answer nobody asked for");
    }
    busy = false;
    answer.clear();
    int status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0';
    int id = status == 200 ? eventId(head.bodyAt(), total) : -1;
    return id < 0
        ? new Answer(status, 0, 0, head.close())
        : new Answer(status, hex(id), hex(id + 16), head.close());
  }

  private @Nullable Answer stillRoom() throws IOException {
    if (!answer.hasRemaining()) {
      throw new IOException("The server's answer is longer than " + ANSWER_BYTES_MAX + " bytes");
    }
    return null;
  }

  /** Where the 32 digits of the event id stand, -1 when there are none. */
  private int eventId(int from, int to) {
    for (int at = from; at + EVENT_ID.length + 32 < to; at++) {
      int same = 0;
      while (same < EVENT_ID.length && bytes[at + same] == EVENT_ID[same]) {
        same++;
      }
      if (same == EVENT_ID.length) {
        return at + same;
      }
    }
    return -1;
  }

  private long hex(int at) {
    long value = 0;
    for (int i = at; i < at + 16; i++) {
      value = value << 4 | (Character.digit(bytes[i], 16) & 0xF);
    }
    return value;
  }

  /** Closes the connection; it may be opened again at the given time. */
  void close(long againAt) {
    busy = false;
    retryAt = againAt;
    answer.clear();
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing is left to save on a connection that is given up.
        channel = null;
      }
    }
  }

  boolean busy() {
    return busy;
  }

  long seq() {
    return seq;
  }

  long due() {
    return due;
  }

  long retryAt() {
    return retryAt;
  }

  private SocketChannel live() throws IOException {
    if (channel == null) {
      throw new IOException("Not connected");
    }
    return channel;
  }
}
