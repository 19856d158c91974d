package dev.catchment.http;

import dev.catchment.base.Failure;
import io.vertx.core.Context;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits for its answer: the first message that is sent is the answer, in JSON. Safe
 * for use by several threads.
 */
final class PollAnswer implements Outlet {
  private final Context context;
  private final Streams streams;
  private final Problems problems;
  private final String requestId;
  private final Consumer<Response> answer;
  private final AtomicBoolean done = new AtomicBoolean();
  private @Nullable StreamListener listener;
  private @Nullable Inbox inbox;

  /**
   * @param answer answers the request, on the event loop of its connection
   */
  PollAnswer(
      Context context,
      Streams streams,
      Problems problems,
      String requestId,
      Consumer<Response> answer) {
    this.context = context;
    this.streams = streams;
    this.problems = problems;
    this.requestId = requestId;
    this.answer = answer;
  }

  /** Hands the request to whoever will answer it, on the event loop. */
  void begin(StreamListener to) {
    Inbox calls = new Inbox(streams.threads(), () -> {}, this::broken);
    listener = to;
    inbox = calls;
    streams.opened(this);
    var _ = calls.add(() -> to.opened(this));
  }

  private void broken() {
    answer(problems.broken(requestId));
  }

  private boolean answer(Response response) {
    if (!done.compareAndSet(false, true)) {
      return false;
    }
    context.runOnContext(ignored -> {
      answer.accept(response);
      over();
    });
    return true;
  }

  /**
   * The connection is gone, on the event loop.
   *
   * @param end gives back what the request had taken
   */
  void lost(Runnable end) {
    if (done.compareAndSet(false, true)) {
      end.run();
      over();
    }
  }

  private void over() {
    StreamListener told = listener;
    Inbox calls = inbox;
    if (told != null && calls != null) {
      var _ = calls.add(told::closed);
    }
    streams.closed(this);
  }

  @Override
  public boolean send(@Nullable String id, String event, byte[] json) {
    return answer(Response.bytes(200, "application/json", json));
  }

  @Override
  public boolean offer(@Nullable String id, String event, byte[] json) {
    return send(id, event, json);
  }

  @Override
  public boolean awaitRoom(int bytes) {
    return !done.get();
  }

  @Override
  public boolean awaitRoom() {
    return !done.get();
  }

  @Override
  public void close(int code, String reason) {
    Failure failure =
        code == Frames.POLICY
            ? new Failure(Failure.Code.UNAUTHENTICATED, "Unauthorized", null)
            : Failure.unavailable();
    answer(problems.of(failure, requestId));
  }
}
