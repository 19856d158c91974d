package dev.catchment.routing;

import dev.catchment.delivery.ManualRetries;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events to list; null and empty mean any.
 *
 * @param methods in upper case
 * @param checked which results of the checks of a source
 * @param deliveries only events with such a delivery
 * @param search the first digits of an id, or any part of the first 10,240 bytes of the body,
 *     ignoring case
 * @param from ids from this one on, inclusive
 * @param below ids below this one
 */
public record EventFilter(
    @Nullable String sourceId,
    List<EventRow.Status> statuses,
    List<String> methods,
    Checked checked,
    ManualRetries.Wish deliveries,
    @Nullable String search,
    @Nullable String from,
    @Nullable String below) {

  /**
   * Words as in {@link EventRow.Checked}.
   *
   * @param verifications of {@code verification_status}
   * @param dedups of {@code dedup_status}
   */
  public record Checked(List<String> verifications, List<String> dedups) {}

  /** The same between other ids. */
  public EventFilter between(@Nullable String newFrom, @Nullable String newBelow) {
    return new EventFilter(
        sourceId, statuses, methods, checked, deliveries, search, newFrom, newBelow);
  }
}
