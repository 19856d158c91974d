package dev.catchment.delivery;

import java.util.Map;

/** What came of one outgoing call. */
public sealed interface SendResult {
  /** From the start of the call to its end, in milliseconds. */
  long durationMillis();

  /**
   * The receiver answered in full, or at least as much as the caller wanted to keep. Any status,
   * redirects included, which are never followed.
   *
   * @param headers by lower-case name, repeated ones joined by {@code ", "}
   * @param body the first {@link Outgoing#responseBytesMax()} bytes as they came, not decompressed
   * @param truncated whether the body went on after those
   */
  @SuppressWarnings("ArrayRecordComponent") // Stored as it is; nothing compares it.
  record Answered(
      int status, Map<String, String> headers, byte[] body, boolean truncated, long durationMillis)
      implements SendResult {}

  /**
   * There was no whole answer.
   *
   * @param sentence safe to show to the owner of the destination
   */
  record Unanswered(Kind kind, String sentence, long durationMillis) implements SendResult {}

  /** Why there was no answer. */
  enum Kind {
    /** The name does not resolve. */
    DNS,
    /** No connection came about. */
    CONNECT,
    /** The time of the call ran out, wherever it was spent. */
    TIMEOUT,
    /** The receiver's certificate or its TLS is not acceptable. */
    TLS,
    /** The target is an address that may not be called. */
    BLOCKED_ADDRESS,
    /** The receiver broke off, or what it sent is not HTTP. */
    PROTOCOL,
    /** The transform of the connection made no body; it never will. */
    TRANSFORM,
    /** This server had no time to make the body; it may have later. */
    NOT_NOW,
    /** The request cannot be sent as it is, or anything else. */
    OTHER
  }
}
