package dev.catchment.routing;

import dev.catchment.log.EventViews;
import dev.catchment.log.StoredEvent;

/** Whether an event is for a connection. Pure. */
public final class Match {
  private Match() {}

  /**
   * True when both are of one environment and the filter holds; the body is parsed only for a
   * filter that looks at the event. An event that came while its source was nobody's is not routed
   * by a connection that was made since.
   */
  public static boolean matches(Connection connection, StoredEvent event, EventViews views) {
    return connection.scope().equals(event.event().scope())
        && (connection.filter().isEmpty() || connection.filter().matches(views.of(event)));
  }
}
