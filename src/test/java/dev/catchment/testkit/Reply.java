package dev.catchment.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What a {@link Receiver} does with a request. */
public sealed interface Reply {
  /**
   * An ordinary answer with a {@code Content-Length}; the connection stays open.
   *
   * @param headers lines such as {@code Retry-After: 5}
   */
  @SuppressWarnings("ArrayRecordComponent") // Written out once; nothing compares it.
  record Plain(int status, List<String> headers, byte[] body) implements Reply {
    /** The same with one more header. */
    public Plain with(String name, String value) {
      List<String> more = new ArrayList<>(headers);
      more.add(name + ": " + value);
      return new Plain(status, more, body);
    }

    /** The answer as it goes over the wire. */
    byte[] bytes() {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Status\r\n");
      headers.forEach(line -> head.append(line).append("\r\n"));
      head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
      byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
      byte[] all = new byte[first.length + body.length];
      System.arraycopy(first, 0, all, 0, first.length);
      System.arraycopy(body, 0, all, first.length, body.length);
      return all;
    }
  }

  /** The answer follows once the latch is open; closing the receiver opens every latch. */
  record Held(CountDownLatch until, Reply then) implements Reply {}

  /** The answer, then the connection closes without having said so. */
  record ThenClose(Plain answer) implements Reply {}

  /** The first bytes of an answer, then the connection is reset; 0 resets without an answer. */
  record Reset(Plain answer, int bytes) implements Reply {}

  /** The first bytes of an answer, then the connection closes in good order. */
  record Cut(Plain answer, int bytes) implements Reply {}

  /** The answer one byte at a time, with a pause before each. */
  record Drip(Plain answer, Duration pause) implements Reply {}

  /** A chunked answer that never ends, as fast as it is read. */
  record Endless() implements Reply {}

  /** These bytes, whatever they are, then the connection closes. */
  record Raw(String text) implements Reply {}

  /** An empty answer. */
  static Plain status(int status) {
    return new Plain(status, List.of(), new byte[0]);
  }

  /** An answer with a text. */
  static Plain text(int status, String body) {
    return new Plain(status, List.of(), body.getBytes(StandardCharsets.UTF_8));
  }

  /** An empty answer that follows once the latch is open. */
  static Reply held(CountDownLatch until, int status) {
    return new Held(until, status(status));
  }

  /** The connection is reset without an answer. */
  static Reply reset() {
    return new Reset(status(200), 0);
  }
}
