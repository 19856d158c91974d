package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Secret;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.observe.Log;
import dev.catchment.observe.Metrics;
import dev.catchment.verify.Answer;
import dev.catchment.verify.SignedRequest;
import dev.catchment.verify.Verdict;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way into the log for requests: judges a request by the rules of its source, appends it,
 * and answers once the append is durable. Never blocks its caller.
 *
 * <p>The checks run in the order of the specification, and the first that fails decides.
 */
public final class Ingest implements AutoCloseable {
  /** Larger bodies are judged off the threads that read sockets. */
  private static final int LIGHT_BYTES_MAX = 64 << 10;

  /**
   * Bodies that are unpacked and parsed at once. A small one may become 100 MiB, and a tree of
   * values beside it.
   */
  private static final int PARSED_AT_ONCE_MAX = 4;

  private static final Log LOG = Log.of("ingest");

  private final Database database;
  private final Sources table;
  private final EventLog log;
  private final Ids ids;
  private final InstantSource clock;
  private final KnownSources sources;
  private final Settings settings;
  private final Certificates certificates;
  private final Outside outside;
  private final Metrics.Count accepted;
  private final Semaphore parsing = new Semaphore(PARSED_AT_ONCE_MAX);
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
   */
  public record Settings(
      int bodyMax, RateLimits limits, Function<String, @Nullable String> ingestUrl) {}

  /**
   * Whom an ingest asks and tells beside the store.
   *
   * @param refusals is handed what was refused, on event loops; must not block
   * @param get fetches a public address, blocking for a bounded time: certificates, and the
   *     confirmations some providers ask for; empty for anything but an answer of 200
   */
  public record Outside(
      Consumer<Refused> refusals, Function<String, Optional<byte[]>> get, Metrics metrics) {}

  /** Intake into one log. */
  public Ingest(Stores stores, Ids ids, InstantSource clock, Settings settings, Outside outside) {
    this.database = stores.database();
    this.table = stores.sources();
    this.log = stores.log();
    this.ids = ids;
    this.clock = clock;
    this.settings = settings;
    this.sources = new KnownSources(stores.database(), stores.sources(), settings.ingestUrl());
    this.outside = outside;
    this.certificates = new Certificates(outside.get());
    this.accepted = outside.metrics().count("catchment_events_accepted", "Events stored");
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
    return accept(received, new Circumstances(clock.millis(), false, outside.refusals()));
  }

  /**
   * Judges a kept request anew by the rules as they are now, but for its rate; timestamps are
   * judged by the time at which it first came. It becomes an event that is received now, or the
   * stage fails as for {@link #accept(Received)}, and nothing is kept of that.
   */
  public CompletionStage<Intake> acceptAgain(Refused refused) {
    return accept(
        new Received(refused.sourceId(), refused.facts(), refused.body()),
        new Circumstances(refused.receivedAt(), true, stillRefused -> {}));
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
                          outside
                              .refusals()
                              .accept(
                                  refused(
                                      checks.source(),
                                      received,
                                      bytesRead,
                                      Reason.TOO_LARGE,
                                      null,
                                      receivedAt))));
        });
  }

  /**
   * How a request is looked at.
   *
   * @param sentAt when it came first, which timestamps are held against
   */
  private record Circumstances(long sentAt, boolean replayed, Consumer<Refused> kept) {}

  private CompletionStage<Intake> accept(Received received, Circumstances how) {
    Optional<String> id = Ids.parse(received.sourceId());
    return id.isEmpty()
        ? CompletableFuture.failedFuture(Failure.notFound("Source"))
        : sources
            .find(id.get())
            .thenCompose(found ->
                accept(found.orElseThrow(() -> Failure.notFound("Source")), received, how));
  }

  private CompletionStage<Intake> accept(
      SourceChecks checks, Received received, Circumstances how) {
    return keeping(
        checks.source(),
        received,
        how,
        () -> {
          checkSize(checks.source(), received);
          RateWindow.Left rate =
              checks.admit(received.facts(), settings.limits(), clock.millis(), how.replayed());
          if (checks.isPlain()) {
            return append(checks, received, Event.Checks.NONE, rate);
          }
          if (!checks.isHeavy(received.body().length, LIGHT_BYTES_MAX)) {
            return judged(checks, received, rate, how);
          }
          return CompletableFuture.supplyAsync(
                  () ->
                      keeping(
                          checks.source(),
                          received,
                          how,
                          () -> judged(checks, received, rate, how)),
                  judges)
              .thenCompose(Function.identity());
        });
  }

  /** Has a refused request kept. */
  private static CompletionStage<Intake> keeping(
      Source source,
      Received received,
      Circumstances how,
      Supplier<CompletionStage<Intake>> checks) {
    try {
      return checks.get();
    } catch (Refusal e) {
      keep(e, source, received, how);
      throw e;
    }
  }

  private void checkSize(Source source, Received received) {
    int limit = bodyMax(source);
    if (received.body().length > limit) {
      throw Refusal.of(
          new Failure(
              Failure.Code.TOO_LARGE, "Payload too large: limit is " + limit + " bytes", null),
          Reason.TOO_LARGE);
    }
  }

  /** The checks that look at the body, and then the append. */
  private CompletionStage<Intake> judged(
      SourceChecks checks, Received received, RateWindow.@Nullable Left rate, Circumstances how) {
    SignedRequest request = received.signed();
    Optional<Answer> answer = checks.asked(request);
    if (answer.isPresent() && !answer.get().verifiedFirst()) {
      return answer(checks, received, answer.get(), rate, how);
    }
    Verdict verdict = verdict(checks, request, how);
    if (verdict instanceof Verdict.Refused refused) {
      Refusal refusal =
          Refusal.signature(Reason.valueOf(refused.reason().name()), refused.detail());
      if (!checks.hidesRefusal()) {
        throw refusal;
      }
      keep(refusal, checks.source(), received, how);
      return CompletableFuture.completedFuture(
          new Intake.Hidden(ids.next(), checks.source(), rate));
    }
    return answer.isPresent()
        ? answer(checks, received, answer.get(), rate, how)
        : append(checks, received, judge(checks, received), rate);
  }

  private Event.Checks judge(SourceChecks checks, Received received) {
    if (!checks.isHeavy(received.body().length, LIGHT_BYTES_MAX)) {
      return checks.judge(received);
    }
    // Heavy requests are judged by threads of their own, which may wait.
    parsing.acquireUninterruptibly();
    try {
      return checks.judge(received);
    } finally {
      parsing.release();
    }
  }

  /**
   * Fetches a certificate where one is needed; schemes that may need one are judged on the side.
   */
  private Verdict verdict(SourceChecks checks, SignedRequest request, Circumstances how) {
    Verdict verdict = checks.verify(request, how.sentAt(), certificates);
    if (verdict instanceof Verdict.NeedsCertificate needed) {
      certificates.fetch(needed.url(), clock.millis());
      verdict = checks.verify(request, how.sentAt(), certificates);
    }
    return verdict instanceof Verdict.NeedsCertificate
        ? new Verdict.Refused(
            dev.catchment.verify.Reason.VERIFIER_MISCONFIGURED,
            "The certificate could not be fetched")
        : verdict;
  }

  private CompletionStage<Intake> answer(
      SourceChecks checks,
      Received received,
      Answer answer,
      RateWindow.@Nullable Left rate,
      Circumstances how) {
    Source source = checks.source();
    how.kept()
        .accept(
            refused(
                source,
                received,
                received.body().length,
                Reason.HANDSHAKE,
                answer.after().note(),
                how.sentAt()));
    Intake asked = new Intake.Asked(answer, rate);
    if (answer.after().confirmUrl() != null) {
      String url = answer.after().confirmUrl();
      judges.execute(() ->
          LOG.info(
              "handshake.confirmed",
              "source",
              source.id(),
              "answered",
              outside.get().apply(url).isPresent()));
    }
    Secret secret = answer.after().secretToKeep();
    if (secret == null) {
      return CompletableFuture.completedFuture(asked);
    }
    // The provider believes that we have the secret once it reads the answer.
    return database
        .submit(Durability.SYNCED, tx -> table.keepSecret(tx, source, secret))
        .thenApply(kept -> asked);
  }

  private CompletionStage<Intake> append(
      SourceChecks checks, Received received, Event.Checks found, RateWindow.@Nullable Left rate) {
    Source source = checks.source();
    Event event =
        new Event(
            ids.next(),
            source.scope(),
            source.id(),
            received.facts(),
            received.body(),
            clock.millis(),
            found);
    return log.append(event)
        .thenApply(stored -> {
          accepted.add(1);
          return new Intake.Accepted(
              stored.event().id(), stored.event().isDuplicate(), source, rate);
        });
  }

  private static void keep(Refusal refusal, Source source, Received received, Circumstances how) {
    how.kept()
        .accept(
            refused(
                source,
                received,
                received.body().length,
                refusal.reason(),
                refusal.detail(),
                how.sentAt()));
  }

  private static Refused refused(
      Source source,
      Received received,
      long bytesRead,
      Reason reason,
      @Nullable String detail,
      long receivedAt) {
    return new Refused(
        source.id(),
        source.scope(),
        received.facts(),
        received.body(),
        bytesRead,
        reason,
        detail,
        reason.responseStatus(),
        receivedAt);
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
              Source source =
                  found
                      .map(SourceChecks::source)
                      .filter(Source::isWebSocket)
                      .orElseThrow(() -> Failure.notFound("Source"));
              SocketSecret.refusal(source.rules().verifying(), secrets)
                  .ifPresent(refusal -> {
                    outside
                        .refusals()
                        .accept(
                            new Refused(
                                source.id(),
                                source.scope(),
                                handshake.facts(),
                                handshake.body(),
                                0,
                                refusal.reason(),
                                refusal.detail(),
                                refusal.reason().responseStatus(),
                                clock.millis()));
                    throw refusal;
                  });
              return source;
            });
  }

  @Override
  public void close() {
    sources.close();
    judges.close();
  }
}
