package dev.catchment.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * The body of one {@link Streamed} answer on its way to the client. Written to by one virtual
 * thread; the head leaves with the first full piece, so that what fails before can still be said.
 */
final class AnswerStream extends OutputStream {
  private static final int PIECE_BYTES = 64 << 10;

  /** What a client may leave unread, in pieces and in bytes, before the writer waits. */
  private static final int UNSENT_PIECES_MAX = 32;

  private static final long UNSENT_BYTES_MAX = 2L << 20;

  private static final byte[] NOTHING = {};

  private final HttpServerResponse response;
  private final Context context;
  private final Outbox outbox;
  private final Runnable after;
  private final byte[] piece = new byte[PIECE_BYTES];
  private final long ticks;
  private final long end;
  private int filled;
  private boolean started;
  private boolean over;

  /**
   * A body of which nothing is sent so far; made on the connection's event loop.
   *
   * @param response has its status and headers
   * @param after runs once on the event loop when the answer is over, whole or not
   */
  AnswerStream(
      HttpServerResponse response,
      Context context,
      Streamed streamed,
      StreamBounds bounds,
      Runnable after) {
    this.response = response;
    this.context = context;
    this.after = after;
    StreamBounds own = new StreamBounds(bounds.tick(), 1, UNSENT_PIECES_MAX, UNSENT_BYTES_MAX);
    this.outbox = new Outbox(context, own, response::write, this::cut);
    this.ticks = context.owner().setPeriodic(bounds.tick().toMillis(), ignored -> tick());
    this.end = context.owner().setTimer(streamed.timeMax().toMillis(), ignored -> cut());
    response.exceptionHandler(ignored -> over());
    response.closeHandler(ignored -> over());
  }

  @Override
  public void write(int b) throws IOException {
    if (filled == PIECE_BYTES) {
      send();
    }
    piece[filled++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      if (filled == PIECE_BYTES) {
        send();
      }
      int some = Math.min(left, PIECE_BYTES - filled);
      System.arraycopy(bytes, at, piece, filled, some);
      filled += some;
      at += some;
      left -= some;
    }
  }

  private void send() throws IOException {
    started = true;
    if (!outbox.awaitRoom() || !outbox.offer(Arrays.copyOf(piece, filled))) {
      throw new IOException("The client is gone or reads too slowly");
    }
    filled = 0;
  }

  /** Sends what is left and ends the answer; one that is whole by now says how long it is. */
  void finish() {
    if (!started) {
      context.runOnContext(ignored -> answer());
      return;
    }
    outbox.end(filled == 0 ? NOTHING : Arrays.copyOf(piece, filled), this::finished);
  }

  private void answer() {
    if (!over) {
      response.setChunked(false);
      response.putHeader("Content-Length", Integer.toString(filled));
      var _ =
          response.end(Buffer.buffer(Arrays.copyOf(piece, filled))).onComplete(ignored -> over());
    }
  }

  private void finished() {
    if (!over) {
      var _ = response.end().onComplete(ignored -> over());
    }
  }

  /** Whether something may have left, so that another answer is no longer possible. */
  boolean isStarted() {
    return started;
  }

  /** Ends an answer that will not be whole, in a way the client notices; on the event loop. */
  void cut() {
    if (!over) {
      response.reset();
      over();
    }
  }

  /** Lets go of the response, of which nothing was sent; on the event loop. */
  void forget() {
    over = true;
    stop();
  }

  private void tick() {
    if (outbox.isStuck()) {
      cut();
    }
  }

  private void over() {
    if (!over) {
      over = true;
      stop();
      after.run();
    }
  }

  private void stop() {
    context.owner().cancelTimer(ticks);
    context.owner().cancelTimer(end);
    outbox.gone();
  }
}
