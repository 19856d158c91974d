package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that has just ended.
 *
 * @param id of the attempt
 * @param fate what became of its delivery
 * @param status what the receiver answered; null when there was no whole answer
 * @param trouble why there was none; null when there was one, and when nothing was sent
 * @param error why it failed, in one sentence; null for a success
 * @param at when it ended, milliseconds since 1970
 */
public record EndedAttempt(
    String id,
    Scope scope,
    String eventId,
    String connectionId,
    String destinationId,
    Fate fate,
    @Nullable Integer status,
    SendResult.@Nullable Kind trouble,
    @Nullable String error,
    long at) {

  /** What became of a delivery with an attempt. */
  public enum Fate {
    /** The receiver has it. */
    DELIVERED,
    /** It will be tried again. */
    RETRYING,
    /** It is a dead letter. */
    DEAD,
    /**
     * It failed and is left at that, because a replay asked for one try only, or because its event
     * or one of its ends is gone.
     */
    GIVEN_UP,
    /** The receiver wants nothing more: a dead letter, unless a replay asked for one try only. */
    GONE
  }

  static EndedAttempt of(Outcome outcome) {
    Owed owed = outcome.owed();
    return new EndedAttempt(
        owed.id(),
        owed.scope(),
        owed.event().event().id(),
        owed.connectionId(),
        owed.destinationId(),
        fate(outcome),
        outcome.status(),
        outcome.result() instanceof SendResult.Unanswered unanswered ? unanswered.kind() : null,
        outcome.error(),
        outcome.at());
  }

  /**
   * A delivery that has waited for the circuit of its destination until it became a dead letter.
   */
  static EndedAttempt waitedTooLong(Row row, String error, long now) {
    return new EndedAttempt(
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        row.string("event_id"),
        row.string("connection_id"),
        row.string("destination_id"),
        row.flag("retries") ? Fate.DEAD : Fate.GIVEN_UP,
        null,
        null,
        error,
        now);
  }

  /** A delivery whose event or destination is no longer stored. */
  static EndedAttempt lost(Due due, String error, long now) {
    return new EndedAttempt(
        due.id(),
        due.scope(),
        due.eventId(),
        due.connectionId(),
        due.destinationId(),
        Fate.GIVEN_UP,
        null,
        null,
        error,
        now);
  }

  private static Fate fate(Outcome outcome) {
    return switch (outcome.decision()) {
      case RetryPolicy.Decision.Done() -> Fate.DELIVERED;
      case RetryPolicy.Decision.Again(long at) -> Fate.RETRYING;
      case RetryPolicy.Decision.GivenUp(boolean gone) when gone -> Fate.GONE;
      case RetryPolicy.Decision.GivenUp givenUp -> outcome.isDead() ? Fate.DEAD : Fate.GIVEN_UP;
    };
  }
}
