package dev.catchment.log;

import dev.catchment.expr.EventView;
import dev.catchment.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event with its place in the log. May be shared by threads. */
public final class StoredEvent {
  private final long position;
  private final Event event;
  private @Nullable EventView view;

  /** The event at a position, counted from 1 without gaps in the order of the commits. */
  public StoredEvent(long position, Event event) {
    this.position = position;
    this.event = event;
  }

  /** Its place in the log, counted from 1. */
  public long position() {
    return position;
  }

  public Event event() {
    return event;
  }

  /** As {@link EventViews#of} says; the bound is the same for all readers of a node. */
  EventView view(long decodedBytesMax) {
    // The view is pure; two threads may at worst both make one.
    EventView known = view;
    if (known == null) {
      known = EventView.of(head(), null, event.body(), decodedBytesMax);
      view = known;
    }
    return known;
  }

  /**
   * Lets go of what was parsed of it: said by the reader that is usually the last, because the
   * event itself stays in memory for a while and the tree of its body is many times as many
   * objects. Who asks after all makes the view again.
   */
  public void forgetView() {
    view = null;
  }

  /** The facts of the request beside its body. */
  public EventView.Head head() {
    EventView known = view;
    return known == null ? head(event) : known.head();
  }

  private static EventView.Head head(Event event) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (Json.read(event.request().headersJson()) instanceof Json.Obj object) {
      object.members().forEach((name, value) -> headers.put(name, ((Json.Str) value).value()));
    }
    return new EventView.Head(
        event.request().method(),
        headers,
        (Json.Obj) Json.read(event.request().queryJson()),
        event.request().contentType(),
        event.request().sourceIp());
  }
}
