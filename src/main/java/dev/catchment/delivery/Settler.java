package dev.catchment.delivery;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.worker.Step;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Writes the outcomes of attempts, many in one transaction. While the store is away, outcomes wait
 * and senders with them, so that nothing more is sent than can be written down.
 */
public final class Settler implements Step {
  private static final int GROUP_MAX = 500;
  private static final int WAITING_MAX = 5_000;

  /** Fewer outcomes than this may wait for company: their commit costs as much as one of many. */
  private static final int COMPANY_OUTCOMES = 32;

  private static final long COMPANY_MILLIS_MAX = 2;

  private final Database database;
  private final Leases leases;
  private final List<DeliveryListener> listeners;
  private final Consumer<List<String>> circuitsReopened;
  private final Queue<Outcome> waiting = new ConcurrentLinkedQueue<>();

  /** Places among those that wait: nobody who sends waits for this step while there is one. */
  private final Semaphore places = new Semaphore(WAITING_MAX);

  private final List<Outcome> group = new ArrayList<>();
  private final Set<String> reopened = new LinkedHashSet<>();
  private boolean movedUp;
  private final ReentrantLock stepping = new ReentrantLock();
  private volatile Runnable wake = () -> {};
  private volatile Runnable wakeCourier = () -> {};

  /**
   * @param circuitsReopened takes the destinations whose probes have failed
   */
  Settler(
      Database database,
      Leases leases,
      List<DeliveryListener> listeners,
      Consumer<List<String>> circuitsReopened) {
    this.circuitsReopened = circuitsReopened;
    this.database = database;
    this.listeners = listeners;
    this.leases = leases;
  }

  /**
   * Whom to wake.
   *
   * @param settlerLoop when there is an outcome to write
   * @param courierLoop when there may be more to claim, or a retry to wait for
   */
  public void wakes(Runnable settlerLoop, Runnable courierLoop) {
    this.wake = settlerLoop;
    this.wakeCourier = courierLoop;
  }

  /** Queues an outcome; waits while too many are waiting. */
  void put(Outcome outcome) {
    try {
      places.acquire();
      waiting.add(outcome);
      wake.run();
    } catch (InterruptedException e) {
      // The node is stopping hard; the claim is given back and the delivery is made again.
      Thread.currentThread().interrupt();
    }
  }

  void wantMore() {
    wakeCourier.run();
  }

  @Override
  public Next step() {
    // At the end of a node its loop and the one who drains may both be at it.
    stepping.lock();
    try {
      return writeGroup();
    } finally {
      stepping.unlock();
    }
  }

  private Next writeGroup() {
    // A group whose transaction failed is still here and goes first.
    while (group.size() < GROUP_MAX && !waiting.isEmpty()) {
      group.add(waiting.remove());
      places.release();
    }
    if (group.isEmpty()) {
      return Step.whenWoken();
    }
    database.write(
        Durability.DERIVED,
        tx -> {
          write(tx);
          return true;
        });
    leases.forget(group.stream().map(Outcome::owed).toList());
    circuitsReopened.accept(List.copyOf(reopened));
    if (movedUp
        || !reopened.isEmpty()
        || group.stream().anyMatch(outcome -> outcome.retryAt() != null)) {
      wakeCourier.run();
    }
    int written = group.size();
    group.clear();
    return written < COMPANY_OUTCOMES ? Step.gather(written, 1, COMPANY_MILLIS_MAX) : Step.again();
  }

  private void write(Tx tx) {
    List<Outcome> settled = Claims.settle(tx, group);
    List<EndedAttempt> ended = settled.stream().map(EndedAttempt::of).toList();
    Destinations.count(tx, delivered(ended));
    ended.stream()
        .filter(attempt -> attempt.fate() == EndedAttempt.Fate.GONE)
        .map(EndedAttempt::destinationId)
        .distinct()
        .forEach(id -> Destinations.pause(tx, id));
    Verdicts.Changes changes = Verdicts.judge(tx, settled);
    movedUp = Verdicts.moveUp(tx, settled);
    reopened.clear();
    reopened.addAll(changes.reopened());
    listeners.forEach(listener -> listener.ended(tx, ended));
    for (Verdicts.Opened opened : changes.opened()) {
      listeners.forEach(
          listener -> listener.circuitOpened(tx, opened.scope(), opened.destinationId(), tx.now()));
    }
  }

  /** The successful deliveries and the time of the last, by destination. */
  private static Map<String, long[]> delivered(List<EndedAttempt> ended) {
    Map<String, long[]> delivered = new TreeMap<>();
    for (EndedAttempt attempt : ended) {
      if (attempt.fate() == EndedAttempt.Fate.DELIVERED) {
        long[] totals = delivered.computeIfAbsent(attempt.destinationId(), id -> new long[2]);
        totals[0]++;
        totals[1] = Math.max(totals[1], attempt.at());
      }
    }
    return delivered;
  }

  /** Writes everything that waits; for the end of a node. */
  void drain() {
    while (!(step() instanceof Step.Next.WhenWoken)) {
      // Each step writes one group.
    }
  }
}
