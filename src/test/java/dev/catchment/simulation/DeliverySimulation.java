package dev.catchment.simulation;

import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A run of several nodes, or of one on a store that only one may use: a seed decides what happens
 * next, and after every act the invariants are held against the store.
 */
final class DeliverySimulation implements AutoCloseable {
  static final int ATTEMPTS_MAX = 4;

  private static final int NODES = 3;
  private static final int ROUNDS_MAX = 2_000;
  private static final int RELEASE_EVERY = 50;
  private static final RetrySpec RETRY =
      new RetrySpec(true, ATTEMPTS_MAX, RetrySpec.Backoff.EXPONENTIAL, List.of(5, 40, 90), true);

  private final SplittableRandom random;
  private final String source;
  private final long start;
  private final Weather weather;
  private final SettableClock clock;
  private final SimulatedNetwork network = new SimulatedNetwork();
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final List<Destination> destinations = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();
  private final List<StoredEvent> events = new ArrayList<>();
  private final Map<String, Integer> frozen = new HashMap<>();
  private final DeliveryInvariants invariants;
  private int killed;

  /** What may happen. */
  enum Weather {
    /** Receivers answer, well or badly, and nodes live. */
    CALM,
    /** Answers get lost, nodes are killed or stand still past their leases, clocks jump. */
    ROUGH
  }

  DeliverySimulation(BothDatabases.Store store, long seed, Weather weather) {
    this.random = new SplittableRandom(seed);
    this.weather = weather;
    // Runs that share a store follow each other, with ids of their own.
    this.clock = new SettableClock(1_700_000_000_000L + Duration.ofDays(seed).toMillis());
    for (int i = 0; i < (store.isPostgres() ? NODES : 1); i++) {
      nodes.add(SimulatedNode.open(store, clock, "node" + i, network));
    }
    this.source = nodes.getFirst().newId();
    this.start = nodes.getFirst().database().read(EventLog::head);
    for (int i = 0; i < 3; i++) {
      connect(3 + 4 * i);
    }
    this.invariants = new DeliveryInvariants(nodes.getFirst().database(), network, ATTEMPTS_MAX);
  }

  static String url(String destinationId) {
    return "http://receiver.test/" + destinationId;
  }

  private void connect(int maxInFlight) {
    SimulatedNode node = nodes.getFirst();
    String id = node.newId();
    Destination destination =
        Sample.destination(id, Sample.target(url(id), null, "none", null), RETRY, maxInFlight);
    Connection connection =
        Connection.of(
            new Connection.Identity(node.newId(), Sample.SCOPE, "Connection", null),
            Connection.Ends.of(source, id));
    node.database()
        .write(tx -> {
          new Destinations(Sample.vault()).insert(tx, destination);
          return Connections.create(tx, connection);
        });
    destinations.add(destination);
    connections.add(connection);
  }

  /** Lets so much happen, then heals everything and lets the nodes finish; fails on the way. */
  void run(int acts) {
    for (int act = 0; act < acts; act++) {
      act();
      check();
    }
    heal();
    for (int round = 0; isUnfinished(); round++) {
      if (round == ROUNDS_MAX) {
        throw new AssertionError(
            "It never comes to an end: " + check().stream().filter(Attempt::open).toList());
      }
      if (round % RELEASE_EVERY == 0) {
        // A receiver that said it was gone may have been the last thing heard.
        destinations.forEach(destination -> set(destination, Destination.Status.ACTIVE));
      }
      network.standing().forEach(call -> network.answer(call, 200, Map.of()));
      nodes.forEach(SimulatedNode::dispatch);
      nodes.forEach(SimulatedNode::settle);
      nodes.forEach(SimulatedNode::send);
      clock.pass(Duration.ofSeconds(1));
    }
  }

  SimulatedNetwork network() {
    return network;
  }

  List<Attempt> check() {
    return invariants.check(new DeliveryInvariants.Expected(start, events, connections));
  }

  int owed() {
    return events.size() * connections.size();
  }

  private boolean isUnfinished() {
    List<Attempt> attempts = check();
    return attempts.stream().anyMatch(Attempt::open)
        || attempts.stream().map(Attempt::delivery).distinct().count() < owed();
  }

  private void act() {
    SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
    boolean stands = frozen.getOrDefault(node.name(), 0) > 0;
    frozen.computeIfPresent(node.name(), (name, acts) -> acts - 1);
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3 -> events.add(node.receive(source));
      case 4 -> pass(Duration.ofMillis(random.nextInt(20_000)));
      case 5 -> clock.pass(Duration.ofMillis(random.nextInt(300)));
      case 6 -> change(random.nextBoolean());
      case 7 -> storm(node);
      case 8, 9, 10 -> ifAwake(stands, node::dispatch);
      case 11, 12, 13, 14 -> ifAwake(stands, node::send);
      case 15, 16, 17, 18 -> ifAwake(stands, node::settle);
      default -> answer();
    }
  }

  private void pass(Duration time) {
    clock.pass(time);
    if (weather == Weather.CALM) {
      // A node that lives is in time to renew its leases.
      nodes.forEach(SimulatedNode::send);
    }
  }

  private static void ifAwake(boolean stands, Runnable step) {
    if (!stands) {
      step.run();
    }
  }

  private void change(boolean pause) {
    Destination destination = destinations.get(random.nextInt(destinations.size()));
    set(destination, pause ? Destination.Status.PAUSED : Destination.Status.ACTIVE);
  }

  private void set(Destination destination, Destination.Status status) {
    nodes
        .getFirst()
        .database()
        .write(tx -> {
          Destinations table = new Destinations(Sample.vault());
          Destination old = table.get(tx, Sample.SCOPE, destination.id());
          table.update(tx, old, Sample.in(old, status));
          return true;
        });
  }

  private void storm(SimulatedNode node) {
    if (weather == Weather.CALM) {
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> {
        // What it was sending goes on, and nobody is left to learn what came of it.
        killed++;
        nodes.set(nodes.indexOf(node), node.successor("successor" + killed, network));
      }
      case 1 -> {
        frozen.put(node.name(), 5 + random.nextInt(20));
        clock.pass(Duration.ofMillis(SimulatedNode.LEASE_MILLIS + random.nextInt(10_000)));
      }
      case 2 -> node.jump(random.nextInt(-40_000, 40_000));
      default -> network.standing().stream().findFirst().ifPresent(network::loseAnswer);
    }
  }

  private void answer() {
    List<SimulatedNetwork.Call> standing = network.standing();
    if (standing.isEmpty()) {
      return;
    }
    SimulatedNetwork.Call call = standing.get(random.nextInt(standing.size()));
    switch (random.nextInt(12)) {
      case 0 -> network.answer(call, 500, Map.of());
      case 1 -> network.answer(call, 429, Map.of("retry-after", "7"));
      case 2 -> network.refuse(call);
      case 3 -> network.answer(call, random.nextInt(6) == 0 ? 410 : 503, Map.of());
      default -> network.answer(call, 200, Map.of());
    }
  }

  private void heal() {
    frozen.clear();
    nodes.forEach(node -> node.jump(0));
  }

  @Override
  public void close() {
    network.standing().forEach(network::refuse);
    nodes.forEach(SimulatedNode::close);
  }
}
