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
  private final FrameHead head = new FrameHead();

  private boolean inPayload;

  /** Bytes of its payload that are still to come. */
  private long left;

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
    return head.isBegun() || inPayload || messageOpcode != 0;
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
    int at = head.read(in, from, messageOpcode != 0);
    if (head.isWhole()) {
      beginPayload();
    }
    return at;
  }

  private void beginPayload() throws Violation {
    left = head.begin();
    inPayload = true;
    if (head.isControl()) {
      controls++;
      control = new byte[(int) left];
      controlRead = 0;
    } else {
      if (head.opcode() != Frames.CONTINUATION) {
        messageOpcode = head.opcode();
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

  private Violation tooLarge() {
    return new Violation(Frames.TOO_BIG, "Payload too large: limit is " + messageMax + " bytes");
  }

  private int payload(byte[] in, int from) throws Violation {
    int some = (int) Math.min(left, in.length - from);
    left -= some;
    if (head.isControl()) {
      head.unmask(in, from, control, controlRead, some);
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
    head.unmask(in, from, body, kept, fits);
    kept += fits;
    if (tooLarge && kept > limit) {
      body = Arrays.copyOf(body, limit);
      kept = limit;
    }
    // The mask goes on where it would be, although nobody looks at the rest.
    head.skip(some - fits);
  }

  private void endFrame() throws Violation {
    inPayload = false;
    switch (head.opcode()) {
      case Frames.PING -> sink.ping(control);
      case Frames.PONG -> {}
      case Frames.CLOSE -> {
        closed = true;
        sink.closed(closeCode());
      }
      default -> {
        if (head.isLast()) {
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
    Violation.unless(control.length >= 2, "Half a close code");
    int code = Short.toUnsignedInt(ByteBuffer.wrap(control).getShort());
    boolean known =
        (code >= 1_000 && code <= 1_014 && (code < 1_004 || code > 1_006))
            || (code >= 3_000 && code < 5_000);
    Violation.unless(known, "Unknown close code");
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

    /** Throws a violation of the protocol unless the rule holds. */
    static void unless(boolean holds, String sentence) throws Violation {
      if (!holds) {
        throw protocol(sentence);
      }
    }

    String sentence() {
      return String.valueOf(getMessage());
    }
  }
}
