package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.json.Json;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A receiver and how to deal with it.
 *
 * @param maxInFlight how many deliveries may run at once, 1 to 1,000
 */
public record Destination(
    Identity identity,
    Target target,
    RetrySpec retry,
    Breaker breaker,
    Status status,
    int maxInFlight,
    Totals totals) {

  /** Who and whose it is; times are milliseconds since 1970. */
  public record Identity(
      String id, Scope scope, String name, String slug, long createdAt, long updatedAt) {}

  /**
   * Where and how to send.
   *
   * @param kind {@code http}
   * @param headers names to values; null for none
   * @param timeoutMillis from connect to the last byte, 100 to 120,000
   * @param authType {@code none}, {@code bearer}, {@code basic} or {@code api_key}
   * @param authConfig what the type needs; holds secrets
   * @param providerConfig {@code forward_headers}; null for none
   * @param signingConfig section 11.3 of the API; holds secrets; null for no signature
   */
  public record Target(
      String kind,
      String url,
      String method,
      Json.@Nullable Obj headers,
      int timeoutMillis,
      String authType,
      Json.@Nullable Obj authConfig,
      Json.@Nullable Obj providerConfig,
      Json.@Nullable Obj signingConfig) {}

  /** The breaker's settings: kept and shown. */
  public record Breaker(boolean enabled, int threshold, int resetMillis) {}

  /** Whether deliveries are sent. */
  public enum Status {
    ACTIVE,
    /** Deliveries are held. */
    PAUSED,
    /** Nothing is sent, and nothing new is owed. */
    DISABLED;

    /** The word on the wire and in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Successful deliveries so far, and the time of the last. */
  public record Totals(long eventCount, @Nullable Long lastDeliveryAt) {}

  public String id() {
    return identity.id();
  }
}
