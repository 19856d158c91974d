package dev.catchment.http;

import org.jspecify.annotations.Nullable;

/**
 * A connection that stays open, as its handler writes to it: a WebSocket or an event stream. A
 * client that reads too slowly is closed. Safe for use by several threads.
 */
public interface Outlet {
  /**
   * Queues a message; never blocks.
   *
   * @param id the place a client of an event stream may resume from; null for none; a WebSocket
   *     does not show it
   * @param event the kind, one word, as an event stream shows it
   * @param json one line of JSON in UTF-8; not to be modified
   * @return false when it is not sent, because the connection is closed or now closes
   */
  boolean send(@Nullable String id, String event, byte[] json);

  /**
   * Queues a message if the client has read enough of what was sent before; never blocks, and never
   * closes.
   *
   * @return false when it is not queued: there is no room now, or the connection is closed
   */
  boolean offer(@Nullable String id, String event, byte[] json);

  /**
   * Waits until most of what was queued has been sent and a message of that size has room.
   *
   * @param bytes of the message with its id
   * @return false when the connection is closed
   */
  boolean awaitRoom(int bytes);

  /**
   * Waits until most of what was queued has been sent.
   *
   * @return false when the connection is closed
   */
  boolean awaitRoom();

  /**
   * Closes when what is queued has been sent.
   *
   * @param code a close code of RFC 6455, such as 1008; an event stream just ends
   * @param reason short ASCII text
   */
  void close(int code, String reason);
}
