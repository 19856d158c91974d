package dev.catchment.routing;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import dev.catchment.expr.EventView;
import dev.catchment.json.Json;
import dev.catchment.log.EventFacts;
import dev.catchment.log.EventLog;
import dev.catchment.log.EventViews;
import dev.catchment.log.StoredEvent;
import org.jspecify.annotations.Nullable;

/**
 * An event to try something on: a stored one, or one that never was.
 *
 * @param view what rules see of it
 * @param facts what a transform sees of it as {@code $event}
 */
public record EventSample(EventView view, Json.Obj facts) {
  /** A stored event; throws {@code NOT_FOUND}. */
  public static EventSample stored(Tx tx, Scope scope, String eventId, EventViews views) {
    StoredEvent event = get(tx, scope, eventId);
    return new EventSample(views.of(event), EventFacts.of(event));
  }

  /**
   * An event that was not received.
   *
   * @param sourceId null for none
   * @param now milliseconds since 1970
   */
  public static EventSample made(@Nullable String sourceId, EventView view, long now) {
    return new EventSample(view, EventFacts.of(sourceId, view, now));
  }

  /** A stored event with its place in the log; throws {@code NOT_FOUND}. */
  static StoredEvent get(Tx tx, Scope scope, String eventId) {
    return tx.find(
            "SELECT position FROM events WHERE env_id = ? AND id = ?",
            row -> row.number("position"),
            scope.envId(),
            eventId)
        .flatMap(position -> EventLog.at(tx, position))
        .orElseThrow(() -> Failure.notFound("Event"));
  }
}
