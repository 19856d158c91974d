package dev.catchment.log;

import dev.catchment.base.Times;
import dev.catchment.expr.EventView;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/** What a transform sees of an event beside its body: the value of {@code $event}. */
public final class EventFacts {
  private EventFacts() {}

  /** The facts of a stored event. */
  public static Json.Obj of(StoredEvent event) {
    return of(
        event.event().id(), event.event().sourceId(), event.view(), event.event().receivedAt());
  }

  /**
   * The facts of a view.
   *
   * @param id null for an event that was not received
   */
  public static Json.Obj of(
      @Nullable String id, @Nullable String sourceId, EventView view, long receivedAt) {
    Json.ObjBuilder headers = Json.object();
    view.head().headers().forEach(headers::put);
    return Json.object()
        .put("id", id)
        .put("source_id", sourceId)
        .put("method", view.head().method())
        .put("headers", headers.build())
        .put("query_params", view.head().query())
        .put("content_type", view.head().contentType())
        .put("source_ip", view.head().sourceIp())
        .put("topic", view.topic())
        .put("received_at", Times.format(receivedAt))
        .build();
  }
}
