package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.observe.Metrics;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one way into the log for requests: judges a request by the rules of its source, appends it,
 * and answers once the append is durable. Never blocks its caller.
 */
public final class Ingest implements AutoCloseable {
  private static final long PAUSED_RETRY_SECONDS = 60;

  private final EventLog log;
  private final Ids ids;
  private final InstantSource clock;
  private final KnownSources sources;
  private final int bodyMax;
  private final Metrics.Count accepted;
  private final Consumer<Refused> refusals;

  /**
   * Who is told what came of the requests.
   *
   * @param refusals called on event loops; must not block
   */
  public record Outcomes(Metrics metrics, Consumer<Refused> refusals) {}

  /**
   * Intake into one log.
   *
   * @param bodyMax bytes a body may have unless its source allows less
   */
  public Ingest(
      Database database,
      EventLog log,
      Ids ids,
      InstantSource clock,
      int bodyMax,
      Outcomes outcomes) {
    this.log = log;
    this.ids = ids;
    this.clock = clock;
    this.sources = new KnownSources(database);
    this.bodyMax = bodyMax;
    this.accepted = outcomes.metrics().count("catchment_events_accepted", "Events stored");
    this.refusals = outcomes.refusals();
  }

  /**
   * How many bytes a body for this source may have, as far as is known without asking the store.
   */
  public int bodyMax(String sourceId) {
    Source source = sources.peek(sourceId);
    return source == null ? bodyMax : bodyMax(source);
  }

  private int bodyMax(Source source) {
    return source.config() != null
            && source.config().get("max_body_bytes") instanceof Json.Num number
        ? Math.min(bodyMax, number.value().intValue())
        : bodyMax;
  }

  /**
   * Accepts or refuses, and has the refused request kept. The stage completes after the commit, or
   * fails with a {@link Failure}: {@code TOO_LARGE}, {@code NOT_FOUND}, {@code FORBIDDEN} for a
   * disabled source, {@code UNAVAILABLE} for a paused one and when the store cannot take it now.
   */
  public CompletionStage<Accepted> accept(Received received) {
    return accept(received, refusals);
  }

  /**
   * Judges a refused request anew by the rules as they are now. It becomes an event that is
   * received now, or the stage fails as for {@link #accept(Received)} and nothing else is kept.
   */
  public CompletionStage<Accepted> acceptAgain(RefusedRequest request) {
    Refused refused = request.refused();
    return accept(
        new Received(refused.sourceId(), refused.facts(), refused.body()), stillRefused -> {});
  }

  /**
   * Has a request kept whose body was refused before it was whole, if its source is known.
   *
   * @param received with the beginning of the body
   * @param bytesRead how much of the body came
   */
  public void tooLarge(Received received, long bytesRead) {
    long receivedAt = clock.millis();
    var _ =
        Ids.parse(received.sourceId())
            .map(sources::find)
            .map(finding ->
                finding.thenAccept(found ->
                    found.ifPresent(source ->
                        refusals.accept(
                            new Refused(
                                source.id(),
                                source.scope(),
                                received.facts(),
                                received.body(),
                                bytesRead,
                                Reason.TOO_LARGE,
                                null,
                                Reason.TOO_LARGE.responseStatus(),
                                receivedAt)))));
  }

  private CompletionStage<Accepted> accept(Received received, Consumer<Refused> kept) {
    long receivedAt = clock.millis();
    Optional<String> id = Ids.parse(received.sourceId());
    return id.isEmpty()
        ? CompletableFuture.failedFuture(Failure.notFound("Source"))
        : sources
            .find(id.get())
            .thenCompose(found ->
                append(
                    found.orElseThrow(() -> Failure.notFound("Source")),
                    received,
                    receivedAt,
                    kept));
  }

  private CompletionStage<Accepted> append(
      Source source, Received received, long receivedAt, Consumer<Refused> kept) {
    Optional<Refusal> refusal = judge(source, received);
    if (refusal.isPresent()) {
      kept.accept(refused(source, received, refusal.get(), receivedAt));
      throw refusal.get().answer();
    }
    Event event =
        new Event(
            ids.next(), source.scope(), source.id(), received.facts(), received.body(), receivedAt);
    return log.append(event)
        .thenApply(stored -> {
          accepted.add(1);
          return new Accepted(stored.event().id(), source);
        });
  }

  /** Why a request is no event, and what its sender is told. */
  private record Refusal(Reason reason, @Nullable String detail, Failure answer) {}

  private Optional<Refusal> judge(Source source, Received received) {
    int limit = bodyMax(source);
    if (received.body().length > limit) {
      return refuse(
          Reason.TOO_LARGE,
          new Failure(
              Failure.Code.TOO_LARGE, "Payload too large: limit is " + limit + " bytes", null));
    }
    return switch (source.status()) {
      case ACTIVE -> Optional.empty();
      case PAUSED ->
          refuse(
              Reason.SOURCE_PAUSED, Failure.retryLater("Source is paused", PAUSED_RETRY_SECONDS));
      case DISABLED ->
          refuse(
              Reason.SOURCE_DISABLED,
              new Failure(Failure.Code.FORBIDDEN, "Source is disabled", null));
    };
  }

  private static Optional<Refusal> refuse(Reason reason, Failure answer) {
    return Optional.of(new Refusal(reason, null, answer));
  }

  private static Refused refused(
      Source source, Received received, Refusal refusal, long receivedAt) {
    return new Refused(
        source.id(),
        source.scope(),
        received.facts(),
        received.body(),
        received.body().length,
        refusal.reason(),
        refusal.detail(),
        refusal.reason().responseStatus(),
        receivedAt);
  }

  @Override
  public void close() {
    sources.close();
  }
}
