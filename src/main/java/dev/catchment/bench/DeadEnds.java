package dev.catchment.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Receivers that are dead: one whose port refuses, and one that takes a request for ever. */
final class DeadEnds implements AutoCloseable {
  private final NetworkChannel refusing;
  private final NetworkChannel hanging;

  /** Two on free ports of the loopback address. */
  DeadEnds() throws IOException {
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    // Bound and not listening: nobody else gets the port, and whoever calls it is refused.
    this.refusing = SocketChannel.open().bind(free);
    // The system takes the connections, and nobody ever does.
    this.hanging = ServerSocketChannel.open().bind(free);
  }

  /** The address of a dead destination; they refuse and hang in turn. */
  String url(int number) throws IOException {
    NetworkChannel channel = number % 2 == 0 ? refusing : hanging;
    return "http://127.0.0.1:"
        + ((InetSocketAddress) channel.getLocalAddress()).getPort()
        + "/dead";
  }

  @Override
  public void close() throws IOException {
    refusing.close();
    hanging.close();
  }
}
