package dev.catchment.log;

import dev.catchment.expr.EventView;
import dev.catchment.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event with its place in the log. May be shared by threads. */
public final class StoredEvent {
  /** A compressed body is decoded for parsing up to this size: ten times the default body limit. */
  private static final long DECODED_BYTES_MAX = 100L << 20;

  private final long position;
  private final Event event;
  private @Nullable EventView view;

  /** The event at a position, counted from 1 without gaps in the order of the commits. */
  public StoredEvent(long position, Event event) {
    this.position = position;
    this.event = event;
  }

  public long position() {
    return position;
  }

  public Event event() {
    return event;
  }

  /**
   * What paths and rules see of it. Kept with the event, so that all readers of the log's memory
   * parse its body once.
   */
  public EventView view() {
    // The view is pure; two threads may at worst both make one.
    EventView known = view;
    if (known == null) {
      known = view(event);
      view = known;
    }
    return known;
  }

  private static EventView view(Event event) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (Json.read(event.request().headersJson()) instanceof Json.Obj object) {
      object.members().forEach((name, value) -> headers.put(name, ((Json.Str) value).value()));
    }
    EventView.Head head =
        new EventView.Head(
            event.request().method(),
            headers,
            (Json.Obj) Json.read(event.request().queryJson()),
            event.request().contentType(),
            event.request().sourceIp());
    return EventView.of(head, null, event.body(), DECODED_BYTES_MAX);
  }
}
