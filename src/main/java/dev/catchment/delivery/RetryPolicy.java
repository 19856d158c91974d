package dev.catchment.delivery;

import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What follows from the outcome of an attempt. Pure. */
public final class RetryPolicy {
  private static final long RETRY_AFTER_SECONDS_MAX = 86_400;
  private static final double JITTER_MAX = 0.1;

  private RetryPolicy() {}

  /** What to do next. */
  public sealed interface Decision {
    /** Delivered. */
    record Done() implements Decision {}

    /** Try again at that time, milliseconds since 1970. */
    record Again(long at) implements Decision {}

    /**
     * Dead letter.
     *
     * @param receiverIsGone the receiver said that it wants nothing more: hold everything else
     */
    record GivenUp(boolean receiverIsGone) implements Decision {}
  }

  /**
   * Decides by the answer, the schedule and {@code Retry-After} (RFC 9110, section 10.2.3), of
   * which the later counts.
   *
   * @param attempt the number of the attempt since the delivery was asked for, from 1
   * @param random from 0.0 to below 1.0, for the jitter
   */
  public static Decision decide(
      RetrySpec spec, int attempt, SendResult result, long now, double random) {
    int status = result instanceof SendResult.Answered answered ? answered.status() : 0;
    if (status >= 200 && status <= 299) {
      return new Decision.Done();
    }
    if (status == 410) {
      return new Decision.GivenUp(true);
    }
    if (result instanceof SendResult.Unanswered unanswered
        && unanswered.kind() == SendResult.Kind.TRANSFORM) {
      return new Decision.GivenUp(false);
    }
    if (!spec.enabled() || attempt >= spec.attemptsMax()) {
      return new Decision.GivenUp(false);
    }
    long delay = spec.delayMillis(attempt);
    long scheduled = now + (spec.jitter() ? (long) (delay * (1 + JITTER_MAX * random)) : delay);
    return new Decision.Again(Math.max(scheduled, askedFor(result, now).orElse(scheduled)));
  }

  private static OptionalLong askedFor(SendResult result, long now) {
    if (!(result instanceof SendResult.Answered answered)
        || (answered.status() != 429 && answered.status() != 503)) {
      return OptionalLong.empty();
    }
    return retryAfter(answered.headers().get("retry-after"), now);
  }

  private static OptionalLong retryAfter(@Nullable String value, long now) {
    if (value == null) {
      return OptionalLong.empty();
    }
    long latest = now + RETRY_AFTER_SECONDS_MAX * 1_000;
    String text = value.strip();
    if (text.matches("[0-9]+")) {
      return OptionalLong.of(
          text.length() > 10 ? latest : Math.min(latest, now + Long.parseLong(text) * 1_000));
    }
    try {
      long date =
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
              .toInstant()
              .toEpochMilli();
      return OptionalLong.of(Math.min(latest, date));
    } catch (DateTimeException e) {
      return OptionalLong.empty();
    }
  }
}
