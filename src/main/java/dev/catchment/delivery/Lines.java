package dev.catchment.delivery;

import dev.catchment.base.Sha256;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import dev.catchment.log.EventViews;
import dev.catchment.log.StoredEvent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a destination that keeps an order: what stands in one is delivered one after
 * another. Pure.
 */
public final class Lines {
  /** The line of a destination without keys, and of events that have none. */
  private static final String WHOLE = "";

  private Lines() {}

  /**
   * The line in which an event waits for a destination of that pace; null when it keeps no order.
   * Keys are equal when their JSON is: {@code 1} and {@code "1"} are two. An event without the key
   * stands in one line with all others without it.
   */
  public static @Nullable String of(Destination.Pace pace, StoredEvent event, EventViews views) {
    if (!pace.ordered()) {
      return null;
    }
    String path = pace.orderKeyPath();
    if (path == null) {
      return WHOLE;
    }
    Optional<Json> key =
        BodyPath.parse(path, "order_key_path").find(views.of(event).body(), event.head().headers());
    // Keys may be long, and are nobody's business.
    return key.map(value -> Sha256.hex(value.text())).orElse(WHOLE);
  }
}
