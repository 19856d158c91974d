package dev.catchment.http;

import dev.catchment.observe.Log;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;

/**
 * One answer whose body is written piece by piece. A client that stops reading is cut off. But for
 * the body's own writing, everything runs on the connection's event loop.
 */
final class BodyStream {
  private static final Log LOG = Log.of("http.download");
  private static final byte[] NOTHING = {};

  private final HttpServerResponse response;
  private final Context context;
  private final Streams streams;
  private final Outbox outbox;
  private final long timer;
  private final Runnable after;
  private boolean gone;

  private BodyStream(
      HttpServerResponse response, Context context, Streams streams, Runnable after) {
    this.response = response;
    this.context = context;
    this.streams = streams;
    this.after = after;
    this.outbox = new Outbox(context, streams.bounds(), response::write, this::cut);
    this.timer = context.owner().setPeriodic(streams.bounds().tick().toMillis(), ignored -> tick());
  }

  /**
   * Begins to answer, on the event loop of the connection; a place among the streams is taken.
   *
   * @param response without a status so far
   * @param after runs once when the answer is over
   */
  static void begin(
      HttpServerResponse response,
      Context context,
      Streams streams,
      Download download,
      Runnable after) {
    BodyStream stream = new BodyStream(response, context, streams, after);
    head(response, download).setChunked(true);
    response.exceptionHandler(ignored -> stream.gone());
    response.closeHandler(ignored -> stream.gone());
    streams.threads().execute(() -> stream.write(download.body()));
  }

  /** Adds what stands before the body. */
  static HttpServerResponse head(HttpServerResponse response, Download download) {
    response.setStatusCode(200);
    for (Map.Entry<String, String> header : download.headers()) {
      response.headers().add(header.getKey(), header.getValue());
    }
    return response;
  }

  private void write(Download.Body body) {
    try {
      body.writeTo(piece -> outbox.offer(piece) && outbox.awaitRoom());
      outbox.end(NOTHING, this::end);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("download.failed", e);
      context.runOnContext(ignored -> cut());
    }
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
    streams.giveBack();
  }
}
