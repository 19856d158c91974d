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

  /**
   * Intake into one log.
   *
   * @param bodyMax bytes a body may have unless its source allows less
   */
  public Ingest(
      Database database, EventLog log, Ids ids, InstantSource clock, int bodyMax, Metrics metrics) {
    this.log = log;
    this.ids = ids;
    this.clock = clock;
    this.sources = new KnownSources(database);
    this.bodyMax = bodyMax;
    this.accepted = metrics.count("catchment_events_accepted", "Events stored");
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
   * Accepts or refuses. The stage completes after the commit, or fails with a {@link Failure}:
   * {@code TOO_LARGE}, {@code NOT_FOUND}, {@code FORBIDDEN} for a disabled source, {@code
   * UNAVAILABLE} for a paused one and when the store cannot take it now.
   */
  public CompletionStage<Accepted> accept(Received received) {
    long receivedAt = clock.millis();
    Optional<String> id = Ids.parse(received.sourceId());
    return id.isEmpty()
        ? CompletableFuture.failedFuture(Failure.notFound("Source"))
        : sources
            .find(id.get())
            .thenCompose(found ->
                append(found.orElseThrow(() -> Failure.notFound("Source")), received, receivedAt));
  }

  private CompletionStage<Accepted> append(Source source, Received received, long receivedAt) {
    check(source, received);
    Event event =
        new Event(
            ids.next(), source.scope(), source.id(), received.facts(), received.body(), receivedAt);
    return log.append(event)
        .thenApply(stored -> {
          accepted.add(1);
          return new Accepted(stored.event().id(), source);
        });
  }

  private void check(Source source, Received received) {
    int limit = bodyMax(source);
    if (received.body().length > limit) {
      throw new Failure(
          Failure.Code.TOO_LARGE, "Payload too large: limit is " + limit + " bytes", null);
    }
    switch (source.status()) {
      case ACTIVE -> {}
      case PAUSED -> throw Failure.retryLater("Source is paused", PAUSED_RETRY_SECONDS);
      case DISABLED -> throw new Failure(Failure.Code.FORBIDDEN, "Source is disabled", null);
    }
  }

  @Override
  public void close() {
    sources.close();
  }
}
