package dev.catchment.bench;

import java.io.IOException;

/**
 * What is needed of the head of an HTTP/1.1 message (RFC 9112), read without making objects for its
 * headers. Only bodies with {@code Content-Length} are understood.
 *
 * @param bodyAt where the body begins
 * @param length bytes of the body
 * @param close whether the sender closes the connection after this message
 */
record MessageHead(int bodyAt, int length, boolean close) {
  private static final String LENGTH = "content-length:";
  private static final String CONNECTION = "connection:";
  private static final String CODING = "transfer-encoding:";
  private static final int BODY_MAX = 64 << 20;

  /** Where the body begins, -1 while the head is incomplete. */
  static int end(byte[] bytes, int count) {
    for (int i = 3; i < count; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  /** The head that ends at {@code bodyAt}. */
  static MessageHead read(byte[] bytes, int bodyAt) throws IOException {
    int length = 0;
    boolean close = false;
    int line = next(bytes, 0, bodyAt);
    while (line < bodyAt) {
      if (named(bytes, line, bodyAt, LENGTH)) {
        length = number(bytes, line + LENGTH.length());
      } else if (named(bytes, line, bodyAt, CONNECTION)) {
        close = named(bytes, skipBlank(bytes, line + CONNECTION.length()), bodyAt, "close");
      } else if (named(bytes, line, bodyAt, CODING)) {
        throw new IOException("The bench reads no chunked messages");
      }
      line = next(bytes, line, bodyAt);
    }
    return new MessageHead(bodyAt, length, close);
  }

  private static int next(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && bytes[at] != '\n') {
      at++;
    }
    return at + 1;
  }

  /** Whether that lower-case word stands there in any case. */
  private static boolean named(byte[] bytes, int at, int end, String word) {
    if (at + word.length() > end) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      int letter = bytes[at + i];
      if (letter >= 'A' && letter <= 'Z') {
        letter += 'a' - 'A';
      }
      if (letter != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int skipBlank(byte[] bytes, int from) {
    int at = from;
    while (bytes[at] == ' ') {
      at++;
    }
    return at;
  }

  private static int number(byte[] bytes, int from) throws IOException {
    int value = 0;
    for (int i = skipBlank(bytes, from); bytes[i] >= '0' && bytes[i] <= '9'; i++) {
      value = value * 10 + bytes[i] - '0';
      if (value > BODY_MAX) {
        throw new IOException("The bench reads no bodies over " + BODY_MAX + " bytes");
      }
    }
    return value;
  }
}
