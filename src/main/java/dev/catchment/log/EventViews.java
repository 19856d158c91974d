package dev.catchment.log;

import dev.catchment.expr.EventView;

/**
 * What the readers of a node see of stored events, all by the same bound.
 *
 * @param decodedBytesMax the most bytes a compressed body may decode to; one that would become
 *     larger does not parse
 */
public record EventViews(long decodedBytesMax) {
  /**
   * What paths and rules see of an event. Kept with the event, so that all readers of the log's
   * memory parse its body once.
   */
  public EventView of(StoredEvent event) {
    return event.view(decodedBytesMax);
  }
}
