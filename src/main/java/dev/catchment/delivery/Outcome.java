package dev.catchment.delivery;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of an attempt, ready to be written.
 *
 * @param requestHeadersJson what was sent, credentials masked; null when nothing was
 * @param bodySize of the request in bytes; 0 when there was nothing to send
 * @param at when it ended, milliseconds since 1970
 */
record Outcome(
    Owed owed,
    SendResult result,
    RetryPolicy.Decision decision,
    @Nullable String requestHeadersJson,
    int bodySize,
    long at) {

  boolean succeeded() {
    return decision instanceof RetryPolicy.Decision.Done;
  }

  /** Whether it failed in a way that speaks against the receiver; one that is gone said so. */
  boolean isReceiversFault() {
    return switch (decision) {
      case RetryPolicy.Decision.Done() -> false;
      case RetryPolicy.Decision.Again(long at) -> !isOurFault();
      case RetryPolicy.Decision.GivenUp(boolean gone) -> !gone && !isOurFault();
    };
  }

  private boolean isOurFault() {
    return result instanceof SendResult.Unanswered unanswered
        && (unanswered.kind() == SendResult.Kind.TRANSFORM
            || unanswered.kind() == SendResult.Kind.NOT_NOW);
  }

  /** When it is due again; null when it is over. */
  @Nullable Long retryAt() {
    return decision instanceof RetryPolicy.Decision.Again again ? (Long) again.at() : null;
  }

  boolean isDead() {
    return decision instanceof RetryPolicy.Decision.GivenUp && owed.numbers().retries();
  }

  /** Why it failed, in one sentence; null for a success. */
  @Nullable String error() {
    if (succeeded()) {
      return null;
    }
    return switch (result) {
      case SendResult.Answered answered -> "Receiver answered " + answered.status();
      case SendResult.Unanswered unanswered -> unanswered.sentence();
    };
  }

  @Nullable Integer status() {
    return result instanceof SendResult.Answered answered ? (Integer) answered.status() : null;
  }

  Map<String, String> responseHeaders() {
    return result instanceof SendResult.Answered answered ? answered.headers() : Map.of();
  }
}
