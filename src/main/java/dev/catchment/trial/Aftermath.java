package dev.catchment.trial;

import dev.catchment.ingest.Received;
import dev.catchment.ingest.Source;
import dev.catchment.json.Json;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What follows once a test session has accepted a request: it is forwarded, and its answer is held
 * back for as long as the session says. Safe for use by several threads.
 */
public final class Aftermath implements AutoCloseable {
  /** The longest that an answer is held back. */
  public static final int DELAY_MILLIS_MAX = 30_000;

  /**
   * Answers that are held back at once, each with its request in memory; further ones go out at
   * once, so that strangers cannot use up what ordinary senders need.
   */
  static final int HELD_BACK_MAX = 128;

  private final Forwarder forwarder;
  private final Semaphore seats = new Semaphore(HELD_BACK_MAX);
  private final ScheduledThreadPoolExecutor alarms =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("catchment-delay").factory());

  public Aftermath(Forwarder forwarder) {
    this.forwarder = forwarder;
    alarms.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Does what the session wants; never blocks.
   *
   * @param source the session's source as it was when it accepted the request
   * @return completes when the answer is to be sent; null for at once
   */
  public @Nullable CompletionStage<Void> of(Source source, Received request) {
    TestSession.Forwarding forwarding = TestSession.Forwarding.of(source);
    if (forwarding.enabled() && forwarding.url() != null) {
      forwarder.offer(source.id(), forwarding.url(), request);
    }
    int delay = delayMillis(source);
    if (delay == 0 || !seats.tryAcquire()) {
      return null;
    }
    CompletableFuture<Void> over = new CompletableFuture<>();
    try {
      var _ =
          alarms.schedule(
              () -> {
                seats.release();
                over.complete(null);
              },
              delay,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      seats.release();
      return null;
    }
    return over;
  }

  private static int delayMillis(Source source) {
    return source.config() != null
            && source.config().get(TestSession.RESPONSE) instanceof Json.Obj response
            && response.get(TestSession.DELAY) instanceof Json.Num number
        ? Math.clamp(number.value().intValue(), 0, DELAY_MILLIS_MAX)
        : 0;
  }

  /** Nothing is held back any more. */
  @Override
  public void close() {
    alarms.shutdownNow();
    forwarder.close();
  }
}
