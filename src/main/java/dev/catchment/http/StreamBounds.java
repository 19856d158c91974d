package dev.catchment.http;

import java.time.Duration;

/**
 * What connections that stay open may cost.
 *
 * @param tick how often each is looked at: every tick an event stream gets a sign of life, every
 *     second tick a WebSocket a ping; one that was silent, or read nothing, for four is closed
 * @param openMax how many may be open at once on a node
 * @param unsentMessagesMax messages that one may leave unread
 * @param unsentBytesMax bytes that one may leave unread, unless a single message has more
 */
public record StreamBounds(Duration tick, int openMax, int unsentMessagesMax, long unsentBytesMax) {
  /** A ping every 30 s, 60 s of silence, 10,000 connections, 1,000 messages or 4 MiB unread. */
  public static final StreamBounds STANDARD =
      new StreamBounds(Duration.ofSeconds(15), 10_000, 1_000, 4L << 20);

  static final int TICKS_PER_PING = 2;
  static final int SILENT_TICKS_MAX = 4;
}
