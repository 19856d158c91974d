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
 * @param term how long it lives, if it is ephemeral; null for an ordinary source
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
    long updatedAt,
    @Nullable Term term) {

  /** The kind of the sources that take requests. */
  public static final String HTTP = "http";

  /** The kind of the sources that take messages of WebSockets. */
  public static final String WEBSOCKET = "websocket";

  /** What stands for the method of a message. */
  public static final String MESSAGE_METHOD = "WS";

  /**
   * What is written of a source: all but what the store itself knows of it.
   *
   * @param kind as in a {@link Source}
   * @param term how long it lives, if it is ephemeral; null for an ordinary source
   */
  public record Draft(
      String id,
      Scope scope,
      String name,
      String slug,
      @Nullable String description,
      String kind,
      Json.@Nullable Obj config,
      SourceRules rules,
      Status status,
      @Nullable Term term) {}

  /**
   * How long an ephemeral source lives, whichever ends first.
   *
   * @param expiresAt milliseconds since 1970
   * @param requestLimit how many requests it takes
   */
  public record Term(long expiresAt, int requestLimit) {}

  /** Whether it lives for a while only, and belongs to nobody. */
  public boolean isEphemeral() {
    return term != null;
  }

  /** Whether its events are messages of WebSockets. */
  public boolean isWebSocket() {
    return kind.equals(WEBSOCKET);
  }

  /** The status of the answer to a request that became an event. */
  public int acceptedStatus() {
    return config != null
            && config.get("response") instanceof Json.Obj response
            && response.get("status_code") instanceof Json.Num number
        ? number.value().intValue()
        : 200;
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
