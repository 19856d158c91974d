package dev.catchment.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket after its handshake. Frames are read and written here and not by the library, which
 * would gather a frame of any announced length before anybody could count it, and would answer
 * pings of a client that reads nothing without end. But for {@link Outlet}, everything runs on the
 * connection's event loop.
 */
final class WebSocketStream implements Outlet, FrameReader.Sink {
  /** How long a client may take to answer a close. */
  private static final long CLOSE_MILLIS_MAX = 5_000;

  /** How long a client that broke the rules is read after it was told so. */
  private static final long LINGER_MILLIS = 300;

  /** What a client may still send after it was told of the close. */
  private static final long DISCARDED_BYTES_MAX = 4L << 20;

  /** Pings and the like that a client may send in a tick. */
  private static final int CONTROLS_PER_TICK_MAX = 1_500;

  private static final byte[] NOTHING = {};

  private final NetSocket socket;
  private final Context context;
  private final Streams streams;
  private final StreamListener listener;
  private final int slowBytesMin;
  private final FrameReader reader;
  private final Outbox outbox;
  private final Inbox inbox;
  private final long timer;
  private long forceTimer = -1;
  private int reserved;
  private int ticks;
  private int silent;
  private long readAtTick;
  private boolean withinAtTick;
  private boolean heard;
  private boolean paused;
  private boolean closing;
  private boolean deaf;
  private long discarded;
  private boolean peerClosed;
  private boolean gone;
  private byte @Nullable [] pong;

  private WebSocketStream(NetSocket socket, Context context, Streams streams, Settings settings) {
    this.socket = socket;
    this.context = context;
    this.streams = streams;
    this.listener = settings.listener();
    this.slowBytesMin = settings.slowBytesMin();
    this.reader = new FrameReader(settings.messageMax(), this);
    this.outbox = new Outbox(context, streams.bounds(), socket::write, this::tooSlow);
    this.inbox =
        new Inbox(
            streams.threads(),
            () -> context.runOnContext(ignored -> resume()),
            () -> close(Frames.BROKEN, "Internal server error"));
    this.timer = context.owner().setPeriodic(streams.bounds().tick().toMillis(), ignored -> tick());
  }

  /**
   * What one WebSocket is told beside its socket.
   *
   * @param messageMax bytes that a message may have
   * @param slowBytesMin bytes that must come of an unfinished message in a tick
   */
  record Settings(StreamListener listener, int messageMax, int slowBytesMin) {}

  /** Begins to serve a socket that has been upgraded, on its event loop. */
  static void begin(NetSocket socket, Context context, Streams streams, Settings settings) {
    WebSocketStream stream = new WebSocketStream(socket, context, streams, settings);
    streams.opened(stream);
    socket.exceptionHandler(ignored -> socket.close());
    socket.closeHandler(ignored -> stream.gone());
    socket.endHandler(ignored -> socket.close());
    socket.handler(stream::read);
    stream.call(() -> settings.listener().opened(stream));
  }

  @Override
  public boolean send(@Nullable String id, String event, byte[] json) {
    return outbox.offer(Frames.head(Frames.TEXT, json.length), json);
  }

  @Override
  public boolean offer(@Nullable String id, String event, byte[] json) {
    return outbox.offerIfRoom(Frames.head(Frames.TEXT, json.length), json);
  }

  @Override
  public boolean awaitRoom(int bytes) {
    return outbox.awaitRoom(bytes);
  }

  @Override
  public boolean awaitRoom() {
    return outbox.awaitRoom();
  }

  @Override
  public void close(int code, String reason) {
    context.runOnContext(ignored -> closing(code, reason));
  }

  private void tooSlow() {
    closing(Frames.TRY_LATER, "Too many unread messages");
  }

  private void read(Buffer bytes) {
    heard = true;
    if (closing) {
      discarded += bytes.length();
    }
    if (discarded > DISCARDED_BYTES_MAX) {
      socket.close();
    } else if (!deaf) {
      try {
        reader.read(bytes.getBytes());
        reserve(reader.held());
      } catch (FrameReader.Violation e) {
        deafly(e.code, e.sentence());
      }
    }
  }

  /**
   * Closes, and takes no more notice of what comes. It is read for a while all the same, because a
   * socket that is closed with unread bytes takes the close back from the client.
   */
  private void deafly(int code, String reason) {
    deaf = true;
    closing(code, reason);
  }

  private void reserve(int held) {
    long all = streams.bodyBytes().addAndGet((long) held - reserved);
    boolean more = held > reserved;
    reserved = held;
    if (more && all > Shared.BODY_BYTES_MAX) {
      deafly(Frames.TRY_LATER, "Service unavailable");
    }
  }

  @Override
  public void message(Incoming message) {
    if (!closing) {
      streams.bodyBytes().addAndGet(message.body().length);
      call(() -> {
        try {
          listener.message(message);
        } finally {
          streams.bodyBytes().addAndGet(-message.body().length);
        }
      });
    }
  }

  private void call(Runnable call) {
    if (inbox.add(call) && !paused) {
      paused = true;
      socket.pause();
    }
  }

  private void resume() {
    if (paused && !gone) {
      paused = false;
      socket.resume();
    }
  }

  /** Only the last of several pings need be answered (RFC 6455, section 5.5.3). */
  @Override
  public void ping(byte[] payload) {
    if (closing) {
      return;
    }
    boolean queued = pong != null;
    pong = payload;
    if (!queued) {
      // After everything that was read together with it.
      context.runOnContext(ignored -> pong());
    }
  }

  private void pong() {
    byte[] payload = pong;
    pong = null;
    if (payload != null && !closing) {
      outbox.offer(Frames.control(Frames.PONG, payload));
    }
  }

  @Override
  public void closed(int code) {
    peerClosed = true;
    closing(code, "");
  }

  private void closing(int code, String reason) {
    if (gone) {
      return;
    }
    if (closing) {
      if (peerClosed) {
        socket.close();
      }
      return;
    }
    closing = true;
    forceTimer = context.owner().setTimer(CLOSE_MILLIS_MAX, ignored -> socket.close());
    // What is still to come is the answer to the close.
    resume();
    outbox.end(Frames.close(code, reason), this::told);
  }

  /** The close has left. */
  private void told() {
    if (peerClosed) {
      socket.close();
    } else if (deaf) {
      context.owner().setTimer(LINGER_MILLIS, ignored -> socket.close());
    }
  }

  private void tick() {
    ticks++;
    silent = heard || paused ? 0 : silent + 1;
    heard = false;
    boolean slow =
        !paused && withinAtTick && reader.isWithin() && reader.read() - readAtTick < slowBytesMin;
    withinAtTick = reader.isWithin();
    readAtTick = reader.read();
    if (outbox.isStuck() || silent >= StreamBounds.SILENT_TICKS_MAX) {
      socket.close();
    } else if (slow) {
      closing(Frames.POLICY, "The message comes too slowly");
    } else if (reader.takeControls() > CONTROLS_PER_TICK_MAX) {
      closing(Frames.POLICY, "Too many control frames");
    } else if (ticks % StreamBounds.TICKS_PER_PING == 0) {
      outbox.offerIfIdle(Frames.control(Frames.PING, NOTHING));
    }
  }

  private void gone() {
    if (gone) {
      return;
    }
    gone = true;
    closing = true;
    context.owner().cancelTimer(timer);
    context.owner().cancelTimer(forceTimer);
    outbox.gone();
    streams.bodyBytes().addAndGet(-reserved);
    reserved = 0;
    var _ = inbox.add(listener::closed);
    streams.closed(this);
  }
}
