package dev.catchment.delivery;

import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
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
  public static @Nullable String of(Destination.Pace pace, StoredEvent event) {
    if (!pace.ordered()) {
      return null;
    }
    String path = pace.orderKeyPath();
    if (path == null) {
      return WHOLE;
    }
    Optional<Json> key =
        BodyPath.parse(path, "order_key_path")
            .find(event.view().body(), event.view().head().headers());
    return key.map(value -> digest(value.text())).orElse(WHOLE);
  }

  /** Keys may be long, and are nobody's business. */
  private static String digest(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
