package dev.catchment.http;

import dev.catchment.base.Failure;
import io.vertx.core.Context;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * An answer that takes its time: streamed, waited for, or a connection that stays open. Everything
 * but handlers and what they write runs on the event loop of its exchange.
 */
final class LongAnswer {
  private final Exchange exchange;
  private final Shared shared;
  private final Pace pace;
  private final HttpServerRequest http;
  private final Context context;
  private final Request.Head head;

  LongAnswer(Exchange exchange) {
    this.exchange = exchange;
    this.shared = exchange.shared;
    this.pace = exchange.pace;
    this.http = exchange.http;
    this.context = exchange.context;
    this.head = exchange.head;
  }

  /** An answer that is written while it is made, unless it is whole already. */
  void write(Streamed.Handler handler, Request request) {
    exchange.inThread(() -> {
      Answer answer = handler.handle(request);
      return () -> {
        switch (answer) {
          case Response whole -> exchange.answer(whole);
          case Streamed streamed -> write(streamed);
        }
      };
    });
  }

  private void write(Streamed streamed) {
    HttpServerResponse out = http.response();
    if (exchange.isAnswered() || out.closed()) {
      exchange.end();
      return;
    }
    streamed.headers().forEach(header -> out.headers().add(header.getKey(), header.getValue()));
    out.putHeader("X-Request-Id", head.id());
    if (HttpMethod.HEAD.equals(http.method())) {
      exchange.end();
      var _ = out.end();
      return;
    }
    out.setChunked(true);
    AnswerStream stream =
        new AnswerStream(out, context, streamed, shared.streams.bounds(), exchange::end);
    try {
      shared.handlers.execute(() -> write(streamed.body(), stream));
    } catch (RejectedExecutionException e) {
      failed(stream, exchange.unavailable(e));
    }
  }

  private void write(Streamed.Body written, AnswerStream stream) {
    try {
      written.write(stream);
      stream.finish();
    } catch (IOException e) {
      context.runOnContext(ignored -> stream.cut());
    } catch (RuntimeException | StackOverflowError e) {
      Response problem = exchange.problem(e);
      context.runOnContext(ignored -> failed(stream, problem));
    }
  }

  private void failed(AnswerStream stream, Response problem) {
    if (stream.isStarted()) {
      stream.cut();
    } else {
      stream.forget();
      http.response().headers().clear();
      http.response().setChunked(false);
      exchange.answer(problem);
    }
  }

  /** A connection that stays open. */
  void open(Router.Does.Open open, Request request) {
    exchange.inThread(() -> {
      StreamListener listener = open.handler().open(request);
      return () -> opened(open, request, listener);
    });
  }

  /** The handler has let the request in. */
  private void opened(Router.Does.Open open, Request request, StreamListener listener) {
    if (exchange.isAnswered()) {
      return;
    }
    if (open.messageMax() == null) {
      if (HttpMethod.HEAD.equals(http.method())) {
        exchange.end();
        var _ = EventStream.head(http.response()).putHeader("X-Request-Id", head.id()).end();
        return;
      }
      if (takesPlace()) {
        http.response().putHeader("X-Request-Id", head.id());
        exchange.release();
        EventStream.begin(
            http.response(), context, shared.streams, listener, () -> pace.ended(exchange));
      }
      return;
    }
    Optional<String> accept = Upgrade.accept(head);
    if (accept.isEmpty() || http.version() != HttpVersion.HTTP_1_1) {
      exchange.answer(exchange.problems().upgradeRequired(head.id()));
    } else if (takesPlace()) {
      int messageMax = open.messageMax().applyAsInt(request);
      upgrade(
          accept.get(),
          new WebSocketStream.Settings(listener, messageMax, pace.patience().bodyBytes()));
    }
  }

  /** One answer, once there is something to tell or the time is up. */
  void poll(StreamHandler handler, Request request) {
    exchange.inThread(() -> {
      StreamListener listener = handler.open(request);
      return () -> {
        if (HttpMethod.HEAD.equals(http.method())) {
          exchange.answer(Response.bytes(200, "application/json", new byte[0]));
        } else if (!exchange.isAnswered() && takesPlace()) {
          PollAnswer poll =
              new PollAnswer(
                  context, shared.streams, exchange.problems(), head.id(), exchange::answer);
          http.response().exceptionHandler(lost -> poll.lost(exchange::end));
          http.response().closeHandler(lost -> poll.lost(exchange::end));
          poll.begin(listener);
        }
      };
    });
  }

  private boolean takesPlace() {
    if (!shared.isStopping() && shared.streams.take()) {
      return true;
    }
    exchange.answer(exchange.problems().of(Failure.unavailable(), head.id()));
    return false;
  }

  private void upgrade(String accept, WebSocketStream.Settings settings) {
    exchange.end();
    pace.leave();
    http.response()
        .putHeader("Upgrade", "websocket")
        .putHeader("Connection", "Upgrade")
        .putHeader("Sec-WebSocket-Accept", accept)
        .putHeader("X-Request-Id", head.id());
    var _ =
        http.toNetSocket()
            .onSuccess(socket -> WebSocketStream.begin(socket, context, shared.streams, settings))
            .onFailure(lost -> {
              shared.streams.giveBack();
              http.connection().close();
            });
  }
}
