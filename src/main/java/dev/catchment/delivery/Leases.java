package dev.catchment.delivery;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The claims this node holds, and until when as far as it knows. Whoever is about to send asks here
 * first, so that a renewal that comes late is noticed before a delivery is made a second time. Safe
 * for use by several threads; nobody waits.
 */
final class Leases {
  /** This part of a lease is left when it is renewed, in thirds. */
  private static final int RENEWED_AT_THIRDS = 2;

  /** With less than this left nothing is sent before the claim has been renewed, in thirds. */
  private static final int SENT_AT_THIRDS = 1;

  private final long leaseMillis;
  private final InstantSource clock;
  private final Map<String, Lease> held = new ConcurrentHashMap<>();

  /** Whether somebody will come when the next lease is to be renewed. */
  private final AtomicBoolean watched = new AtomicBoolean();

  private volatile Runnable wake = () -> {};

  /**
   * A claim.
   *
   * @param until at least so long nobody else may claim it, milliseconds since 1970
   * @param wanted to which destination it was to be sent when it was found to be late; null if not
   */
  private record Lease(Owed owed, long until, @Nullable Destination wanted) {
    boolean isOf(Owed claim) {
      return owed.claimNumber() == claim.claimNumber();
    }
  }

  Leases(long leaseMillis, InstantSource clock) {
    this.leaseMillis = leaseMillis;
    this.clock = clock;
  }

  /** Whom to wake when there is a lease to watch over. */
  void wakes(Runnable watcher) {
    this.wake = watcher;
  }

  /**
   * Holds claims.
   *
   * @param since a time before they were written
   */
  void hold(List<Owed> claims, long since) {
    claims.forEach(owed -> held.put(owed.id(), new Lease(owed, since + leaseMillis, null)));
    if (!claims.isEmpty() && !watched.getAndSet(true)) {
      wake.run();
    }
  }

  /** The claims are settled, given back or lost; another claim of the same row stays. */
  void forget(List<Owed> claims) {
    claims.forEach(
        owed -> held.computeIfPresent(owed.id(), (id, lease) -> lease.isOf(owed) ? null : lease));
  }

  List<Owed> held() {
    return held.values().stream().map(Lease::owed).toList();
  }

  /** Whether this node holds that very claim, as far as it knows. */
  boolean isHeld(Owed owed) {
    Lease lease = held.get(owed.id());
    return lease != null && lease.isOf(owed);
  }

  /**
   * Whether a delivery may be sent. When its claim may run out too soon for that, it is noted that
   * somebody wanted to, and it will be among those that {@link #renewed} answers.
   */
  boolean maySend(Owed owed, Destination destination) {
    if (isSafe(held.get(owed.id()), owed)) {
      return true;
    }
    boolean[] safe = new boolean[1];
    held.computeIfPresent(
        owed.id(),
        (id, lease) -> {
          safe[0] = isSafe(lease, owed);
          return lease.isOf(owed)
              ? new Lease(owed, lease.until(), safe[0] ? null : destination)
              : lease;
        });
    if (!safe[0]) {
      wake.run();
    }
    return safe[0];
  }

  private boolean isSafe(@Nullable Lease lease, Owed owed) {
    return lease != null
        && lease.isOf(owed)
        && clock.millis() < lease.until() - SENT_AT_THIRDS * leaseMillis / 3;
  }

  /** A delivery that was not sent because its claim had to be renewed first. */
  record Wanted(Owed owed, Destination destination) {}

  /** The claims whose leases are to be renewed now, those that run out first before the others. */
  List<Owed> due(int max) {
    long now = clock.millis();
    return held.values().stream()
        .filter(lease -> lease.wanted() != null || renewalOf(lease) <= now)
        .sorted(Comparator.comparingLong(Lease::until))
        .limit(max)
        .map(Lease::owed)
        .toList();
  }

  private long renewalOf(Lease lease) {
    return lease.until() - RENEWED_AT_THIRDS * leaseMillis / 3;
  }

  /** When the next lease is to be renewed, milliseconds since 1970; empty when none is held. */
  OptionalLong nextRenewal() {
    watched.set(true);
    OptionalLong next = firstRenewal();
    if (next.isPresent()) {
      return next;
    }
    // First the flag, then the look: what is held after the look wakes the watcher.
    watched.set(false);
    return firstRenewal();
  }

  private OptionalLong firstRenewal() {
    return held.values().stream().mapToLong(this::renewalOf).min();
  }

  /**
   * Claims have been renewed.
   *
   * @param since a time before that was written
   * @return those that somebody wanted to send meanwhile
   */
  List<Wanted> renewed(List<Owed> claims, long since) {
    List<Wanted> wanted = new ArrayList<>();
    for (Owed owed : claims) {
      held.computeIfPresent(
          owed.id(),
          (id, lease) -> {
            if (!lease.isOf(owed)) {
              return lease;
            }
            if (lease.wanted() != null) {
              wanted.add(new Wanted(owed, lease.wanted()));
            }
            return new Lease(owed, since + leaseMillis, null);
          });
    }
    return wanted;
  }
}
