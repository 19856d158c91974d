package dev.catchment.http;

/**
 * A message that a client sent over a WebSocket.
 *
 * @param text whether it was sent as text, which is valid UTF-8 then
 * @param body its bytes, not to be modified; of a message that was too large only the beginning
 * @param size how many bytes it had
 */
public record Incoming(boolean text, byte[] body, long size) {
  /** Whether it was within the limit of its route, so that all of it is here. */
  public boolean isWhole() {
    return size == body.length;
  }
}
