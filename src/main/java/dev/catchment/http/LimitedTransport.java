package dev.catchment.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.transport.Transport;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The library's own way to sockets, but for a limit on what its listening sockets accept. The
 * library has no setting for that, and shows a connection only once bytes have come on it.
 */
record LimitedTransport(Transport usual, ConnectionLimit limit) implements Transport {
  /** The native way where there is one. */
  static io.vertx.core.transport.Transport over(ConnectionLimit limit) {
    io.vertx.core.transport.Transport nativeWay =
        io.vertx.core.transport.Transport.nativeTransport();
    io.vertx.core.transport.Transport usual =
        nativeWay != null && nativeWay.available()
            ? nativeWay
            : io.vertx.core.transport.Transport.NIO;
    return new Named(usual, new LimitedTransport(usual.implementation(), limit));
  }

  /** As the library wants to be told of it. */
  private record Named(io.vertx.core.transport.Transport usual, Transport implementation)
      implements io.vertx.core.transport.Transport {
    @Override
    public String name() {
      return usual.name();
    }

    @Override
    public boolean available() {
      return usual.available();
    }

    @Override
    public @Nullable Throwable unavailabilityCause() {
      return usual.unavailabilityCause();
    }
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
    usual.configure(options, domainSocket, bootstrap);
    bootstrap.handler(limit);
  }

  @Override
  public boolean supportsDomainSockets() {
    return usual.supportsDomainSockets();
  }

  @Override
  public boolean supportFileRegion() {
    return usual.supportFileRegion();
  }

  @Override
  public boolean isAvailable() {
    return usual.isAvailable();
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return usual.unavailabilityCause();
  }

  @Override
  public java.net.SocketAddress convert(SocketAddress address) {
    return usual.convert(address);
  }

  @Override
  public SocketAddress convert(java.net.SocketAddress address) {
    return usual.convert(address);
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    return usual.ioHandlerFactory();
  }

  @Override
  public EventLoopGroup eventLoopGroup(
      int type, int threads, ThreadFactory threadFactory, int ioRatio) {
    return usual.eventLoopGroup(type, threads, threadFactory, ioRatio);
  }

  @Override
  public DatagramChannel datagramChannel() {
    return usual.datagramChannel();
  }

  @Override
  @SuppressWarnings("deprecation") // The library's interface has it so.
  public DatagramChannel datagramChannel(InternetProtocolFamily family) {
    return usual.datagramChannel(family);
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    return usual.channelFactory(domainSocket);
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    return usual.serverChannelFactory(domainSocket);
  }

  @Override
  public void configure(DatagramChannel channel, DatagramSocketOptions options) {
    usual.configure(channel, options);
  }

  @Override
  public void configure(
      ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap bootstrap) {
    usual.configure(options, connectTimeout, domainSocket, bootstrap);
  }
}
