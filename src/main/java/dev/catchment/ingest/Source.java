package dev.catchment.ingest;

import dev.catchment.base.Scope;
import dev.catchment.json.Json;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One ingest URL with its own rules.
 *
 * @param kind {@code http} or {@code websocket}, or {@code manual} for the built-in source of a
 *     feed, which takes no requests and is not listed
 * @param config {@code source_config} of the API; null for none
 * @param rules what it asks of a request
 * @param createdAt milliseconds since 1970
 */
public record Source(
    String id,
    Scope scope,
    String name,
    String slug,
    @Nullable String description,
    String kind,
    Json.@Nullable Obj config,
    SourceRules rules,
    Status status,
    Totals totals,
    long createdAt,
    long updatedAt) {

  /** The kind of the sources that take requests. */
  public static final String HTTP = "http";

  /** The kind of the sources that take messages of WebSockets. */
  public static final String WEBSOCKET = "websocket";

  /** What stands for the method of a message. */
  public static final String MESSAGE_METHOD = "WS";

  /** Whether its events are messages of WebSockets. */
  public boolean isWebSocket() {
    return kind.equals(WEBSOCKET);
  }

  /** Whether requests are accepted. */
  public enum Status {
    ACTIVE,
    /** Senders are asked to come back later. */
    PAUSED,
    /** Requests are refused. */
    DISABLED;

    /** The word on the wire and in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Stored events so far, and the receipt of the last. */
  public record Totals(long eventCount, @Nullable Long lastEventAt) {}
}
