package dev.catchment.http;

/**
 * Where and how a server listens.
 *
 * @param port 0 takes a free one
 * @param bind the local address
 * @param eventLoops how many threads read and write sockets
 * @param connectionsMax connections that may be open at once; one more is closed at once
 * @param patience how slow senders may be
 */
public record ServerSettings(
    int port, String bind, int eventLoops, int connectionsMax, Patience patience) {
  /** Connections unless the settings say otherwise. */
  public static final int CONNECTIONS_MAX = 20_000;

  /** The same with the usual number of connections. */
  public ServerSettings(int port, String bind, int eventLoops, Patience patience) {
    this(port, bind, eventLoops, CONNECTIONS_MAX, patience);
  }

  /** The same with the usual patience. */
  public ServerSettings(int port, String bind, int eventLoops) {
    this(port, bind, eventLoops, Patience.STANDARD);
  }
}
