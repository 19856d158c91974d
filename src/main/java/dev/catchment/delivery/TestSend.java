package dev.catchment.delivery;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What came of a delivery that was sent to try a destination.
 *
 * @param status what the receiver answered; null when there was no whole answer
 * @param body the first 64 KiB of its answer, invalid UTF-8 replaced; null without an answer
 * @param error why it is no success, in one sentence; null for a success
 */
public record TestSend(
    @Nullable Integer status, long durationMillis, @Nullable String body, @Nullable String error) {

  static TestSend of(Outcome outcome) {
    return new TestSend(
        outcome.status(),
        outcome.result().durationMillis(),
        outcome.result() instanceof SendResult.Answered answered
            ? new String(answered.body(), StandardCharsets.UTF_8)
            : null,
        outcome.error());
  }
}
