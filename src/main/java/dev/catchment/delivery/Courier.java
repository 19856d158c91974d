package dev.catchment.delivery;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import dev.catchment.observe.Log;
import dev.catchment.worker.Step;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Sends what is owed. Each step claims deliveries that are due; the sending itself happens on
 * virtual threads, {@link Renewer} keeps what is under way, and {@link Settler} writes what came of
 * it.
 *
 * <p>Deliveries that this node has just written for itself come in by {@link #take}, without being
 * read back.
 */
public final class Courier implements Step, AutoCloseable {
  private static final int CLAIM_MAX = 200;
  private static final long CLOSE_MILLIS_MAX = 30_000;
  private static final int ID_LENGTH = 32;
  private static final Log LOG = Log.of("delivery.courier");

  private final Database database;
  private final DeliveryQueue queue;
  private final Calls calls;
  private final Ids ids;
  private final Claimer claimer;
  private final Leases leases;
  private final Lanes lanes;
  private final Renewer renewer;
  private final Pacer pacer;
  private final Probes probes;
  private final Releases releases;
  private final Runner runner;
  private final Settler settler;
  private final InstantSource clock;

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
    this.clock = clock;
    this.leases = new Leases(settings.leaseMillis(), clock);
    this.queue =
        new DeliveryQueue(ids, settings.node(), settings.leaseMillis(), sending.listeners());
    this.lanes = new Lanes(settings.inFlightMax(), clock, leases, this::start, this::wantMore);
    this.renewer = new Renewer(database, new Claims(settings.leaseMillis()), leases, lanes);
    this.probes = new Probes(database, sending.destinations(), queue, sending.listeners(), lanes);
    this.settler = new Settler(database, leases, sending.listeners(), probes::failed);
    this.ids = ids;
    this.calls =
        new Calls(
            sending.requests(), sending.transformer(), sending.sender(), sending.random(), clock);
    this.runner = new Runner(database, sending.destinations(), calls, lanes, leases, settler);
    this.claimer = new Claimer(database, log, sending.destinations(), queue, lanes, leases);
    this.releases = new Releases(database, claimer, lanes.room());
    this.pacer = lanes.pacer(database);
    database.listen(Channel.DELIVERIES, this::changed);
    if (settings.onlyNode()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            Claims.giveBackAll(tx);
            return true;
          });
    }
  }

  private void start(Owed owed, Destination destination) {
    runner.start(owed, destination);
  }

  private void wantMore() {
    settler.wantMore();
  }

  /** The subject is a destination, a connection that is gone, or something that became due. */
  private void changed(String subject) {
    lanes.stale(subject);
    if (subject.isEmpty() || subject.length() == ID_LENGTH) {
      lanes.dropConnection(subject);
      probes.lookAgain();
      releases.lookAgain();
    }
  }

  /** The step that writes outcomes; to be driven by a loop of its own. */
  public Settler settler() {
    return settler;
  }

  /** The step that keeps what this node has claimed; to be driven by a loop of its own. */
  public Renewer renewer() {
    return renewer;
  }

  /**
   * Room for deliveries that the caller is about to write as claimed by this node.
   *
   * @return how many there is room for, from 0 to {@code wanted}
   */
  public int reserve(Destination destination, int wanted) {
    return lanes.room().reserve(destination, wanted);
  }

  /** Gives back room that will not be used after all. */
  public void release(String destinationId, int count) {
    lanes.room().release(destinationId, count);
  }

  /** Writes new deliveries inside the caller's transaction. */
  public void add(Tx tx, List<Owed.New> deliveries) {
    queue.add(tx, deliveries);
    Set<Owed.Begin> begins = deliveries.stream().map(Owed.New::begin).collect(Collectors.toSet());
    // One that waits for a circuit may be the probe that the circuit is waiting for.
    if (begins.contains(Owed.Begin.DUE)
        || (begins.contains(Owed.Begin.WAITING) && Circuits.anyLacksItsProbe(tx))) {
      tx.notify(Channel.DELIVERIES, "due");
    }
  }

  /**
   * Sends deliveries that were written as claimed, after their commit.
   *
   * @param since a time before they were written, milliseconds since 1970: their leases run from
   *     then
   */
  public void take(Destination destination, List<Owed> claimed, long since) {
    lanes.take(destination, claimed, since);
  }

  /**
   * Sends a body to a destination to try it, whatever its state, as a delivery of an event of its
   * own would be sent; once, and without leaving a trace. Blocking.
   */
  public TestSend test(Destination destination, byte[] json) {
    String id = ids.next();
    Event event =
        new Event(
            id,
            destination.identity().scope(),
            id,
            new Event.RequestFacts("POST", "{}", "{}", "application/json", null),
            json,
            clock.millis());
    return TestSend.of(
        calls.make(
            new Owed(
                id,
                destination.identity().scope(),
                new StoredEvent(0, event),
                id,
                destination.id(),
                new Owed.Numbers(1, 1, "initial"),
                0,
                null),
            destination));
  }

  /**
   * Deliveries may fall due of which nobody has told this node: a node that dies tells of none it
   * holds.
   */
  public void lookAgain() {
    settler.wantMore();
  }

  /** More was written for this destination than there was room for. */
  public void overflow(Destination destination) {
    lanes.room().overflow(destination);
  }

  @Override
  public Next step() {
    claimer.hold(lanes.takeKeptBack());
    OptionalLong probe = probes.step();
    OptionalLong fresh = claim(DeliveryQueue.Kind.FRESH);
    OptionalLong retry = claim(DeliveryQueue.Kind.RETRY);
    releases.step();
    OptionalLong timed = pacer.step();
    if (probe.isEmpty() || fresh.isEmpty() || retry.isEmpty()) {
      return Step.again();
    }
    long next =
        LongStream.of(
                probe.getAsLong(),
                fresh.getAsLong(),
                retry.getAsLong(),
                timed.orElse(Long.MAX_VALUE))
            .min()
            .orElseThrow();
    return next == Long.MAX_VALUE ? Step.whenWoken() : Step.at(next);
  }

  /** When the next of that kind is due; empty when there may be more that is due now. */
  private OptionalLong claim(DeliveryQueue.Kind kind) {
    List<String> full = lanes.room().full(kind);
    OptionalLong nextDue = database.read(tx -> queue.nextDue(tx, kind, full));
    if (nextDue.orElse(Long.MAX_VALUE) <= clock.millis()) {
      if (claimer.claim(kind, CLAIM_MAX, full) == CLAIM_MAX) {
        return OptionalLong.empty();
      }
      nextDue = database.read(tx -> queue.nextDue(tx, kind, full));
    }
    // What became due since the look wakes this loop once more, because its commit says so.
    lanes.room().drained(kind, Set.copyOf(full));
    return OptionalLong.of(nextDue.orElse(Long.MAX_VALUE));
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
    runner.close(millis);
    try {
      settler.drain();
      giveBack(leases.held());
    } catch (RuntimeException e) {
      // The rest of the node is still to be closed. The claims run out by themselves, and what was
      // not written is sent again.
      LOG.warn("courier.unsettled", "reason", e.getMessage());
    }
  }

  private void giveBack(List<Owed> held) {
    if (!held.isEmpty()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            Claims.giveBack(tx, held);
            return true;
          });
    }
  }
}
