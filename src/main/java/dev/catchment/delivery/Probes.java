package dev.catchment.delivery;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Watches over the circuits that are open: tries each receiver when its time has come, by the
 * delivery that has waited longest, and gives up what has waited too long. While all circuits are
 * closed it costs nothing.
 */
final class Probes {
  /** However short the schedule of a destination, its deliveries wait at least this long. */
  static final long WAIT_MILLIS_MIN = 3_600_000;

  /** How many deliveries are given up in one transaction. */
  private static final int GIVEN_UP_MAX = 500;

  /** What an attempt may take beyond the time of its call before another one may try. */
  private static final long GRACE_MILLIS = 60_000;

  private final Database database;
  private final Destinations destinations;
  private final DeliveryQueue queue;
  private final List<DeliveryListener> listeners;
  private final Lanes lanes;
  private final Set<String> failed = ConcurrentHashMap.newKeySet();
  private volatile boolean changed = true;
  private List<Circuits.Open> open = List.of();

  Probes(
      Database database,
      Destinations destinations,
      DeliveryQueue queue,
      List<DeliveryListener> listeners,
      Lanes lanes) {
    this.database = database;
    this.destinations = destinations;
    this.queue = queue;
    this.listeners = listeners;
    this.lanes = lanes;
  }

  /** A circuit may have opened or closed. From any thread. */
  void lookAgain() {
    changed = true;
  }

  /** Probes to these destinations have failed: what has waited too long for them is over. */
  void failed(List<String> destinationIds) {
    failed.addAll(destinationIds);
    changed |= !destinationIds.isEmpty();
  }

  /**
   * Sends the probes whose time has come and gives up what has waited too long.
   *
   * @return when the next probe is to be sent, milliseconds since 1970; {@code Long.MAX_VALUE} when
   *     none is; empty when there is more to do now
   */
  OptionalLong step() {
    boolean more = giveUp();
    if (changed) {
      changed = false;
      open = database.read(Circuits::listOpen);
    }
    long next = Long.MAX_VALUE;
    for (Circuits.Open circuit : open) {
      if (circuit.nextProbeAt() > database.now()) {
        next = Math.min(next, circuit.nextProbeAt());
      } else {
        probe(circuit.destinationId());
      }
    }
    return more ? OptionalLong.empty() : OptionalLong.of(next);
  }

  private boolean giveUp() {
    boolean more = false;
    for (String id : Set.copyOf(failed)) {
      failed.remove(id);
      if (database.write(Durability.DERIVED, tx -> Held.note(tx, id, GIVEN_UP_MAX)) == GIVEN_UP_MAX
          || database.write(Durability.DERIVED, tx -> giveUp(tx, id)) == GIVEN_UP_MAX) {
        failed.add(id);
        more = true;
      }
    }
    return more;
  }

  private int giveUp(Tx tx, String destinationId) {
    Destination destination = destinations.byId(tx, List.of(destinationId)).get(destinationId);
    if (destination == null) {
      return 0;
    }
    long waited = Math.max(WAIT_MILLIS_MIN, destination.retry().wholeMillis());
    List<EndedAttempt> ended = Held.giveUp(tx, destinationId, tx.now() - waited, GIVEN_UP_MAX);
    if (!ended.isEmpty()) {
      listeners.forEach(listener -> listener.ended(tx, ended));
    }
    return ended.size();
  }

  private void probe(String destinationId) {
    boolean waiting = database.read(tx -> isWaitedFor(tx, destinationId));
    if (!waiting) {
      // Whoever comes next wakes this loop, and so does the end of a pause.
      return;
    }
    long since = database.now();
    int changes = lanes.changes();
    Optional<Probe> probe = database.write(Durability.DERIVED, tx -> take(tx, destinationId));
    // Another node may have been faster, and this one must know how long its own may take.
    changed = true;
    probe.ifPresent(taken -> lanes.add(taken.destination(), changes, List.of(taken.owed()), since));
  }

  /** Without a lock, so that a paused destination costs no transaction each time. */
  private static boolean isWaitedFor(Tx tx, String destinationId) {
    return Destinations.status(tx, destinationId)
            .filter(Destination.Status.ACTIVE::equals)
            .isPresent()
        && Held.count(tx, destinationId, 1) > 0;
  }

  private record Probe(Destination destination, Owed owed) {}

  private Optional<Probe> take(Tx tx, String destinationId) {
    Destination destination = destinations.byId(tx, List.of(destinationId)).get(destinationId);
    if (destination == null || !Destinations.lockAndAskIfActive(tx, destinationId)) {
      return Optional.empty();
    }
    long until = tx.now() + destination.target().timeoutMillis() + GRACE_MILLIS;
    if (!Circuits.takeProbe(tx, destinationId, until)) {
      return Optional.empty();
    }
    Optional<Owed> owed = oldest(tx, destination).map(Owed::asProbe);
    Circuits.probing(tx, destinationId, owed.map(Owed::id).orElse(null));
    return owed.map(one -> new Probe(destination, one));
  }

  /** The delivery that has waited longest and whose event is still there. */
  private Optional<Owed> oldest(Tx tx, Destination destination) {
    List<Due> over = new ArrayList<>();
    Optional<Owed> found = Optional.empty();
    while (found.isEmpty() && over.size() < GIVEN_UP_MAX) {
      Optional<Due> due = queue.claimOldest(tx, destination.id());
      if (due.isEmpty()) {
        break;
      }
      Optional<StoredEvent> event = EventLog.at(tx, due.get().eventPosition());
      if (event.isEmpty()) {
        over.add(due.get());
      } else if (due.get().isRetry()) {
        DeliveryQueue.Retry retry =
            new DeliveryQueue.Retry(due.get(), event.get(), destination.target());
        found = queue.beginRetries(tx, List.of(retry)).stream().findFirst();
      } else {
        found = Optional.of(due.get().owed(event.get()));
      }
    }
    queue.end(tx, over, Set.of(destination.id()));
    return found;
  }
}
