package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.json.Json;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A receiver and how to deal with it.
 *
 * @param unreadable members of the target whose stored text no key of this server opens, by their
 *     names on the wire; they are null, and nothing can be sent
 */
public record Destination(
    Identity identity,
    Target target,
    RetrySpec retry,
    Breaker breaker,
    Status status,
    Pace pace,
    Totals totals,
    Set<String> unreadable) {

  /** One whose row is whole. */
  public Destination(
      Identity identity,
      Target target,
      RetrySpec retry,
      Breaker breaker,
      Status status,
      Pace pace,
      Totals totals) {
    this(identity, target, retry, breaker, status, pace, totals, Set.of());
  }

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
   * @param signingConfig {@code signing_config} of the API; holds secrets; null for no signature
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

  /**
   * The circuit breaker.
   *
   * @param threshold how many failures in a row open it, 1 to 100
   * @param resetMillis how long it stays open before it tries, 1,000 to 3,600,000
   * @param open whether it was open when this was read; not a setting
   */
  public record Breaker(boolean enabled, int threshold, int resetMillis, boolean open) {
    /** The settings of one that is closed. */
    public Breaker(boolean enabled, int threshold, int resetMillis) {
      this(enabled, threshold, resetMillis, false);
    }
  }

  /**
   * How fast and in which order to send.
   *
   * @param maxInFlight how many deliveries may run at once on a node, 1 to 1,000
   * @param ratePerSecond how many may begin in a second on all nodes together; null for any number
   * @param ordered whether deliveries of one line run one after another, in the order of receipt
   * @param orderKeyPath whose value tells the lines apart; null when all are one line
   */
  public record Pace(
      int maxInFlight,
      @Nullable Integer ratePerSecond,
      boolean ordered,
      @Nullable String orderKeyPath) {
    /** No limit but the number at once, and no order. */
    public static Pace upTo(int maxInFlight) {
      return new Pace(maxInFlight, null, false, null);
    }
  }

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

  /** Whether deliveries may be sent to it now; the probe of an open circuit may in any case. */
  public boolean isOpenForAll() {
    return status == Status.ACTIVE && !breaker.open();
  }
}
