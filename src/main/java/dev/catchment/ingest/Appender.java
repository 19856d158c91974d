package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import dev.catchment.observe.Metrics;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Makes events of the requests that fit. Safe for use by several threads. */
final class Appender {
  private final Database database;
  private final EventLog log;
  private final Ids ids;
  private final InstantSource clock;
  private final boolean counted;
  private final Metrics.Count accepted;

  /**
   * @param counted whether candidates have a place in a quota to take
   */
  Appender(
      Ingest.Stores stores, Ids ids, InstantSource clock, boolean counted, Metrics.Count accepted) {
    this.database = stores.database();
    this.log = stores.log();
    this.ids = ids;
    this.clock = clock;
    this.counted = counted;
    this.accepted = accepted;
  }

  /**
   * Appends a request that shows a token, unless an event was made of that token before: then the
   * same body is the sender's next try after a lost answer and is told of the event, and any other
   * is refused. Two with one token at once make one event.
   */
  CompletionStage<Intake> appendOnce(Candidate candidate, Event.Checks found, Token token) {
    Source source = candidate.source();
    String eventId = ids.next();
    // The commit of the event makes the claim as durable as itself.
    return database
        .submit(
            Durability.DERIVED,
            tx -> {
              UsedTokens.Claim claim = UsedTokens.claim(tx, source, token, eventId);
              boolean again =
                  claim instanceof UsedTokens.Claim.Used(String id) && candidate.isBodyOf(tx, id);
              return new Claimed(claim, again);
            })
        .thenCompose(claimed ->
            candidate.keptIfRefused(() ->
                switch (claimed.claim()) {
                  case UsedTokens.Claim.Taken taken ->
                      appendClaimed(candidate, found, token, eventId);
                  case UsedTokens.Claim.Used(String id) -> used(candidate, id, claimed.again());
                  case UsedTokens.Claim.UnderWay underWay -> throw Failure.unavailable();
                }));
  }

  /**
   * What became of a token.
   *
   * @param again whether it came with the body of the event that was made of it
   */
  private record Claimed(UsedTokens.Claim claim, boolean again) {}

  private static CompletionStage<Intake> used(Candidate candidate, String eventId, boolean again) {
    if (!again) {
      throw Refusal.signature(Reason.SIGNATURE_INVALID, "The token was used before");
    }
    return CompletableFuture.completedFuture(
        new Intake.Accepted(eventId, true, candidate.source(), candidate.rate()));
  }

  private CompletionStage<Intake> appendClaimed(
      Candidate candidate, Event.Checks found, Token token, String eventId) {
    Source source = candidate.source();
    CompletionStage<Intake> appended;
    try {
      appended = append(candidate, eventId, found);
    } catch (Refusal e) {
      appended = CompletableFuture.failedFuture(e);
      candidate.keep(e);
    }
    return appended.whenComplete((intake, thrown) -> {
      var _ =
          database.submit(
              Durability.DERIVED,
              tx ->
                  thrown == null
                      ? UsedTokens.use(tx, source, token, eventId)
                      : UsedTokens.release(tx, source, token, eventId));
    });
  }

  /**
   * Appends a request to an ephemeral source if that has a place for it. The place is taken by the
   * transaction that appends, so no more are stored than there are places, on however many nodes.
   */
  CompletionStage<Intake> appendCounted(Candidate candidate) {
    String id = ids.next();
    return stored(
        candidate,
        log.appendBy(tx -> candidate.event(id, place(tx, candidate), tx.now(), Event.Checks.NONE))
            .whenComplete((stored, thrown) -> {
              if (thrown != null && cause(thrown) instanceof Refusal refusal) {
                candidate.keep(refusal);
              }
            }));
  }

  /** Whose the event is; throws when there is no place for it. */
  private static Scope place(Tx tx, Candidate candidate) {
    return switch (Terms.take(tx, candidate.source().id())) {
      case Terms.Place.Taken taken -> candidate.source().scope();
      // Somebody has made the source theirs since it was read.
      case Terms.Place.Unlimited(Scope scope) -> scope;
      case Terms.Place.Expired expired -> throw Refusal.expired();
      case Terms.Place.UsedUp(long expiresAt) ->
          throw Refusal.quota(Math.max(1, Math.ceilDiv(expiresAt - tx.now(), 1_000L)));
      case Terms.Place.Gone gone -> throw Failure.notFound("Source");
    };
  }

  private static Throwable cause(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  /** Appends it; throws the refusal when the quota has no place left. */
  CompletionStage<Intake> append(Candidate candidate, Event.Checks found) {
    return append(candidate, ids.next(), found);
  }

  private CompletionStage<Intake> append(Candidate candidate, String id, Event.Checks found) {
    long now = clock.millis();
    if (!counted) {
      return stored(candidate, log.append(candidate.event(id, now, found)));
    }
    candidate.takePlace(now);
    return stored(
        candidate,
        log.append(candidate.event(id, now, found))
            .whenComplete((stored, thrown) -> {
              if (thrown != null || stored.event().isDuplicate()) {
                candidate.giveBackPlace();
              }
            }));
  }

  private CompletionStage<Intake> stored(
      Candidate candidate, CompletionStage<StoredEvent> appended) {
    return appended.thenApply(stored -> {
      accepted.add(1);
      return new Intake.Accepted(
          stored.event().id(), stored.event().isDuplicate(), candidate.source(), candidate.rate());
    });
  }
}
