package dev.catchment.outbound;

import org.jspecify.annotations.Nullable;

/**
 * The bounds of a sender.
 *
 * @param callsMax calls under way at once; further ones wait, within their own timeout
 * @param perTargetMax connections to one scheme, host and port; further calls wait likewise
 * @param connectMillisMax how long one address of a name is tried before the next
 * @param idleMillisMax how long an unused connection is kept
 * @param lookUpsMax name look-ups under way at once, each on a thread of its own
 * @param proxy what every connection goes through; null for none
 */
public record HttpSenderSettings(
    int callsMax,
    int perTargetMax,
    int connectMillisMax,
    int idleMillisMax,
    int lookUpsMax,
    @Nullable Proxy proxy) {
  /** Bounds of a sender that connects directly. */
  public HttpSenderSettings(
      int callsMax, int perTargetMax, int connectMillisMax, int idleMillisMax, int lookUpsMax) {
    this(callsMax, perTargetMax, connectMillisMax, idleMillisMax, lookUpsMax, null);
  }

  /** Bounds for one node: 1,024 calls, 10 s to connect, 30 s of idling, 32 look-ups. */
  public static HttpSenderSettings standard() {
    return new HttpSenderSettings(1024, 1024, 10_000, 30_000, 32);
  }

  /**
   * The same bounds with room for so many deliveries at once, to one target if need be, and for as
   * many other calls as before: a delivery that waited for a place here would spend its own timeout
   * on that.
   */
  public HttpSenderSettings besidesDeliveries(int deliveriesMax) {
    return new HttpSenderSettings(
        callsMax + deliveriesMax,
        perTargetMax + deliveriesMax,
        connectMillisMax,
        idleMillisMax,
        lookUpsMax,
        proxy);
  }

  /** The same bounds, through a proxy; null for none. */
  public HttpSenderSettings through(@Nullable Proxy next) {
    return new HttpSenderSettings(
        callsMax, perTargetMax, connectMillisMax, idleMillisMax, lookUpsMax, next);
  }
}
