package dev.catchment.ingest;

import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.verify.Answer;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the checks of its source. One thread at a time works on it.
 *
 * <p>Times are milliseconds since 1970.
 */
final class Candidate {
  private final SourceChecks checks;
  private final Received received;
  private final long sentAt;
  private final boolean replayed;
  private final Consumer<Refused> keeper;
  private RateWindow.@Nullable Left rate;
  private EventQuota.@Nullable Share share;

  /**
   * @param sentAt when it came first, which timestamps are held against
   * @param replayed whether it was refused before and is judged anew; its rate does not matter then
   * @param keeper is handed what becomes no event
   */
  Candidate(
      SourceChecks checks,
      Received received,
      long sentAt,
      boolean replayed,
      Consumer<Refused> keeper) {
    this.checks = checks;
    this.received = received;
    this.sentAt = sentAt;
    this.replayed = replayed;
    this.keeper = keeper;
  }

  SourceChecks checks() {
    return checks;
  }

  Source source() {
    return checks.source();
  }

  Received received() {
    return received;
  }

  int bodyBytes() {
    return received.body().length;
  }

  long sentAt() {
    return sentAt;
  }

  /** How far its sender and its source are from their limits; null when there is none. */
  RateWindow.@Nullable Left rate() {
    return rate;
  }

  /** The checks that come before the body; throws the refusal. */
  void admit(RateLimits limits, long now) {
    rate = checks.admit(received.facts(), limits, now, replayed);
  }

  /** The check of the quota; throws the refusal when nothing is left of it. */
  void checkQuota(EventQuota.Share of, long now) {
    share = of;
    of.check(now);
  }

  /** Takes its place in the quota, if there is one; throws the refusal when none is left. */
  void takePlace(long now) {
    if (share != null) {
      share.take(now);
    }
  }

  /** It became no event, or one that does not count. */
  void giveBackPlace() {
    if (share != null) {
      share.giveBack();
    }
  }

  Event event(String id, long receivedAt, Event.Checks found) {
    return event(id, source().scope(), receivedAt, found);
  }

  Event event(String id, Scope scope, long receivedAt, Event.Checks found) {
    return new Event(
        id, scope, source().id(), received.facts(), received.body(), receivedAt, found);
  }

  /** Whether the stored event of that id has the very same body. */
  boolean isBodyOf(Tx tx, String eventId) {
    return EventLog.hasBody(tx, source().scope(), eventId, received.body());
  }

  /** What the checks come to; has it kept when they refuse it. */
  CompletionStage<Intake> keptIfRefused(Supplier<CompletionStage<Intake>> judging) {
    try {
      return judging.get();
    } catch (Refusal e) {
      keep(e);
      throw e;
    }
  }

  /** Has it kept as refused. */
  void keep(Refusal refusal) {
    keep(refusal, refusal.reason().responseStatus());
  }

  /** Has it kept as refused although its sender is answered as if it had become an event. */
  void keepSecretly(Refusal refusal) {
    keep(refusal, source().acceptedStatus());
  }

  private void keep(Refusal refusal, int responseStatus) {
    keep(bodyBytes(), true, refusal.reason(), refusal.detail(), responseStatus);
  }

  /** Has it kept as a question that was answered. */
  void keep(Answer answer) {
    keep(bodyBytes(), true, Reason.HANDSHAKE, answer.after().note(), answer.status());
  }

  /**
   * Has it kept as too large: the rest of its body was not read.
   *
   * @param bytesRead how much of the body came, which may be more than there is of it here
   */
  void keepCut(long bytesRead) {
    keep(bytesRead, false, Reason.TOO_LARGE, null, Reason.TOO_LARGE.responseStatus());
  }

  private void keep(
      long bytesRead, boolean whole, Reason reason, @Nullable String detail, int responseStatus) {
    keeper.accept(
        new Refused(
            source().id(),
            source().scope(),
            received.facts(),
            received.body(),
            bytesRead,
            whole,
            reason,
            detail,
            responseStatus,
            sentAt));
  }
}
