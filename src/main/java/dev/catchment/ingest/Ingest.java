package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.observe.Metrics;
import dev.catchment.verify.Answer;
import dev.catchment.verify.Fetch;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one way into the log for requests: judges a request by the rules of its source, appends it,
 * and answers once the append is durable. Never blocks its caller.
 *
 * <p>The checks run in the order of the specification, and the first that fails decides.
 */
public final class Ingest implements AutoCloseable {
  private final Ids ids;
  private final InstantSource clock;
  private final KnownSources sources;
  private final Settings settings;
  private final Judge judge;
  private final Handshakes handshakes;
  private final Appender appender;
  private final @Nullable EventQuota quota;
  private final Outside outside;
  private final ExecutorService judges =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("catchment-judge-", 0).factory());

  /**
   * Where events go.
   *
   * @param sources the table that the rules come from
   */
  public record Stores(Database database, Sources sources, EventLog log) {}

  /**
   * The server's own bounds.
   *
   * @param bodyMax bytes a body may have unless its source allows less
   * @param limits requests a second
   * @param ingestUrl gives the public ingest URL of a source; null when it is not known yet
   * @param eventsPerMonth accepted events an organization may have in a month; empty for any number
   */
  public record Settings(
      int bodyMax,
      RateLimits limits,
      Function<String, @Nullable String> ingestUrl,
      OptionalLong eventsPerMonth) {}

  /**
   * Whom an ingest asks and tells beside the store.
   *
   * @param refusals is handed what was refused, on event loops; must not block
   * @param get asks a public address, blocking for a bounded time: for keys, and for the
   *     confirmations some providers want; empty for anything but an answer of 200
   */
  public record Outside(
      Consumer<Refused> refusals, Function<Fetch, Optional<byte[]>> get, Metrics metrics) {}

  /** Intake into one log. */
  public Ingest(Stores stores, Ids ids, InstantSource clock, Settings settings, Outside outside) {
    this.ids = ids;
    this.clock = clock;
    this.settings = settings;
    this.sources = new KnownSources(stores.database(), stores.sources(), settings.ingestUrl());
    this.outside = outside;
    this.judge = new Judge(clock, outside.get(), settings.bodyMax());
    this.handshakes = new Handshakes(stores.database(), stores.sources(), outside.get(), judges);
    this.quota =
        settings.eventsPerMonth().isEmpty()
            ? null
            : new EventQuota(stores.database(), clock, settings.eventsPerMonth().getAsLong());
    this.appender =
        new Appender(
            stores,
            ids,
            clock,
            quota != null,
            outside.metrics().count("catchment_events_accepted", "Events stored"));
  }

  /**
   * How many bytes a body for this source may have, as far as is known without asking the store.
   */
  public int bodyMax(String sourceId) {
    SourceChecks known = sources.peek(sourceId);
    return known == null ? settings.bodyMax() : bodyMax(known.source());
  }

  private int bodyMax(Source source) {
    return source.config() != null
            && source.config().get("max_body_bytes") instanceof Json.Num number
        ? Math.min(settings.bodyMax(), number.value().intValue())
        : settings.bodyMax();
  }

  /**
   * Accepts or refuses. The stage completes after the commit, or fails: with a {@link Refusal},
   * which is also kept, or with a {@link Failure}: {@code NOT_FOUND} for an unknown source, {@code
   * UNAVAILABLE} when the store cannot take it now.
   */
  public CompletionStage<Intake> accept(Received received) {
    return accept(received, clock.millis(), false, outside.refusals());
  }

  /**
   * Judges a kept request anew by the rules as they are now, but for its rate; timestamps are
   * judged by the time at which it first came. It becomes an event that is received now, or the
   * stage fails as for {@link #accept(Received)}, and nothing is kept of that.
   */
  public CompletionStage<Intake> acceptAgain(Refused refused) {
    return accept(
        new Received(refused.sourceId(), refused.facts(), refused.body()),
        refused.receivedAt(),
        true,
        stillRefused -> {});
  }

  /**
   * Has a request kept whose body was refused before it was whole, if its source is known.
   *
   * @param received with the beginning of the body
   * @param bytesRead how much of the body came
   */
  public void tooLarge(Received received, long bytesRead) {
    long receivedAt = clock.millis();
    Ids.parse(received.sourceId())
        .ifPresent(id -> {
          var _ =
              sources
                  .find(id)
                  .thenAccept(found ->
                      found.ifPresent(checks ->
                          new Candidate(checks, received, receivedAt, false, outside.refusals())
                              .keepCut(bytesRead)));
        });
  }

  private CompletionStage<Intake> accept(
      Received received, long sentAt, boolean replayed, Consumer<Refused> keeper) {
    Optional<String> id = Ids.parse(received.sourceId());
    return id.isEmpty()
        ? CompletableFuture.failedFuture(Failure.notFound("Source"))
        : sources
            .find(id.get())
            .thenCompose(found ->
                accept(
                    new Candidate(
                        found.orElseThrow(() -> Failure.notFound("Source")),
                        received,
                        sentAt,
                        replayed,
                        keeper)));
  }

  private CompletionStage<Intake> accept(Candidate candidate) {
    return candidate.keptIfRefused(() -> {
      checkSize(candidate);
      candidate.admit(settings.limits(), clock.millis());
      // What belongs to nobody is in nobody's quota.
      return quota == null || candidate.source().isEphemeral()
          ? admitted(candidate)
          : withinQuota(quota, candidate);
    });
  }

  private CompletionStage<Intake> withinQuota(EventQuota quota, Candidate candidate) {
    return quota
        .of(candidate.source().scope().orgId())
        .thenCompose(share ->
            candidate.keptIfRefused(() -> {
              candidate.checkQuota(share, clock.millis());
              return admitted(candidate);
            }));
  }

  private CompletionStage<Intake> admitted(Candidate candidate) {
    if (candidate.source().isEphemeral()) {
      return appender.appendCounted(candidate);
    }
    if (candidate.checks().isPlain()) {
      return appender.append(candidate, Event.Checks.NONE);
    }
    return judge.isHeavy(candidate)
        ? CompletableFuture.supplyAsync(
                () -> candidate.keptIfRefused(() -> judged(candidate)), judges)
            .thenCompose(Function.identity())
        : judged(candidate);
  }

  private void checkSize(Candidate candidate) {
    int limit = bodyMax(candidate.source());
    if (candidate.bodyBytes() > limit) {
      throw Refusal.of(
          new Failure(
              Failure.Code.TOO_LARGE, "Payload too large: limit is " + limit + " bytes", null),
          Reason.TOO_LARGE);
    }
  }

  /** The checks that look at the body, and what follows from them. */
  private CompletionStage<Intake> judged(Candidate candidate) {
    return switch (judge.judge(candidate)) {
      case Judge.Finding.Fits(Event.Checks found, Token once) ->
          once == null
              ? appender.append(candidate, found)
              : appender.appendOnce(candidate, found, once);
      case Judge.Finding.Question(Answer answer) -> handshakes.answer(candidate, answer);
      case Judge.Finding.Secretly(Refusal refusal) -> {
        candidate.keepSecretly(refusal);
        yield CompletableFuture.completedFuture(
            new Intake.Hidden(ids.next(), candidate.source(), candidate.rate()));
      }
    };
  }

  /**
   * Whether a sender may open a connection for the messages of a websocket source. The stage fails
   * with {@code NOT_FOUND} when there is no such source, or with the {@link Refusal} of a secret
   * that is missing or wrong, which is kept.
   *
   * @param handshake the request that opens it
   * @param secrets what it gives as the source's secret
   */
  public CompletionStage<Source> greet(Received handshake, List<String> secrets) {
    Optional<String> id = Ids.parse(handshake.sourceId());
    return id.isEmpty()
        ? CompletableFuture.failedFuture(Failure.notFound("Source"))
        : sources
            .find(id.get())
            .thenApply(found -> {
              SourceChecks checks =
                  found
                      .filter(known -> known.source().isWebSocket())
                      .orElseThrow(() -> Failure.notFound("Source"));
              Source source = checks.source();
              SocketSecret.refusal(source.rules().verifying(), secrets)
                  .ifPresent(refusal -> {
                    new Candidate(checks, handshake, clock.millis(), false, outside.refusals())
                        .keep(refusal);
                    throw refusal;
                  });
              return source;
            });
  }

  @Override
  public void close() {
    sources.close();
    judges.close();
    if (quota != null) {
      quota.close();
    }
  }
}
