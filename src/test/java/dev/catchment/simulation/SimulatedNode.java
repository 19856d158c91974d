package dev.catchment.simulation;

import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.delivery.Courier;
import dev.catchment.delivery.CourierSettings;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.HttpRequests;
import dev.catchment.delivery.Payload;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.log.StoredEvent;
import dev.catchment.observe.Metrics;
import dev.catchment.routing.Dispatcher;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** The routing and delivery of one node, with a clock that may go wrong. */
final class SimulatedNode implements AutoCloseable {
  static final long LEASE_MILLIS = 30_000;

  /** Room for fewer than what is owed at once, so that work also waits in the store. */
  private static final int IN_FLIGHT_MAX = 12;

  private final String name;
  private final Database database;
  private final Clock clock;
  private final Ids ids;
  private final EventLog log;
  private final Courier courier;
  private final Dispatcher dispatcher;

  /** Another clock, so many milliseconds ahead of it. */
  private record Clock(InstantSource base, AtomicLong ahead) implements InstantSource {
    @Override
    public Instant instant() {
      return base.instant().plusMillis(ahead.get());
    }
  }

  private SimulatedNode(
      Database database, Clock clock, EventLog log, String name, SimulatedNetwork network) {
    this.name = name;
    this.database = database;
    this.clock = clock;
    this.log = log;
    this.ids = new Ids(clock, new SplittableRandom(name.hashCode()));
    Destinations destinations = new Destinations(Sample.vault());
    this.courier =
        new Courier(
            database,
            log,
            new Courier.Sending(
                destinations,
                network.of(name),
                new HttpRequests("X-hookstream-", "Catchment/1"),
                // Transforms have threads of their own; nobody here has one.
                owed -> new Payload.AsReceived(),
                new SplittableRandom(name.hashCode()),
                List.of()),
            ids,
            clock,
            new CourierSettings(name, IN_FLIGHT_MAX, LEASE_MILLIS, !database.isShared()));
    this.dispatcher =
        new Dispatcher(
            database, log, new Cursors(database, name, LEASE_MILLIS), ids, destinations, courier);
    courier.settler().wakes(() -> {}, () -> {});
  }

  /** A node on a store. */
  static SimulatedNode open(
      BothDatabases.Store store, SettableClock base, String name, SimulatedNetwork network) {
    Clock clock = new Clock(base, new AtomicLong());
    Database database = new OpenDatabase(clock, new Metrics()).open(store.settings(name));
    EventLog log = new EventLog(database, new LogBounds(20_000, 64 << 20, 1 << 20, 100 << 20));
    return new SimulatedNode(database, clock, log, name, network);
  }

  /** The process that is started after this one was killed, over the same connections. */
  SimulatedNode successor(String successorName, SimulatedNetwork network) {
    return new SimulatedNode(database, clock, log, successorName, network);
  }

  String name() {
    return name;
  }

  Database database() {
    return database;
  }

  String newId() {
    return ids.next();
  }

  /** From now on its clock is that much ahead of the others, or behind. */
  void jump(long millis) {
    clock.ahead().set(millis);
  }

  StoredEvent receive(String sourceId) {
    return log.append(
            Sample.event(
                ids.next(), sourceId, "application/json", "{}".getBytes(StandardCharsets.UTF_8)))
        .join();
  }

  void dispatch() {
    finish(dispatcher);
  }

  void send() {
    finish(courier.renewer());
    finish(courier);
  }

  void settle() {
    finish(courier.settler());
  }

  private static void finish(Step step) {
    Step.Next next = step.step();
    while (next instanceof Step.Next.Again || next instanceof Step.Next.Rest) {
      next = step.step();
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
