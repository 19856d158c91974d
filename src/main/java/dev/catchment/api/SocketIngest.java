package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.http.Incoming;
import dev.catchment.http.Outlet;
import dev.catchment.http.StreamListener;
import dev.catchment.ingest.Ingest;
import dev.catchment.ingest.Intake;
import dev.catchment.ingest.Received;
import dev.catchment.ingest.Refusal;
import dev.catchment.ingest.Source;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.observe.Log;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** One sender of a websocket source: each message is one event, answered in order. */
final class SocketIngest implements StreamListener {
  /** Messages that may wait for their commits; then no more are read. */
  static final int IN_FLIGHT_MAX = 64;

  /** Larger messages are parsed a few at once. */
  private static final int LIGHT_BYTES_MAX = 64 << 10;

  private static final Log LOG = Log.of("api.socket");

  private final Ingest ingest;
  private final Source source;
  private final Received handshake;
  private final String requestId;
  private final Semaphore parsing;
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
  private final RefusalAnswers refusals = new RefusalAnswers();
  private final GatewayProblems problems = new GatewayProblems();
  private @Nullable Outlet outlet;
  private CompletableFuture<Boolean> answered = CompletableFuture.completedFuture(true);

  /**
   * @param handshake what the messages have in common
   * @param requestId of the handshake, which names all messages in errors
   * @param parsing bounds how many large messages are parsed at once
   */
  SocketIngest(
      Ingest ingest, Source source, Received handshake, String requestId, Semaphore parsing) {
    this.parsing = parsing;
    this.ingest = ingest;
    this.source = source;
    this.handshake = handshake;
    this.requestId = requestId;
  }

  @Override
  public void opened(Outlet opened) {
    outlet = opened;
  }

  @Override
  public void message(Incoming message) {
    Outlet out = outlet;
    if (out == null) {
      return;
    }
    inFlight.acquireUninterruptibly();
    CompletableFuture<byte[]> answer = answer(message).exceptionally(this::failed);
    answered =
        answered.thenCombine(
            answer,
            (before, json) -> {
              inFlight.release();
              return out.send(null, "answer", json);
            });
  }

  private CompletableFuture<byte[]> answer(Incoming message) {
    Received received = received(message);
    if (!message.isWhole()) {
      ingest.tooLarge(received, message.size());
      return CompletableFuture.failedFuture(
          new Failure(
              Failure.Code.TOO_LARGE,
              "Payload too large: limit is " + ingest.bodyMax(source.id()) + " bytes",
              null));
    }
    return ingest.accept(received).thenApply(this::stored).toCompletableFuture();
  }

  private Received received(Incoming message) {
    Event.RequestFacts facts = handshake.facts();
    return new Received(
        source.id(),
        new Event.RequestFacts(
            facts.method(),
            facts.headersJson(),
            facts.queryJson(),
            contentType(message),
            facts.sourceIp()),
        handshake.lines(),
        handshake.url(),
        message.body());
  }

  private String contentType(Incoming message) {
    if (isJson(message.body())) {
      return "application/json";
    }
    return message.text() ? "text/plain" : "application/octet-stream";
  }

  private boolean isJson(byte[] body) {
    if (body.length <= LIGHT_BYTES_MAX) {
      return Json.parse(body).isPresent();
    }
    parsing.acquireUninterruptibly();
    try {
      return Json.parse(body).isPresent();
    } finally {
      parsing.release();
    }
  }

  private byte[] stored(Intake intake) {
    Json.ObjBuilder answer = Json.object();
    if (intake instanceof Intake.Accepted(String id, boolean duplicate, var from, var rate)) {
      answer.put("event_id", id).put("source_id", source.id());
      if (duplicate) {
        answer.put("deduplicated", true);
      }
    }
    return answer.build().bytes();
  }

  private byte[] failed(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return switch (cause) {
      case Refusal refusal -> refusals.answer(refusal, requestId).body();
      case Failure failure -> problems.of(failure, requestId).body();
      default -> {
        LOG.error("message.failed", cause, "id", requestId);
        yield problems.broken(requestId).body();
      }
    };
  }

  @Override
  public void closed() {
    outlet = null;
  }
}
