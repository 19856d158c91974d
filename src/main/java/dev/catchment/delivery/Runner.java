package dev.catchment.delivery;

import dev.catchment.db.Database;
import dev.catchment.observe.Log;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Runs what the lanes start, each delivery on a virtual thread, and hands on what came of it. */
final class Runner {
  private static final long BREAK_OFF_MILLIS_MAX = 5_000;
  private static final Log LOG = Log.of("delivery.runner");

  private final Database database;
  private final Destinations destinations;
  private final Calls calls;
  private final Lanes lanes;
  private final Leases leases;
  private final Settler settler;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("catchment-delivery-", 0).factory());
  private volatile boolean breakingOff;

  Runner(
      Database database,
      Destinations destinations,
      Calls calls,
      Lanes lanes,
      Leases leases,
      Settler settler) {
    this.leases = leases;
    this.database = database;
    this.destinations = destinations;
    this.calls = calls;
    this.lanes = lanes;
    this.settler = settler;
  }

  /** Returns at once. */
  void start(Owed owed, Destination destination) {
    threads.execute(() -> run(owed, destination));
  }

  /** One attempt. Whatever happens, its place is free afterwards. */
  private void run(Owed owed, Destination known) {
    boolean inHand = false;
    try {
      inHand = deliver(owed, known);
    } catch (RuntimeException | StackOverflowError e) {
      // Not the receiver's fault: the claim runs out by itself and the delivery is made again.
      LOG.error("delivery.interrupted", e, "attempt", owed.id());
    } finally {
      if (!inHand) {
        leases.forget(List.of(owed));
      }
      lanes.done(owed);
    }
  }

  /** Whether the claim is still to be settled or given back by somebody. */
  private boolean deliver(Owed owed, Destination known) {
    Optional<Destination> destination =
        lanes.isStale(owed.destinationId()) ? fresh(owed) : Optional.of(known);
    if (destination.isEmpty()) {
      // Deleted, and its deliveries ended with it.
      return false;
    }
    if (!maySend(owed, destination.get())) {
      lanes.keepBack(owed);
      return true;
    }
    if (!leases.maySend(owed, destination.get())) {
      return leases.isHeld(owed);
    }
    Outcome outcome = calls.make(owed, destination.get());
    if (!(breakingOff && outcome.result() instanceof SendResult.Unanswered)) {
      settler.put(outcome);
    }
    return true;
  }

  private static boolean maySend(Owed owed, Destination destination) {
    return owed.turn().probe()
        ? destination.status() == Destination.Status.ACTIVE
        : destination.isOpenForAll();
  }

  private Optional<Destination> fresh(Owed owed) {
    int changes = lanes.changes(owed.destinationId());
    Map<String, Destination> found =
        database.read(tx -> destinations.byId(tx, List.of(owed.destinationId())));
    Optional<Destination> destination = Optional.ofNullable(found.get(owed.destinationId()));
    destination.ifPresent(current -> lanes.refresh(current, changes));
    return destination;
  }

  /** Lets what is being sent end, for at most that long; then breaks it off. */
  void close(long millis) {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(millis, TimeUnit.MILLISECONDS)) {
        breakingOff = true;
        threads.shutdownNow();
        threads.awaitTermination(BREAK_OFF_MILLIS_MAX, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
