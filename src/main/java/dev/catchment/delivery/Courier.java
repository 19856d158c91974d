package dev.catchment.delivery;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import dev.catchment.worker.Step;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/**
 * Sends what is owed. Each step claims deliveries that are due and renews the leases of those under
 * way; the sending itself happens on virtual threads, and {@link Settler} writes what came of it.
 *
 * <p>Deliveries that this node has just written for itself come in by {@link #take}, without being
 * read back.
 */
public final class Courier implements Step, AutoCloseable {
  private static final int CLAIM_MAX = 200;

  private final Database database;
  private final EventLog log;
  private final Sending sending;
  private final DeliveryQueue queue;
  private final Lanes lanes;
  private final Settler settler;
  private final InstantSource clock;
  private final ExecutorService senders =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("catchment-delivery-", 0).factory());
  private long renewedAt;

  /**
   * Whom a courier asks to send, and when and how.
   *
   * @param random for the jitter of retries
   */
  public record Sending(Sender sender, HttpRequests requests, RandomGenerator random) {}

  /** A courier over one store. */
  public Courier(
      Database database,
      EventLog log,
      Sending sending,
      Ids ids,
      InstantSource clock,
      CourierSettings settings) {
    this.database = database;
    this.log = log;
    this.sending = sending;
    this.clock = clock;
    this.queue = new DeliveryQueue(ids, settings.node(), settings.leaseMillis());
    this.lanes = new Lanes(settings.inFlightMax(), this::start);
    this.settler = new Settler(database, queue, lanes);
    database.listen(Channel.DELIVERIES, lanes::stale);
    if (settings.onlyNode()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            DeliveryQueue.giveBackAll(tx);
            return true;
          });
    }
  }

  /** The step that writes outcomes; to be driven by a loop of its own. */
  public Settler settler() {
    return settler;
  }

  /**
   * Room for deliveries that the caller is about to write as claimed by this node.
   *
   * @return how many there is room for, from 0 to {@code wanted}
   */
  public int reserve(Destination destination, int wanted) {
    return lanes.reserve(destination, wanted);
  }

  /** Gives back room that will not be used after all. */
  public void release(String destinationId, int count) {
    lanes.release(destinationId, count);
  }

  /** Writes new deliveries inside the caller's transaction. */
  public void add(Tx tx, List<Owed.New> deliveries) {
    queue.add(tx, deliveries);
    if (deliveries.stream().anyMatch(delivery -> delivery.begin() == Owed.Begin.DUE)) {
      tx.notify(Channel.DELIVERIES, "due");
    }
  }

  /** Sends deliveries that were written as claimed, after their commit. */
  public void take(Destination destination, List<Owed> claimed) {
    lanes.release(destination.id(), claimed.size());
    lanes.add(destination, claimed);
  }

  /** More was written for this destination than there was room for. */
  public void overflow(Destination destination) {
    lanes.overflow(destination);
  }

  @Override
  public Next step() {
    renew();
    List<String> full = lanes.full();
    List<DeliveryQueue.Due> claimed =
        database.read(tx -> queue.nextDue(tx, full)).orElse(Long.MAX_VALUE) <= clock.millis()
            ? database.write(Durability.DERIVED, tx -> queue.claim(tx, CLAIM_MAX, full))
            : List.of();
    if (!claimed.isEmpty()) {
      send(claimed);
    }
    if (claimed.size() == CLAIM_MAX) {
      return Step.again();
    }
    lanes.drained(Set.copyOf(full));
    return whenNext(database.read(tx -> queue.nextDue(tx, full)));
  }

  private void renew() {
    long now = clock.millis();
    if (now - renewedAt >= queue.leaseMillis() / 3) {
      renewedAt = now;
      List<Owed> held = lanes.held();
      if (!held.isEmpty()) {
        database.write(
            Durability.DERIVED,
            tx -> {
              queue.renew(tx, held);
              return true;
            });
      }
    }
  }

  private Next whenNext(OptionalLong nextDue) {
    long renewal = lanes.held().isEmpty() ? Long.MAX_VALUE : renewedAt + queue.leaseMillis() / 3;
    long next = Math.min(renewal, nextDue.orElse(Long.MAX_VALUE));
    return next == Long.MAX_VALUE ? Step.whenWoken() : Step.at(next);
  }

  private void send(List<DeliveryQueue.Due> claimed) {
    Map<Long, StoredEvent> events = new HashMap<>();
    log.readAt(claimed.stream().map(DeliveryQueue.Due::eventPosition).distinct().toList())
        .forEach(event -> events.put(event.position(), event));
    Map<String, Destination> destinations =
        database.read(tx ->
            Destinations.byId(
                tx, claimed.stream().map(DeliveryQueue.Due::destinationId).distinct().toList()));
    List<DeliveryQueue.Due> lost =
        claimed.stream().filter(due -> !events.containsKey(due.eventPosition())).toList();
    List<DeliveryQueue.Due> retries =
        claimed.stream()
            .filter(due -> due.status().equals("failed") && isActive(destinations, due))
            .filter(due -> events.containsKey(due.eventPosition()))
            .toList();
    List<Owed> owed = new ArrayList<>();
    if (!lost.isEmpty() || !retries.isEmpty()) {
      owed.addAll(
          database.write(
              Durability.DERIVED,
              tx -> {
                queue.endWithoutEvent(tx, lost);
                return queue.beginRetries(tx, retries, events);
              }));
    }
    Set<DeliveryQueue.Due> begun = new HashSet<>(retries);
    List<Owed> blocked = new ArrayList<>();
    for (DeliveryQueue.Due due : claimed) {
      StoredEvent event = events.get(due.eventPosition());
      if (event != null && !begun.contains(due)) {
        (isActive(destinations, due) ? owed : blocked).add(owed(due, event));
      }
    }
    giveBack(blocked, true);
    hand(owed, destinations);
  }

  private static boolean isActive(Map<String, Destination> destinations, DeliveryQueue.Due due) {
    Destination destination = destinations.get(due.destinationId());
    return destination != null && destination.status() == Destination.Status.ACTIVE;
  }

  private static Owed owed(DeliveryQueue.Due due, StoredEvent event) {
    return new Owed(
        due.id(),
        due.scope(),
        event,
        due.connectionId(),
        due.destinationId(),
        due.numbers(),
        due.claimNumber());
  }

  private void hand(List<Owed> owed, Map<String, Destination> destinations) {
    Map<String, List<Owed>> lanesOf = new LinkedHashMap<>();
    for (Owed one : owed) {
      lanesOf.computeIfAbsent(one.destinationId(), id -> new ArrayList<>()).add(one);
    }
    lanesOf.forEach((id, some) -> {
      Destination destination = destinations.get(id);
      if (destination != null) {
        lanes.add(destination, some);
      }
    });
  }

  private void giveBack(List<Owed> claims, boolean held) {
    if (!claims.isEmpty()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            queue.giveBack(tx, claims, held);
            return true;
          });
      lanes.forget(claims);
    }
  }

  private void start(Owed owed, Destination destination) {
    senders.execute(() -> run(owed, destination));
  }

  /** One attempt, on a virtual thread. Whatever happens, the claim is settled or given back. */
  private void run(Owed owed, Destination known) {
    try {
      Destination destination = lanes.isStale(owed.destinationId()) ? fresh(owed, known) : known;
      if (destination.status() == Destination.Status.ACTIVE) {
        settler.put(attempt(owed, destination));
      } else {
        giveBack(List.of(owed), true);
      }
    } catch (RuntimeException e) {
      // Not the receiver's fault: the claim runs out by itself and the delivery is made again.
      lanes.forget(List.of(owed));
      throw e;
    } finally {
      if (lanes.done(owed)) {
        settler.wantMore();
      }
    }
  }

  private Destination fresh(Owed owed, Destination known) {
    Map<String, Destination> found =
        database.read(tx -> Destinations.byId(tx, List.of(owed.destinationId())));
    Destination destination = found.getOrDefault(owed.destinationId(), known);
    lanes.refresh(destination);
    return destination;
  }

  private Outcome attempt(Owed owed, Destination destination) {
    Outgoing request = sending.requests().request(destination, owed, clock.millis());
    SendResult result = sending.sender().send(request);
    long now = clock.millis();
    return new Outcome(
        owed,
        result,
        RetryPolicy.decide(
            destination.retry(),
            owed.numbers().inRound(),
            result,
            now,
            sending.random().nextDouble()),
        HttpRequests.masked(request, destination.target()),
        now);
  }

  /** Gives back what has not been sent and lets what is being sent end. */
  @Override
  public void close() {
    List<Owed> unstarted = lanes.stop();
    senders.close();
    settler.drain();
    giveBack(unstarted, false);
  }
}
