package dev.catchment.http;

import java.util.List;
import java.util.Map;

/**
 * An answer of 200 whose body is made while it is sent, however long it is.
 *
 * @param headers names and values in order
 * @param body writes the body
 */
public record Download(List<Map.Entry<String, String>> headers, Body body) {

  /** Decides, on a virtual thread, what is sent. */
  @FunctionalInterface
  public interface Handler {
    /** May block and may throw {@code Failure}, which is answered as to any other request. */
    Download handle(Request request);
  }

  /** Makes a body. */
  @FunctionalInterface
  public interface Body {
    /**
     * Writes all of it, on a virtual thread. What it throws breaks the answer off, so that the
     * client knows that it is not whole.
     */
    void writeTo(Sink sink);
  }

  /** Where a body is written to. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Sends a piece, and waits until most of what was written has left.
     *
     * @param piece not to be modified
     * @return false when the client is gone and nothing more need be written
     */
    boolean write(byte[] piece);
  }
}
