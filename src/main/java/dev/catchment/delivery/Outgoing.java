package dev.catchment.delivery;

import java.util.List;
import java.util.Map;

/**
 * One request to a receiver, complete but for what belongs to the connection itself: the sender
 * adds {@code Host}, {@code Content-Length} and {@code Connection}, and ignores them here.
 *
 * @param method upper case
 * @param url absolute, http or https
 * @param headers in the order they are sent; a name may repeat; {@code User-Agent} is the caller's
 * @param body the bytes to send, not copied; empty for none
 * @param timeoutMillis from the start of the call to the last byte of the answer, at least 1
 * @param responseBytesMax how much of the answer's body is kept
 */
@SuppressWarnings("ArrayRecordComponent") // Bodies are large and read once; nothing compares them.
public record Outgoing(
    String method,
    String url,
    List<Map.Entry<String, String>> headers,
    byte[] body,
    int timeoutMillis,
    int responseBytesMax) {
  /** What is kept of an answer's body unless a caller needs something else: 64 KiB. */
  public static final int RESPONSE_BYTES_MAX = 64 * 1024;
}
