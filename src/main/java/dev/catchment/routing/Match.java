package dev.catchment.routing;

import dev.catchment.log.StoredEvent;

/** Whether an event is for a connection. Pure. */
public final class Match {
  private Match() {}

  /** True when the filter holds; the body is parsed only for a filter that looks at the event. */
  public static boolean matches(Connection connection, StoredEvent event) {
    return connection.filter().isEmpty() || connection.filter().matches(event.view());
  }
}
