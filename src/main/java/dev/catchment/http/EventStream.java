package dev.catchment.http;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One answer of server-sent events (WHATWG HTML, section 9.2). But for {@link Outlet}, everything
 * runs on the connection's event loop.
 */
final class EventStream implements Outlet {
  private static final byte[] SIGN_OF_LIFE = ascii(":\n\n");
  private static final byte[] END_OF_EVENT = ascii("\n\n");

  private final HttpServerResponse response;
  private final Context context;
  private final Streams streams;
  private final StreamListener listener;
  private final Outbox outbox;
  private final Inbox inbox;
  private final long timer;
  private final Runnable after;
  private boolean ending;
  private boolean gone;

  private EventStream(
      HttpServerResponse response,
      Context context,
      Streams streams,
      StreamListener listener,
      Runnable after) {
    this.response = response;
    this.context = context;
    this.streams = streams;
    this.listener = listener;
    this.after = after;
    this.outbox = new Outbox(context, streams.bounds(), response::write, this::cut);
    this.inbox = new Inbox(streams.threads(), () -> {}, () -> close(Frames.BROKEN, ""));
    this.timer = context.owner().setPeriodic(streams.bounds().tick().toMillis(), ignored -> tick());
  }

  /**
   * Begins to answer, on the event loop of the connection.
   *
   * @param response without a status or headers so far
   * @param after runs once when the answer is over
   */
  static void begin(
      HttpServerResponse response,
      Context context,
      Streams streams,
      StreamListener listener,
      Runnable after) {
    EventStream stream = new EventStream(response, context, streams, listener, after);
    streams.opened(stream);
    head(response).setChunked(true);
    response.exceptionHandler(ignored -> stream.gone());
    response.closeHandler(ignored -> stream.gone());
    var _ = stream.inbox.add(() -> listener.opened(stream));
    // The head leaves at once, so that a client knows that it is connected.
    stream.outbox.offerIfIdle(SIGN_OF_LIFE);
  }

  /** Adds what every event stream is answered with. */
  static HttpServerResponse head(HttpServerResponse response) {
    response.setStatusCode(200);
    response.putHeader("Content-Type", "text/event-stream");
    response.putHeader("Cache-Control", "no-store");
    // A proxy that gathers answers would hold events back.
    return response.putHeader("X-Accel-Buffering", "no");
  }

  @Override
  public boolean send(@Nullable String id, String event, byte[] json) {
    return outbox.offer(start(id, event), json, END_OF_EVENT);
  }

  private static byte[] start(@Nullable String id, String event) {
    return ascii((id == null ? "" : "id: " + id + "\n") + "event: " + event + "\ndata: ");
  }

  @Override
  public boolean offer(@Nullable String id, String event, byte[] json) {
    return outbox.offerIfRoom(start(id, event), json, END_OF_EVENT);
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
    context.runOnContext(ignored -> {
      if (!ending) {
        ending = true;
        outbox.end(SIGN_OF_LIFE, this::end);
      }
    });
  }

  private void end() {
    if (!gone) {
      var _ = response.end().onComplete(ignored -> gone());
    }
  }

  private void cut() {
    response.reset();
    gone();
  }

  private void tick() {
    if (outbox.isStuck()) {
      cut();
    } else {
      outbox.offerIfIdle(SIGN_OF_LIFE);
    }
  }

  private void gone() {
    if (gone) {
      return;
    }
    gone = true;
    context.owner().cancelTimer(timer);
    outbox.gone();
    after.run();
    var _ = inbox.add(listener::closed);
    streams.closed(this);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
