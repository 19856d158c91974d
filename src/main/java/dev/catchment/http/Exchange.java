package dev.catchment.http;

import dev.catchment.base.Failure;
import dev.catchment.observe.Log;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Map;
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
  private static final int TOLD_BYTES_MAX = 64 << 10;

  final Shared shared;
  final Pace pace;
  final HttpServerRequest http;
  final Context context;
  final Request.Head head;
  private final Router router;
  private final Map<String, String> pathParameters;
  private final Router.Found found;
  private @Nullable GatheredBody body;
  private @Nullable UploadStream upload;
  private boolean admitted;
  private boolean answered;

  static void begin(Shared shared, Pace pace, HttpServerRequest http) {
    new Exchange(shared, pace, http).route();
  }

  private Exchange(Shared shared, Pace pace, HttpServerRequest http) {
    this.shared = shared;
    this.pace = pace;
    this.http = http;
    this.context = Vertx.currentContext();
    this.head = Heads.of(shared, http);
    Site.Door door = shared.site.door(head);
    this.router = door.router();
    this.found = router.find(head.method(), door.path());
    this.pathParameters =
        found instanceof Router.Found.Match match ? match.pathParameters() : Map.of();
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
    int bodyMax = matched.bodyMax().applyAsInt(request(shared.nothing));
    GatheredBody gathered = new GatheredBody(bodyMax, shared);
    body = gathered;
    String length = http.getHeader("Content-Length");
    if (length != null && gathered.isTooMuch(length)) {
      refuseSize(matched, gathered, 0);
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
    http.handler(chunk -> chunk(matched, gathered, chunk));
    http.exceptionHandler(lost -> end());
    http.endHandler(done -> handle(matched, gathered));
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
        Response response = handler.handle(request(shared.nothing), stream);
        return () -> refuse(response);
      } catch (IOException e) {
        return this::end;
      } catch (RuntimeException | StackOverflowError e) {
        Response problem = problem(e);
        return () -> refuse(problem);
      }
    });
  }

  private Request request(byte[] bytes) {
    return new Request(head, pathParameters, bytes);
  }

  private void refuseSize(Router.Target matched, GatheredBody gathered, long bytesRead) {
    matched.tooLarge().refused(request(gathered.start(TOLD_BYTES_MAX)), bytesRead);
    refuse(
        router
            .problems()
            .of(
                new Failure(
                    Failure.Code.TOO_LARGE,
                    "Payload too large: limit is " + gathered.bytesMax() + " bytes",
                    null),
                head.id()));
  }

  private void chunk(Router.Target matched, GatheredBody gathered, Buffer chunk) {
    if (answered) {
      return;
    }
    switch (gathered.add(chunk)) {
      case TAKEN -> {}
      case TOO_LARGE -> refuseSize(matched, gathered, gathered.bytes() + chunk.length());
      case NO_MEMORY -> refuse(router.problems().of(Failure.unavailable(), head.id()));
    }
  }

  /** Whether too little of the body has come since this was last asked. */
  boolean isSlow(int bytesMin) {
    if (upload != null) {
      return upload.isSlow(bytesMin);
    }
    return body != null && body.isSlow(bytesMin);
  }

  private void handle(Router.Target matched, GatheredBody gathered) {
    pace.hasRead(this);
    if (answered) {
      return;
    }
    Request request = request(gathered.take());
    switch (matched.does()) {
      case Router.Does.Answer(Handler handler) -> handleBlocking(handler, request);
      case Router.Does.AnswerAsync(AsyncHandler handler) -> handleAsync(handler, request);
      case Router.Does.Open open -> new LongAnswer(this).open(open, request);
      case Router.Does.OpenOrPoll(StreamHandler handler) -> {
        if (request.wantsEventStream()) {
          new LongAnswer(this).open(new Router.Does.Open(handler, null), request);
        } else {
          new LongAnswer(this).poll(handler, request);
        }
      }
      case Router.Does.Write(Streamed.Handler handler) ->
          new LongAnswer(this).write(handler, request);
      case Router.Does.Take take -> throw new IllegalStateException("Its body is not gathered");
    }
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
  void inThread(Supplier<Runnable> work) {
    try {
      shared.handlers.execute(() -> {
        Runnable then = outcome(work);
        context.runOnContext(ignored -> then.run());
      });
    } catch (RejectedExecutionException e) {
      answer(unavailable(e));
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

  /** No thread takes the work any more. */
  Response unavailable(RejectedExecutionException e) {
    return router.problems().of(Failure.unavailable(e), head.id());
  }

  /** What is answered in the place of what was thrown. */
  Response problem(Throwable thrown) {
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

  /** Answers, unless that was done before. */
  void answer(Response response) {
    if (answered) {
      return;
    }
    end();
    if (!http.response().closed()) {
      AnswerWriter.write(response, http, head.id());
    }
  }

  boolean isAnswered() {
    return answered;
  }

  Problems problems() {
    return router.problems();
  }

  /** Gives back what the request had taken. */
  void end() {
    if (!answered) {
      release();
      pace.ended(this);
    }
  }

  /** The same, but for its place on the connection. */
  void release() {
    answered = true;
    if (body != null) {
      body.release();
    }
    if (admitted) {
      admitted = false;
      shared.inFlight.release();
    }
  }
}
