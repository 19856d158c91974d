package dev.catchment.http;

/**
 * Where and how a server listens.
 *
 * @param port 0 takes a free one
 * @param bind the local address
 * @param eventLoops how many threads read and write sockets
 * @param patience how slow senders may be
 * @param streams what connections that stay open may cost
 */
public record ServerSettings(
    int port, String bind, int eventLoops, Patience patience, StreamBounds streams) {
  /** The same with the usual bounds of open connections. */
  public ServerSettings(int port, String bind, int eventLoops, Patience patience) {
    this(port, bind, eventLoops, patience, StreamBounds.STANDARD);
  }

  /** The same with the usual patience. */
  public ServerSettings(int port, String bind, int eventLoops) {
    this(port, bind, eventLoops, Patience.STANDARD);
  }
}
