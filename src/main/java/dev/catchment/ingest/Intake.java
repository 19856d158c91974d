package dev.catchment.ingest;

import dev.catchment.verify.Answer;
import org.jspecify.annotations.Nullable;

/** What came of a request that was not refused. */
public sealed interface Intake {
  /** How far its sender and its source are from their limits; null when there is none. */
  RateWindow.@Nullable Left rate();

  /**
   * It became an event, which is durably committed.
   *
   * @param eventId 32 hex digits
   * @param duplicate whether it repeats another event and is only kept
   * @param source the source as it was when the request was judged
   */
  record Accepted(String eventId, boolean duplicate, Source source, RateWindow.@Nullable Left rate)
      implements Intake {}

  /** It was a provider's question, which is answered and is no event. */
  record Asked(Answer answer, RateWindow.@Nullable Left rate) implements Intake {}

  /**
   * It was refused, but its sender must not learn of that: the answer looks as if an event had been
   * stored.
   */
  record Hidden(String eventId, Source source, RateWindow.@Nullable Left rate) implements Intake {}
}
