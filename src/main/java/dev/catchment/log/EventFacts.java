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
        event.event().id(),
        event.event().sourceId(),
        event.head(),
        null,
        event.event().receivedAt());
  }

  /**
   * The facts of an event that was not received.
   *
   * @param sourceId null for none
   */
  public static Json.Obj of(@Nullable String sourceId, EventView view, long receivedAt) {
    return of(null, sourceId, view.head(), view.topic(), receivedAt);
  }

  private static Json.Obj of(
      @Nullable String id,
      @Nullable String sourceId,
      EventView.Head head,
      @Nullable String topic,
      long receivedAt) {
    Json.ObjBuilder headers = Json.object();
    head.headers().forEach(headers::put);
    return Json.object()
        .put("id", id)
        .put("source_id", sourceId)
        .put("method", head.method())
        .put("headers", headers.build())
        .put("query_params", head.query())
        .put("content_type", head.contentType())
        .put("source_ip", head.sourceIp())
        .put("topic", topic)
        .put("received_at", Times.format(receivedAt))
        .build();
  }
}
