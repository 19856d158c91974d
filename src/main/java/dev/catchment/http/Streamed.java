package dev.catchment.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An answer of 200 whose body is written while it is made.
 *
 * @param headers names and values in order; {@code X-Request-Id} is added by the server, and {@code
 *     Content-Length} to what is short enough to be known whole when it leaves
 * @param timeMax how long the whole may take, however fast the client reads
 * @param body writes it, on a virtual thread; not asked for a HEAD
 */
public record Streamed(List<Map.Entry<String, String>> headers, Duration timeMax, Body body)
    implements Answer {
  /** What is written. */
  @FunctionalInterface
  public interface Body {
    /**
     * Writes all of it. A client that reads slowly holds the writer back. What is thrown before the
     * first 64 KiB is answered like a failure of any other request; later the connection is cut, so
     * that the client can tell that something is missing.
     *
     * @param out need be neither flushed nor closed
     * @throws IOException from {@code out}, when the client is gone, read nothing for a minute, or
     *     the time is over
     */
    void write(OutputStream out) throws IOException;
  }

  /**
   * Answers a request, piece by piece unless it is little; called on a virtual thread, may throw
   * {@code Failure}.
   */
  @FunctionalInterface
  public interface Handler {
    Answer handle(Request request);
  }
}
