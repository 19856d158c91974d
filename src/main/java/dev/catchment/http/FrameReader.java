package dev.catchment.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes a client's WebSocket frames apart (RFC 6455), however the bytes are cut. Holds no more of a
 * message than its limit, whatever lengths are announced. Used by one thread.
 */
final class FrameReader {
  /** What of a message that is too large is kept, to be told of. */
  static final int START_BYTES_MAX = 64 << 10;

  /** How much of a message that is too large is read and thrown away before the client is cut. */
  static final long DISCARD_BYTES_MAX = 64L << 20;

  /** Pieces that one message may come in. */
  static final int FRAGMENTS_MAX = 16_384;

  private static final int CONTROL_BYTES_MAX = 125;
  private static final int FIRST_BYTES = 4 << 10;

  /** What comes out of the bytes. */
  interface Sink {
    void message(Incoming message);

    void ping(byte[] payload);

    /**
     * The client closes.
     *
     * @param code 1005 when it gave none
     */
    void closed(int code);
  }

  private final int messageMax;
  private final Sink sink;

  /** The head of the frame that is being read. */
  private final byte[] head = new byte[14];

  private int headRead;
  private boolean inPayload;
  private int opcode;
  private boolean last;
  private long left;
  private int maskAt;
  private int maskTurn;

  private byte[] control = new byte[0];
  private int controlRead;

  /** The message that is being put together; 0 when there is none, else its first opcode. */
  private int messageOpcode;

  private byte[] body = new byte[0];
  private int kept;
  private long size;
  private int fragments;
  private long read;
  private int controls;
  private boolean closed;

  FrameReader(int messageMax, Sink sink) {
    this.messageMax = messageMax;
    this.sink = sink;
  }

  /** Bytes of memory that the unfinished message takes. */
  int held() {
    return body.length;
  }

  /** Whether a frame or a message has begun and is not whole. */
  boolean isWithin() {
    return headRead > 0 || inPayload || messageOpcode != 0;
  }

  /** All bytes so far. */
  long read() {
    return read;
  }

  /** Pings, pongs and closes since this was last asked. */
  int takeControls() {
    int taken = controls;
    controls = 0;
    return taken;
  }

  /** Reads on. What follows the client's close is ignored. */
  void read(byte[] in) throws Violation {
    read += in.length;
    int at = 0;
    while (at < in.length && !closed) {
      at = inPayload ? payload(in, at) : head(in, at);
    }
  }

  private int head(byte[] in, int from) throws Violation {
    int at = from;
    while (at < in.length) {
      head[headRead++] = in[at++];
      if (headRead == 2) {
        checkHead();
      }
      if (headRead >= 2 && headRead == headLength()) {
        beginPayload();
        return at;
      }
    }
    return at;
  }

  private void checkHead() throws Violation {
    opcode = head[0] & 0x0f;
    last = (head[0] & 0x80) != 0;
    if ((head[0] & 0x70) != 0) {
      throw Violation.protocol("Reserved bits are set");
    }
    if ((head[1] & 0x80) == 0) {
      throw Violation.protocol("Frames of a client must be masked");
    }
    switch (opcode) {
      case Frames.CONTINUATION -> require(messageOpcode != 0, "Nothing to continue");
      case Frames.TEXT, Frames.BINARY ->
          require(messageOpcode == 0, "A message within another message");
      case Frames.CLOSE, Frames.PING, Frames.PONG ->
          require(
              last && (head[1] & 0x7f) <= CONTROL_BYTES_MAX, "Control frames are short and whole");
      default -> throw Violation.protocol("Unknown kind of frame");
    }
  }

  private static void require(boolean holds, String rule) throws Violation {
    if (!holds) {
      throw Violation.protocol(rule);
    }
  }

  private int headLength() {
    int length = head[1] & 0x7f;
    return 6 + (length == 126 ? 2 : length == 127 ? 8 : 0);
  }

  private void beginPayload() throws Violation {
    left = length();
    maskAt = headRead - 4;
    maskTurn = 0;
    headRead = 0;
    inPayload = true;
    if (opcode >= Frames.CLOSE) {
      controls++;
      control = new byte[(int) left];
      controlRead = 0;
    } else {
      if (opcode != Frames.CONTINUATION) {
        messageOpcode = opcode;
        fragments = 0;
      }
      if (++fragments > FRAGMENTS_MAX) {
        throw new Violation(Frames.POLICY, "Too many pieces of one message");
      }
      if (left > messageMax + DISCARD_BYTES_MAX - size) {
        throw tooLarge();
      }
    }
    if (left == 0) {
      endFrame();
    }
  }

  private long length() throws Violation {
    int shortLength = head[1] & 0x7f;
    ByteBuffer more = ByteBuffer.wrap(head, 2, 8);
    long length =
        switch (shortLength) {
          case 126 -> Short.toUnsignedLong(more.getShort());
          case 127 -> more.getLong();
          default -> shortLength;
        };
    boolean shortest =
        (shortLength < 126)
            || (shortLength == 126 && length >= 126)
            || (shortLength == 127 && length > 0xffff);
    require(shortest, "A length in too many bytes");
    return length;
  }

  private Violation tooLarge() {
    return new Violation(Frames.TOO_BIG, "Payload too large: limit is " + messageMax + " bytes");
  }

  private int payload(byte[] in, int from) throws Violation {
    int some = (int) Math.min(left, in.length - from);
    left -= some;
    if (opcode >= Frames.CLOSE) {
      unmask(in, from, control, controlRead, some);
      controlRead += some;
    } else {
      keep(in, from, some);
    }
    if (left == 0) {
      endFrame();
    }
    return from + some;
  }

  private void keep(byte[] in, int from, int some) {
    size += some;
    boolean tooLarge = size > messageMax;
    int limit = tooLarge ? Math.min(messageMax, START_BYTES_MAX) : messageMax;
    int fits = Math.max(0, Math.min(some, limit - kept));
    if (kept + fits > body.length) {
      int doubled = Math.max(FIRST_BYTES, body.length * 2);
      body = Arrays.copyOf(body, Math.min(limit, Math.max(kept + fits, doubled)));
    }
    unmask(in, from, body, kept, fits);
    kept += fits;
    if (tooLarge && kept > limit) {
      body = Arrays.copyOf(body, limit);
      kept = limit;
    }
    // The mask goes on where it would be, although nobody looks at the rest.
    maskTurn = (maskTurn + some - fits) & 3;
  }

  private void unmask(byte[] in, int from, byte[] out, int to, int count) {
    for (int i = 0; i < count; i++) {
      out[to + i] = (byte) (in[from + i] ^ head[maskAt + maskTurn]);
      maskTurn = (maskTurn + 1) & 3;
    }
  }

  private void endFrame() throws Violation {
    inPayload = false;
    switch (opcode) {
      case Frames.PING -> sink.ping(control);
      case Frames.PONG -> {}
      case Frames.CLOSE -> {
        closed = true;
        sink.closed(closeCode());
      }
      default -> {
        if (last) {
          endMessage();
        }
      }
    }
  }

  private void endMessage() throws Violation {
    boolean text = messageOpcode == Frames.TEXT;
    boolean whole = size <= messageMax;
    byte[] bytes = kept == body.length ? body : Arrays.copyOf(body, kept);
    Incoming message = new Incoming(text, bytes, size);
    messageOpcode = 0;
    body = new byte[0];
    kept = 0;
    size = 0;
    if (text && whole && !isUtf8(bytes)) {
      throw new Violation(Frames.NOT_UTF8, "Text must be UTF-8");
    }
    sink.message(message);
  }

  private int closeCode() throws Violation {
    if (control.length == 0) {
      return Frames.NO_CODE;
    }
    require(control.length >= 2, "Half a close code");
    int code = Short.toUnsignedInt(ByteBuffer.wrap(control).getShort());
    boolean known =
        (code >= 1_000 && code <= 1_014 && (code < 1_004 || code > 1_006))
            || (code >= 3_000 && code < 5_000);
    require(known, "Unknown close code");
    if (!isUtf8(Arrays.copyOfRange(control, 2, control.length))) {
      throw new Violation(Frames.NOT_UTF8, "Text must be UTF-8");
    }
    return code;
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The client breaks the protocol or a bound; it is closed with that code. */
  static final class Violation extends Exception {
    private static final long serialVersionUID = 1L;

    final int code;

    Violation(int code, String sentence) {
      super(sentence, null, false, false);
      this.code = code;
    }

    static Violation protocol(String sentence) {
      return new Violation(Frames.PROTOCOL, sentence);
    }

    String sentence() {
      return String.valueOf(getMessage());
    }
  }
}
