package dev.catchment.delivery;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import dev.catchment.observe.Log;
import dev.catchment.worker.Step;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is owed. Each step claims deliveries that are due and renews the leases of those under
 * way; the sending itself happens on virtual threads, and {@link Settler} writes what came of it.
 *
 * <p>Deliveries that this node has just written for itself come in by {@link #take}, without being
 * read back.
 */
public final class Courier implements Step, AutoCloseable {
  private static final int CLAIM_MAX = 200;
  private static final long CLOSE_MILLIS_MAX = 30_000;
  private static final long BREAK_OFF_MILLIS_MAX = 5_000;
  private static final int ID_LENGTH = 32;
  private static final Log LOG = Log.of("delivery.courier");

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

  /** Whether the loop that drives the steps knows that there are leases to renew. */
  private final AtomicBoolean watching = new AtomicBoolean();

  private volatile boolean breakingOff;

  /**
   * What a courier sends to, whom it asks to send, and when and how.
   *
   * @param transformer makes the bodies of deliveries that were routed with a transform
   * @param random for the jitter of retries
   * @param listeners are told what came of the attempts
   */
  public record Sending(
      Destinations destinations,
      Sender sender,
      HttpRequests requests,
      Transformer transformer,
      RandomGenerator random,
      List<DeliveryListener> listeners) {}

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
    this.queue =
        new DeliveryQueue(ids, settings.node(), settings.leaseMillis(), sending.listeners());
    this.lanes = new Lanes(settings.inFlightMax(), this::start);
    this.settler = new Settler(database, queue, lanes, sending.listeners());
    database.listen(Channel.DELIVERIES, this::changed);
    if (settings.onlyNode()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            DeliveryQueue.giveBackAll(tx);
            return true;
          });
    }
  }

  /** The subject is a destination, a connection that is gone, or something that became due. */
  private void changed(String subject) {
    lanes.stale(subject);
    if (subject.length() == ID_LENGTH) {
      lanes.dropConnection(subject);
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
    if (lanes.release(destinationId, count)) {
      settler.wantMore();
    }
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
    lanes.take(destination, claimed);
    if (!watching.getAndSet(true)) {
      // A courier that sleeps until it is woken would let these leases run out.
      settler.wantMore();
    }
  }

  /** More was written for this destination than there was room for. */
  public void overflow(Destination destination) {
    lanes.overflow(destination);
  }

  @Override
  public Next step() {
    renew();
    List<String> full = lanes.full();
    OptionalLong nextDue = database.read(tx -> queue.nextDue(tx, full));
    if (nextDue.orElse(Long.MAX_VALUE) <= clock.millis()) {
      List<DeliveryQueue.Due> claimed =
          database.write(Durability.DERIVED, tx -> queue.claim(tx, CLAIM_MAX, full));
      if (!claimed.isEmpty()) {
        send(claimed);
      }
      if (claimed.size() == CLAIM_MAX) {
        return Step.again();
      }
      nextDue = database.read(tx -> queue.nextDue(tx, full));
    }
    // What became due since the look wakes this loop once more, because its commit says so.
    lanes.drained(Set.copyOf(full));
    return whenNext(nextDue);
  }

  private void renew() {
    if (clock.millis() < renewalAt()) {
      return;
    }
    // First the flag, then the look: what is taken after the look sets it again.
    watching.set(false);
    List<Owed> held = lanes.held();
    if (!held.isEmpty()) {
      watching.set(true);
      lanes.drop(database.write(Durability.DERIVED, tx -> queue.renew(tx, held)));
    }
    renewedAt = clock.millis();
  }

  private long renewalAt() {
    return renewedAt + queue.leaseMillis() / 3;
  }

  private Next whenNext(OptionalLong nextDue) {
    long renewal = watching.get() ? renewalAt() : Long.MAX_VALUE;
    long next = Math.min(renewal, nextDue.orElse(Long.MAX_VALUE));
    return next == Long.MAX_VALUE ? Step.whenWoken() : Step.at(next);
  }

  private void send(List<DeliveryQueue.Due> claimed) {
    Map<Long, StoredEvent> events = new HashMap<>();
    log.readAt(claimed.stream().map(DeliveryQueue.Due::eventPosition).distinct().toList())
        .forEach(event -> events.put(event.position(), event));
    Map<String, Destination> destinations =
        database.read(tx ->
            sending
                .destinations()
                .byId(
                    tx,
                    claimed.stream().map(DeliveryQueue.Due::destinationId).distinct().toList()));
    List<DeliveryQueue.Due> over = new ArrayList<>();
    List<DeliveryQueue.Retry> retries = new ArrayList<>();
    List<Owed> firsts = new ArrayList<>();
    List<Owed> blocked = new ArrayList<>();
    for (DeliveryQueue.Due due : claimed) {
      StoredEvent event = events.get(due.eventPosition());
      Destination destination = destinations.get(due.destinationId());
      if (event == null || destination == null) {
        over.add(due);
      } else if (destination.status() != Destination.Status.ACTIVE) {
        blocked.add(owed(due, event));
      } else if (due.status().equals("failed")) {
        retries.add(new DeliveryQueue.Retry(due, event, destination.target()));
      } else {
        firsts.add(owed(due, event));
      }
    }
    hand(firsts, destinations);
    hand(begin(retries), destinations);
    end(over, destinations.keySet());
    hold(blocked);
  }

  private List<Owed> begin(List<DeliveryQueue.Retry> retries) {
    return retries.isEmpty()
        ? List.of()
        : database.write(Durability.DERIVED, tx -> queue.beginRetries(tx, retries));
  }

  private void end(List<DeliveryQueue.Due> over, Set<String> destinationIds) {
    if (!over.isEmpty()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            queue.end(tx, over, destinationIds);
            return true;
          });
    }
  }

  private static Owed owed(DeliveryQueue.Due due, StoredEvent event) {
    return new Owed(
        due.id(),
        due.scope(),
        event,
        due.connectionId(),
        due.destinationId(),
        due.numbers(),
        due.claimNumber(),
        due.transform());
  }

  private void hand(List<Owed> owed, Map<String, Destination> destinations) {
    Map<String, List<Owed>> lanesOf = new LinkedHashMap<>();
    if (!owed.isEmpty()) {
      watching.set(true);
    }
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

  /** Gives back what may not be sent now; what is held for a destination that is gone is over. */
  private void hold(List<Owed> claims) {
    if (!claims.isEmpty()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            queue.hold(tx, claims);
            return true;
          });
      lanes.forget(claims);
    }
  }

  private void start(Owed owed, Destination destination) {
    senders.execute(() -> run(owed, destination));
  }

  /** One attempt, on a virtual thread. Whatever happens, its place is free afterwards. */
  private void run(Owed owed, Destination known) {
    boolean inHand = false;
    try {
      inHand = deliver(owed, known);
    } catch (RuntimeException | StackOverflowError e) {
      // Not the receiver's fault: the claim runs out by itself and the delivery is made again.
      LOG.error("delivery.interrupted", e, "attempt", owed.id());
    } finally {
      if (!inHand) {
        lanes.forget(List.of(owed));
      }
      if (lanes.done(owed)) {
        settler.wantMore();
      }
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
    if (destination.get().status() != Destination.Status.ACTIVE) {
      hold(List.of(owed));
      return false;
    }
    Outcome outcome = attempt(owed, destination.get());
    if (!(breakingOff && outcome.result() instanceof SendResult.Unanswered)) {
      settler.put(outcome);
    }
    return true;
  }

  private Optional<Destination> fresh(Owed owed) {
    int changes = lanes.changes(owed.destinationId());
    Map<String, Destination> found =
        database.read(tx -> sending.destinations().byId(tx, List.of(owed.destinationId())));
    Optional<Destination> destination = Optional.ofNullable(found.get(owed.destinationId()));
    destination.ifPresent(current -> lanes.refresh(current, changes));
    return destination;
  }

  private Outcome attempt(Owed owed, Destination destination) {
    @Nullable String sent = null;
    int bodySize = 0;
    SendResult result;
    try {
      Payload payload = payload(owed);
      if (payload instanceof Payload.Failed(String sentence)) {
        result = new SendResult.Unanswered(SendResult.Kind.TRANSFORM, sentence, 0);
      } else {
        Outgoing request = sending.requests().request(destination, owed, payload, clock.millis());
        sent = HttpRequests.masked(request, destination.target());
        bodySize = request.body().length;
        result = sending.sender().send(request);
      }
    } catch (RuntimeException e) {
      // A fault of ours, but an attempt all the same, or it would be made again without end.
      LOG.error("delivery.failed", e, "attempt", owed.id());
      result = new SendResult.Unanswered(SendResult.Kind.OTHER, "The request could not be made", 0);
    }
    long now = clock.millis();
    return new Outcome(
        owed,
        result,
        RetryPolicy.decide(
            destination.retry().orOnce(owed.numbers().retries()),
            owed.numbers().inRound(),
            result,
            now,
            sending.random().nextDouble()),
        sent,
        bodySize,
        now);
  }

  private Payload payload(Owed owed) {
    return owed.transform() == null
        ? new Payload.AsReceived()
        : sending.transformer().payload(owed);
  }

  /**
   * Gives back what has not been sent and lets what is being sent end, for at most 30 seconds; then
   * it is broken off and given back too, and will be sent again.
   */
  @Override
  public void close() {
    closeWithin(CLOSE_MILLIS_MAX);
  }

  void closeWithin(long millis) {
    lanes.stop();
    senders.shutdown();
    try {
      if (!senders.awaitTermination(millis, TimeUnit.MILLISECONDS)) {
        breakingOff = true;
        senders.shutdownNow();
        senders.awaitTermination(BREAK_OFF_MILLIS_MAX, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      senders.shutdownNow();
      Thread.currentThread().interrupt();
    }
    try {
      settler.drain();
      giveBack(lanes.held());
    } catch (RuntimeException e) {
      // The rest of the node is still to be closed. The claims run out by themselves, and what was
      // not written is sent again.
      LOG.warn("courier.unsettled", "reason", e.getMessage());
    }
  }

  private void giveBack(List<Owed> claims) {
    if (!claims.isEmpty()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            queue.giveBack(tx, claims);
            return true;
          });
    }
  }
}
