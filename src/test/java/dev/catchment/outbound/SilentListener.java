package dev.catchment.outbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A port whose queue of waiting connections is full, so that a further one is never answered. */
final class SilentListener implements AutoCloseable {
  /** More than the smallest backlog holds on any system. */
  private static final int FILLERS = 16;

  private final ServerSocket server;
  private final List<SocketChannel> fillers = new ArrayList<>();

  private SilentListener() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    server = new ServerSocket(0, 1, loopback);
    for (int i = 0; i < FILLERS; i++) {
      SocketChannel filler = SocketChannel.open();
      filler.configureBlocking(false);
      filler.connect(new InetSocketAddress(loopback, server.getLocalPort()));
      fillers.add(filler);
    }
  }

  static SilentListener start() throws IOException {
    return new SilentListener();
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel filler : fillers) {
      filler.close();
    }
    server.close();
  }
}
