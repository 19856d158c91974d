package dev.catchment.http;

/**
 * What happens on one connection that stays open. Called on virtual threads, one call at a time, in
 * order; may block, and nothing more is read from the client meanwhile than a few messages.
 */
public interface StreamListener {
  /** The connection is open. Not called when it was lost before; then nothing else is either. */
  void opened(Outlet outlet);

  /** The client of a WebSocket sent something. */
  void message(Incoming message);

  /** The connection is gone. The last call. */
  void closed();
}
