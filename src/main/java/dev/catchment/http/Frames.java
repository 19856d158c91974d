package dev.catchment.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The words of the WebSocket protocol (RFC 6455), and the frames a server sends. */
final class Frames {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  static final int NORMAL = 1_000;
  static final int GOING_AWAY = 1_001;
  static final int PROTOCOL = 1_002;
  static final int NO_CODE = 1_005;
  static final int NOT_UTF8 = 1_007;
  static final int POLICY = 1_008;
  static final int TOO_BIG = 1_009;
  static final int BROKEN = 1_011;
  static final int TRY_LATER = 1_013;

  private static final int REASON_BYTES_MAX = 123;
  private static final int WHOLE = 0x80;

  private Frames() {}

  /** What stands before a payload; frames of a server are whole and have no mask. */
  static byte[] head(int opcode, int length) {
    ByteBuffer head = ByteBuffer.allocate(10);
    head.put((byte) (WHOLE | opcode));
    if (length < 126) {
      head.put((byte) length);
    } else if (length <= 0xffff) {
      head.put((byte) 126).putShort((short) length);
    } else {
      head.put((byte) 127).putLong(length);
    }
    return Arrays.copyOf(head.array(), head.position());
  }

  /** A whole short frame. */
  static byte[] control(int opcode, byte[] payload) {
    return ByteBuffer.allocate(2 + payload.length)
        .put(head(opcode, payload.length))
        .put(payload)
        .array();
  }

  /** A close; the reason is ASCII and is cut at 123 bytes. */
  static byte[] close(int code, String reason) {
    if (code == NO_CODE) {
      return control(CLOSE, new byte[0]);
    }
    byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
    int length = Math.min(text.length, REASON_BYTES_MAX);
    return control(
        CLOSE, ByteBuffer.allocate(2 + length).putShort((short) code).put(text, 0, length).array());
  }
}
