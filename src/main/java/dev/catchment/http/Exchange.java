package dev.catchment.http;

import dev.catchment.base.Failure;
import dev.catchment.observe.Log;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request from its first byte to its answer. Everything but handlers runs on an event loop. */
final class Exchange {
  private static final Log LOG = Log.of("http.exchange");

  /** How long a sender whose body was refused may go on sending before it is cut off. */
  private static final long DISCARD_MILLIS_MAX = 2_000;

  /** How much of a body that is too large is told to whoever wants to know of it. */
  private static final int NOT_MODIFIED = 304;

  private static final int TOLD_BYTES_MAX = 64 << 10;

  private final Shared shared;
  private final Pace pace;
  private final HttpServerRequest http;
  private final Context context;
  private final Request.Head head;
  private final Router router;
  private final Map<String, String> pathParameters;
  private final Router.@Nullable Target target;
  private final byte[] nothing = {};
  private @Nullable Buffer body;
  private long bodyMax;
  private long reserved;
  private long bytesLooked = -1;
  private boolean admitted;
  private boolean answered;
  private @Nullable UploadStream upload;

  static void begin(Shared shared, Pace pace, HttpServerRequest http) {
    new Exchange(shared, pace, http).route();
  }

  private final Router.Found found;

  private Exchange(Shared shared, Pace pace, HttpServerRequest http) {
    this.shared = shared;
    this.pace = pace;
    this.http = http;
    this.context = Vertx.currentContext();
    this.head = head(shared, http);
    Site.Door door = shared.site.door(head);
    this.router = door.router();
    this.found = router.find(head.method(), door.path());
    if (found instanceof Router.Found.Match match) {
      this.target = match.target();
      this.pathParameters = match.pathParameters();
    } else {
      this.target = null;
      this.pathParameters = Map.of();
    }
  }

  private static Request.Head head(Shared shared, HttpServerRequest http) {
    String query = http.query();
    String path = http.path();
    return new Request.Head(
        "req_" + HexFormat.of().toHexDigits(shared.random.nextLong(), 12),
        http.method().name(),
        path == null ? "/" : path,
        Query.parse(query == null ? "" : query),
        headers(http),
        http.remoteAddress().hostAddress(),
        http.isSSL() ? "https" : "http");
  }

  /** HTTP/2 carries the host as {@code :authority}; handlers find it where HTTP/1.1 has it. */
  private static Headers headers(HttpServerRequest http) {
    List<Map.Entry<String, String>> entries = http.headers().entries();
    HostAndPort authority = http.authority();
    if (authority != null && http.getHeader("Host") == null) {
      entries = new ArrayList<>(entries);
      entries.add(Map.entry("Host", authority.toString()));
    }
    return new Headers(entries);
  }

  private void route() {
    pace.begun();
    if (shared.isStopping()) {
      refuse(router.problems().of(Failure.unavailable(), head.id()));
      return;
    }
    switch (found) {
      case Router.Found.NoPath noPath -> refuse(router.problems().pathNotFound(head.id()));
      case Router.Found.NoMethod noMethod ->
          refuse(router.problems().methodNotAllowed(noMethod.allow(), head.id()));
      case Router.Found.Match match -> readBody(match.target());
    }
  }

  private void readBody(Router.Target matched) {
    if (!shared.inFlight.tryAcquire()) {
      refuse(router.problems().of(Failure.unavailable(), head.id()));
      return;
    }
    admitted = true;
    bodyMax = matched.bodyMax().applyAsInt(new Request(head, pathParameters, nothing));
    String length = http.getHeader("Content-Length");
    if (length != null && tooLong(length)) {
      refuseSize(0);
      return;
    }
    if ("100-continue".equalsIgnoreCase(http.getHeader("Expect"))) {
      http.response().writeContinue();
    }
    pace.reads(this);
    if (matched.does() instanceof Router.Does.Take(UploadHandler handler)) {
      take(handler);
      return;
    }
    http.handler(this::chunk);
    http.exceptionHandler(lost -> end());
    http.endHandler(done -> handle());
  }

  /** The handler reads the body while it comes. */
  private void take(UploadHandler handler) {
    UploadStream stream = new UploadStream(http, context);
    upload = stream;
    http.handler(stream::add);
    http.exceptionHandler(lost -> stream.lose());
    http.endHandler(done -> {
      pace.hasRead(this);
      stream.end();
    });
    inThread(() -> {
      try {
        Response response = handler.handle(new Request(head, pathParameters, nothing), stream);
        return () -> refuse(response);
      } catch (IOException e) {
        return this::end;
      } catch (RuntimeException | StackOverflowError e) {
        Response problem = problem(e);
        return () -> refuse(problem);
      }
    });
  }

  private boolean tooLong(String length) {
    try {
      return Long.parseLong(length.trim()) > bodyMax;
    } catch (NumberFormatException e) {
      // The library has already refused lengths that are no numbers; this one only overflows.
      return true;
    }
  }

  private void refuseSize(long bytesRead) {
    Buffer read = body;
    if (target != null) {
      byte[] start =
          read == null ? nothing : read.getBytes(0, Math.min(read.length(), TOLD_BYTES_MAX));
      target.tooLarge().refused(new Request(head, pathParameters, start), bytesRead);
    }
    refuse(
        router
            .problems()
            .of(
                new Failure(
                    Failure.Code.TOO_LARGE,
                    "Payload too large: limit is " + bodyMax + " bytes",
                    null),
                head.id()));
  }

  private void chunk(Buffer chunk) {
    if (answered) {
      return;
    }
    long size = chunk.length() + (body == null ? 0L : body.length());
    if (size > bodyMax) {
      refuseSize(size);
      return;
    }
    reserved += chunk.length();
    if (shared.bodyBytes.addAndGet(chunk.length()) > Shared.BODY_BYTES_MAX) {
      refuse(router.problems().of(Failure.unavailable(), head.id()));
      return;
    }
    if (body == null) {
      body = chunk;
    } else {
      body = body.appendBuffer(chunk);
    }
  }

  /** Whether too little of the body has come since this was last asked. */
  boolean isSlow(int bytesMin) {
    if (upload != null) {
      return upload.isSlow(bytesMin);
    }
    boolean slow = bytesLooked >= 0 && reserved - bytesLooked < bytesMin;
    bytesLooked = reserved;
    return slow;
  }

  private void handle() {
    pace.hasRead(this);
    if (answered || target == null) {
      return;
    }
    Request request = new Request(head, pathParameters, body == null ? nothing : body.getBytes());
    body = null;
    switch (target.does()) {
      case Router.Does.Answer(Handler handler) -> handleBlocking(handler, request);
      case Router.Does.AnswerAsync(AsyncHandler handler) -> handleAsync(handler, request);
      case Router.Does.Open open -> open(open, request);
      case Router.Does.OpenOrPoll(StreamHandler handler) -> {
        if (request.wantsEventStream()) {
          open(new Router.Does.Open(handler, null), request);
        } else {
          poll(handler, request);
        }
      }
      case Router.Does.Write(Streamed.Handler handler) -> write(handler, request);
      case Router.Does.Take take -> throw new IllegalStateException("Its body is not gathered");
    }
  }

  private void write(Streamed.Handler handler, Request request) {
    inThread(() -> {
      Streamed streamed = handler.handle(request);
      return () -> write(streamed);
    });
  }

  private void write(Streamed streamed) {
    HttpServerResponse out = http.response();
    if (answered || out.closed()) {
      end();
      return;
    }
    streamed.headers().forEach(header -> out.headers().add(header.getKey(), header.getValue()));
    out.putHeader("X-Request-Id", head.id());
    Streamed.Body written = streamed.body();
    if (written == null || HttpMethod.HEAD.equals(http.method())) {
      if (written == null) {
        out.setStatusCode(NOT_MODIFIED);
      }
      end();
      var _ = out.end();
      return;
    }
    out.setChunked(true);
    AnswerStream stream =
        new AnswerStream(out, context, streamed, shared.streams.bounds(), this::end);
    try {
      shared.handlers.execute(() -> write(written, stream));
    } catch (RejectedExecutionException e) {
      failed(stream, router.problems().of(Failure.unavailable(e), head.id()));
    }
  }

  private void write(Streamed.Body written, AnswerStream stream) {
    try {
      written.write(stream);
      stream.finish();
    } catch (IOException e) {
      context.runOnContext(ignored -> stream.cut());
    } catch (RuntimeException | StackOverflowError e) {
      Response problem = problem(e);
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
      answer(problem);
    }
  }

  private void open(Router.Does.Open open, Request request) {
    inThread(() -> {
      StreamListener listener = open.handler().open(request);
      return () -> opened(open, request, listener);
    });
  }

  /** The handler has let the request in. */
  private void opened(Router.Does.Open open, Request request, StreamListener listener) {
    if (answered) {
      return;
    }
    if (open.messageMax() == null) {
      if (HttpMethod.HEAD.equals(http.method())) {
        end();
        var _ = EventStream.head(http.response()).putHeader("X-Request-Id", head.id()).end();
        return;
      }
      if (takesPlace()) {
        http.response().putHeader("X-Request-Id", head.id());
        release();
        EventStream.begin(
            http.response(), context, shared.streams, listener, () -> pace.ended(this));
      }
      return;
    }
    Optional<String> accept = Upgrade.accept(head);
    if (accept.isEmpty() || http.version() != HttpVersion.HTTP_1_1) {
      answer(router.problems().upgradeRequired(head.id()));
    } else if (takesPlace()) {
      int messageMax = open.messageMax().applyAsInt(request);
      upgrade(
          accept.get(),
          new WebSocketStream.Settings(listener, messageMax, pace.patience().bodyBytes()));
    }
  }

  private void poll(StreamHandler handler, Request request) {
    inThread(() -> {
      StreamListener listener = handler.open(request);
      return () -> {
        if (HttpMethod.HEAD.equals(http.method())) {
          answer(Response.bytes(200, "application/json", nothing));
        } else if (!answered && takesPlace()) {
          PollAnswer poll =
              new PollAnswer(context, shared.streams, router.problems(), head.id(), this::answer);
          http.response().exceptionHandler(lost -> poll.lost(this::end));
          http.response().closeHandler(lost -> poll.lost(this::end));
          poll.begin(listener);
        }
      };
    });
  }

  private boolean takesPlace() {
    if (!shared.isStopping() && shared.streams.take()) {
      return true;
    }
    answer(router.problems().of(Failure.unavailable(), head.id()));
    return false;
  }

  private void upgrade(String accept, WebSocketStream.Settings settings) {
    end();
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

  private void handleAsync(AsyncHandler handler, Request request) {
    try {
      handler
          .handle(request)
          .whenComplete((response, thrown) ->
              context.runOnContext(ignored -> answer(thrown == null ? response : problem(thrown))));
    } catch (RuntimeException e) {
      answer(problem(e));
    }
  }

  private void handleBlocking(Handler handler, Request request) {
    inThread(() -> {
      Response response = handler.handle(request);
      return () -> answer(response);
    });
  }

  /** Runs the work on a virtual thread, and what it gives on the event loop. */
  private void inThread(Supplier<Runnable> work) {
    try {
      shared.handlers.execute(() -> {
        Runnable then = outcome(work);
        context.runOnContext(ignored -> then.run());
      });
    } catch (RejectedExecutionException e) {
      answer(router.problems().of(Failure.unavailable(e), head.id()));
    }
  }

  private Runnable outcome(Supplier<Runnable> work) {
    try {
      return work.get();
    } catch (RuntimeException | StackOverflowError e) {
      Response problem = problem(e);
      return () -> answer(problem);
    }
  }

  private Response problem(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause instanceof Failure failure) {
      return router.problems().of(failure, head.id());
    }
    LOG.error(
        "request.failed", cause, "id", head.id(), "method", head.method(), "path", head.path());
    return router.problems().broken(head.id());
  }

  /** Answers before the body was read; what still comes is thrown away for a while, then cut. */
  private void refuse(Response response) {
    boolean complete = http.isEnded();
    if (!complete) {
      http.resume();
      http.handler(ignored -> {});
      http.exceptionHandler(ignored -> {});
    }
    boolean hasBody =
        http.getHeader("Content-Length") != null || http.getHeader("Transfer-Encoding") != null;
    answer(complete || !hasBody ? response : response.with("Connection", "close"));
    if (!complete && hasBody) {
      long timer =
          context.owner().setTimer(DISCARD_MILLIS_MAX, ignored -> http.connection().close());
      http.endHandler(ignored -> context.owner().cancelTimer(timer));
    }
  }

  private void answer(Response response) {
    if (answered) {
      return;
    }
    end();
    HttpServerResponse out = http.response();
    if (out.closed()) {
      return;
    }
    out.setStatusCode(response.status());
    List<Map.Entry<String, String>> headers = response.headers();
    for (Map.Entry<String, String> header : headers) {
      out.headers().add(header.getKey(), header.getValue());
    }
    out.putHeader("X-Request-Id", head.id());
    boolean bodiless = response.status() == 204 || response.status() == 304;
    if (!bodiless) {
      out.putHeader("Content-Length", Integer.toString(response.body().length));
    }
    var _ =
        bodiless || HttpMethod.HEAD.equals(http.method())
            ? out.end()
            : out.end(Buffer.buffer(response.body()));
  }

  /** Gives back what the request had taken. */
  private void end() {
    if (!answered) {
      release();
      pace.ended(this);
    }
  }

  /** The same, but for its place on the connection. */
  private void release() {
    answered = true;
    body = null;
    shared.bodyBytes.addAndGet(-reserved);
    reserved = 0;
    if (admitted) {
      admitted = false;
      shared.inFlight.release();
    }
  }
}
