package dev.catchment.http;

/**
 * Where and how a server listens.
 *
 * @param port 0 takes a free one
 * @param bind the local address
 * @param eventLoops how many threads read and write sockets
 * @param patience how slow senders may be
 */
public record ServerSettings(int port, String bind, int eventLoops, Patience patience) {
  /** The same with the usual patience. */
  public ServerSettings(int port, String bind, int eventLoops) {
    this(port, bind, eventLoops, Patience.STANDARD);
  }
}
