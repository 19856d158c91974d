package dev.catchment.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.Http1xServerConnection;

/**
 * Lets a sender close its half of a connection and still read its answer, as {@code nc -N} does.
 * The library would take the closed half for the end of the connection, and drop the answer to a
 * request that may already be stored.
 */
final class HalfClose extends ChannelInboundHandlerAdapter {
  private final Pace pace;

  private HalfClose(Pace pace) {
    this.pace = pace;
  }

  /** Does nothing for HTTP/2, where a closed half is the end. */
  static void allow(HttpConnection connection, Pace pace) {
    if (connection instanceof Http1xServerConnection http1) {
      http1.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      http1.channel().pipeline().addFirst(new HalfClose(pace));
    }
  }

  /** From now on a closed half is the end of the connection. */
  static void end(HttpConnection connection) {
    if (connection instanceof Http1xServerConnection http1) {
      http1.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
      http1.channel().pipeline().remove(HalfClose.class);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    context.fireUserEventTriggered(event);
    if (event instanceof ChannelInputShutdownEvent) {
      // What came before it may still be on its way through the handlers behind this one.
      context.executor().execute(() -> pace.halfClosed(() -> closeWhenWritten(context)));
    }
  }

  private static void closeWhenWritten(ChannelHandlerContext context) {
    var _ = context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }
}
