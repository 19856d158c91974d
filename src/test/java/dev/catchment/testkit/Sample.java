package dev.catchment.testkit;

import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Owed;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.EventViews;
import dev.catchment.log.StoredEvent;
import dev.catchment.vault.Vault;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ordinary events and destinations, for tests that do not care about their details. */
public final class Sample {
  public static final Scope SCOPE = new Scope("0".repeat(32), "1".repeat(32));

  /** Three attempts, 10 and 20 seconds apart, without jitter. */
  public static final RetrySpec RETRY =
      new RetrySpec(true, 3, RetrySpec.Backoff.EXPONENTIAL, List.of(10, 20), false);

  /** What is seen of events where bodies may have 10 MiB. */
  public static final EventViews VIEWS = new EventViews(100 << 20);

  private Sample() {}

  /** A vault with the key that every node of a test has. */
  public static Vault vault() {
    return new Vault(List.of(new Secret("the secret key of a test")), new SecureRandom());
  }

  /** An active destination that takes ten deliveries at once. */
  public static Destination destination(String id, String url) {
    return destination(id, target(url, null, "none", null), RETRY, 10);
  }

  /** The same with what is given. */
  public static Destination destination(
      String id, Destination.Target target, RetrySpec retry, int maxInFlight) {
    return new Destination(
        new Destination.Identity(id, SCOPE, "Destination " + id, id, 0, 0),
        target,
        retry,
        new Destination.Breaker(true, 5, 60_000),
        Destination.Status.ACTIVE,
        Destination.Pace.upTo(maxInFlight),
        new Destination.Totals(0, null));
  }

  /** The same destination with another pace. */
  public static Destination at(Destination destination, Destination.Pace pace) {
    return new Destination(
        destination.identity(),
        destination.target(),
        destination.retry(),
        destination.breaker(),
        destination.status(),
        pace,
        destination.totals(),
        destination.unreadable());
  }

  /** The same destination with another breaker. */
  public static Destination with(Destination destination, Destination.Breaker breaker) {
    return new Destination(
        destination.identity(),
        destination.target(),
        destination.retry(),
        breaker,
        destination.status(),
        destination.pace(),
        destination.totals(),
        destination.unreadable());
  }

  /** A POST target with a timeout of 20 seconds. */
  public static Destination.Target target(
      String url, Json.@Nullable Obj headers, String authType, Json.@Nullable Obj authConfig) {
    return new Destination.Target(
        "http", url, "POST", headers, 20_000, authType, authConfig, null, null);
  }

  /** The same destination in another state. */
  public static Destination in(Destination destination, Destination.Status status) {
    return new Destination(
        destination.identity(),
        destination.target(),
        destination.retry(),
        destination.breaker(),
        status,
        destination.pace(),
        destination.totals(),
        destination.unreadable());
  }

  /** An event without an origin of note. */
  public static Event event(String id, String sourceId, @Nullable String type, byte[] body) {
    return event(id, sourceId, "{\"x-a\":\"1\"}", type, body);
  }

  /** The same with the headers that it came with, as JSON text. */
  public static Event event(
      String id, String sourceId, String headersJson, @Nullable String type, byte[] body) {
    return new Event(
        id,
        SCOPE,
        sourceId,
        new Event.RequestFacts("POST", headersJson, "{}", type, "127.0.0.1"),
        body,
        1_700_000_000_000L);
  }

  /** The first attempt of a delivery that is claimed for the first time. */
  public static Owed owed(String id, String destinationId, Event event) {
    return new Owed(
        id,
        SCOPE,
        new StoredEvent(1, event),
        "c".repeat(32),
        destinationId,
        new Owed.Numbers(1, 1, "initial"),
        1,
        null);
  }
}
