package dev.catchment.http;

import dev.catchment.http.FrameReader.Violation;
import java.nio.ByteBuffer;

/**
 * The heads of a client's frames (RFC 6455, section 5.2), one after the other, however the bytes
 * are cut: what kind of frame it is, how long its payload, and the mask on that. Used by one
 * thread.
 */
final class FrameHead {
  private static final int CONTROL_BYTES_MAX = 125;
  private static final int BYTES_MAX = 14;
  private static final int MASK_BYTES = 4;

  private final byte[] bytes = new byte[BYTES_MAX];

  /** How many bytes of the next head have come; 0 while a payload is read. */
  private int read;

  private int maskAt;
  private int maskTurn;

  /**
   * Reads on, up to the end of the head.
   *
   * @param withinMessage whether a message has begun that is not whole
   * @return where it stopped
   */
  int read(byte[] in, int from, boolean withinMessage) throws Violation {
    int at = from;
    while (at < in.length && !isWhole()) {
      bytes[read++] = in[at++];
      if (read == 2) {
        check(withinMessage);
      }
    }
    return at;
  }

  /** Whether some of it has come. */
  boolean isBegun() {
    return read > 0;
  }

  /** Whether all of it has come, and its payload has not begun. */
  boolean isWhole() {
    return read >= 2 && read == wholeLength();
  }

  int opcode() {
    return bytes[0] & 0x0f;
  }

  /** Whether it is the last frame of its message. */
  boolean isLast() {
    return (bytes[0] & 0x80) != 0;
  }

  boolean isControl() {
    return opcode() >= Frames.CLOSE;
  }

  private int shortLength() {
    return bytes[1] & 0x7f;
  }

  private int wholeLength() {
    int more = shortLength() == 126 ? 2 : shortLength() == 127 ? 8 : 0;
    return 2 + more + MASK_BYTES;
  }

  private void check(boolean withinMessage) throws Violation {
    Violation.unless((bytes[0] & 0x70) == 0, "Reserved bits are set");
    Violation.unless((bytes[1] & 0x80) != 0, "Frames of a client must be masked");
    switch (opcode()) {
      case Frames.CONTINUATION -> Violation.unless(withinMessage, "Nothing to continue");
      case Frames.TEXT, Frames.BINARY ->
          Violation.unless(!withinMessage, "A message within another message");
      case Frames.CLOSE, Frames.PING, Frames.PONG ->
          Violation.unless(
              isLast() && shortLength() <= CONTROL_BYTES_MAX, "Control frames are short and whole");
      default -> throw Violation.protocol("Unknown kind of frame");
    }
  }

  /**
   * The head is whole: begins its payload.
   *
   * @return how many bytes that has
   */
  long begin() throws Violation {
    long length = length();
    maskAt = read - MASK_BYTES;
    maskTurn = 0;
    read = 0;
    return length;
  }

  private long length() throws Violation {
    int shortLength = shortLength();
    ByteBuffer more = ByteBuffer.wrap(bytes, 2, 8);
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
    Violation.unless(shortest, "A length in too many bytes");
    return length;
  }

  /** Takes the mask off the next bytes of the payload. */
  void unmask(byte[] in, int from, byte[] out, int to, int count) {
    for (int i = 0; i < count; i++) {
      out[to + i] = (byte) (in[from + i] ^ bytes[maskAt + maskTurn]);
      maskTurn = (maskTurn + 1) & 3;
    }
  }

  /** Passes over the next bytes of the payload, which nobody looks at. */
  void skip(int count) {
    maskTurn = (maskTurn + count) & 3;
  }
}
