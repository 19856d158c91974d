package dev.catchment.testkit;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.delivery.AttemptRow;
import dev.catchment.delivery.Attempts;
import dev.catchment.delivery.Courier;
import dev.catchment.delivery.CourierSettings;
import dev.catchment.delivery.DeliveryListener;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.EndedAttempt;
import dev.catchment.delivery.HttpRequests;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.expr.FilterRules;
import dev.catchment.issues.IssueTracker;
import dev.catchment.json.Json;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.log.StoredEvent;
import dev.catchment.observe.Metrics;
import dev.catchment.outbound.AddressGuard;
import dev.catchment.outbound.HttpSender;
import dev.catchment.outbound.HttpSenderSettings;
import dev.catchment.outbound.Resolver;
import dev.catchment.replay.Replays;
import dev.catchment.routing.Connection;
import dev.catchment.routing.ConnectionTransformer;
import dev.catchment.routing.Connections;
import dev.catchment.routing.Dispatcher;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import dev.catchment.transform.TransformSettings;
import dev.catchment.transform.Transforms;
import dev.catchment.worker.Loop;
import dev.catchment.worker.Step;
import dev.catchment.worker.Supervisor;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The routing and delivery of one node, wired as in the server but without loops: the test drives
 * the steps. Claims hold for {@link #LEASE_MILLIS}.
 */
public final class DeliveryNode implements AutoCloseable {
  public static final long LEASE_MILLIS = 30_000;

  /** How long jobs are shown after their end. */
  public static final long KEPT_MILLIS = 3_600_000;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Database database;
  private final InstantSource clock;
  private final Ids ids;
  private final EventLog log;
  private final Destinations destinations = new Destinations(Sample.vault());
  private final HttpSender sender;
  private final Transforms transforms;
  private final Courier courier;
  private final Dispatcher dispatcher;
  private final IssueTracker issues;
  private final ManualRetries retries;
  private final Replays replays;
  private final Object lock = new Object();
  private long wakes;
  private boolean courierWoken;
  private final List<EndedAttempt> ended = new CopyOnWriteArrayList<>();
  private final List<String> opened = new CopyOnWriteArrayList<>();

  /** What the node's listener was told; more than once when a transaction is tried again. */
  private final DeliveryListener listener =
      new DeliveryListener() {
        @Override
        public void ended(Tx tx, List<EndedAttempt> attempts) {
          ended.addAll(attempts);
        }

        @Override
        public void circuitOpened(Tx tx, Scope scope, String destinationId, long at) {
          opened.add(destinationId);
        }
      };

  private DeliveryNode(Database database, InstantSource clock, String name, boolean onlyNode) {
    this.database = database;
    this.clock = clock;
    this.ids = new Ids(clock, new SplittableRandom(name.hashCode()));
    this.log = new EventLog(database, new LogBounds(20_000, 64 << 20, 1 << 20, 100 << 20));
    this.sender =
        new HttpSender(
            new AddressGuard(true, List.of(), Resolver.system()),
            HttpSenderSettings.standard(),
            System::nanoTime);
    this.transforms = new Transforms(clock, System::nanoTime, new TransformSettings(2, 128L << 20));
    this.issues = new IssueTracker(ids, List.of());
    this.courier =
        new Courier(
            database,
            log,
            new Courier.Sending(
                destinations,
                sender,
                new HttpRequests("X-hookstream-", "Catchment/1"),
                new ConnectionTransformer(database, transforms, Sample.VIEWS),
                () -> 0L,
                List.of(issues, listener)),
            ids,
            clock,
            new CourierSettings(name, 64, LEASE_MILLIS, onlyNode));
    this.dispatcher =
        new Dispatcher(
            database, log, new Cursors(database, name, LEASE_MILLIS), ids, destinations, courier);
    this.retries = new ManualRetries(ids, List.of());
    this.replays =
        new Replays(database, log, courier, retries, ids, new Replays.Settings(name, KEPT_MILLIS));
    courier.settler().wakes(() -> woken(false), () -> woken(true));
    courier.renewer().wakes(() -> woken(true));
    database.listen(Channel.DELIVERIES, subject -> woken(true));
  }

  /** A node on a store; on SQLite it is the only one. */
  public static DeliveryNode open(BothDatabases.Store store, String name, InstantSource clock) {
    Database database = new OpenDatabase(clock, new Metrics()).open(store.settings(name));
    return new DeliveryNode(database, clock, name, !store.isPostgres());
  }

  /** What a new process finds after this node was killed; the store stays this one's to close. */
  public DeliveryNode successor(BothDatabases.Store store, String name) {
    return new DeliveryNode(database, clock, name, !store.isPostgres());
  }

  private void woken(boolean courierToo) {
    synchronized (lock) {
      wakes++;
      courierWoken |= courierToo;
      lock.notifyAll();
    }
  }

  /** Whether somebody asked for a step of the courier since this was last asked. */
  public boolean courierWasWoken() {
    synchronized (lock) {
      boolean woken = courierWoken;
      courierWoken = false;
      return woken;
    }
  }

  public Database database() {
    return database;
  }

  public Courier courier() {
    return courier;
  }

  public Dispatcher dispatcher() {
    return dispatcher;
  }

  public IssueTracker issues() {
    return issues;
  }

  public ManualRetries retries() {
    return retries;
  }

  public Replays replays() {
    return replays;
  }

  public String newId() {
    return ids.next();
  }

  /** The attempts whose end the node's listener was told. */
  public List<EndedAttempt> ended() {
    return ended;
  }

  /** The destinations whose circuits opened, as the node's listener was told. */
  public List<String> opened() {
    return opened;
  }

  /** Stores a destination. */
  public Destination store(Destination destination) {
    return database.write(tx -> {
      destinations.insert(tx, destination);
      return destination;
    });
  }

  /** Changes a destination as an operator does. */
  public void change(Destination destination, UnaryOperator<Destination> change) {
    database.write(tx -> {
      Destination old = destinations.get(tx, Sample.SCOPE, destination.id());
      destinations.update(tx, old, change.apply(old));
      return true;
    });
  }

  /** A stored destination that is never given a rest, however often it fails. */
  public Destination destinationWithoutBreaker(String url, RetrySpec retry, int maxInFlight) {
    return store(
        Sample.with(
            Sample.destination(
                ids.next(), Sample.target(url, null, "none", null), retry, maxInFlight),
            new Destination.Breaker(false, 5, 60_000)));
  }

  /** A stored destination as {@link Sample#destination(String, String)} makes it. */
  public Destination destination(String url) {
    return destination(url, Sample.RETRY, 10);
  }

  /** The same with what is given. */
  public Destination destination(String url, RetrySpec retry, int maxInFlight) {
    return store(
        Sample.destination(ids.next(), Sample.target(url, null, "none", null), retry, maxInFlight));
  }

  /** Changes the state of a destination as an operator does. */
  public void change(Destination destination, Destination.Status status) {
    change(destination, old -> Sample.in(old, status));
  }

  /** The destination as it is stored now. */
  public Destination stored(Destination destination) {
    return database.read(tx -> destinations.get(tx, Sample.SCOPE, destination.id()));
  }

  /** A stored, active connection; the rules are JSON text, null for all events. */
  public Connection connect(String sourceId, Destination destination, @Nullable String rules) {
    return database.write(tx ->
        Connections.create(
            tx,
            Connection.of(
                    new Connection.Identity(ids.next(), Sample.SCOPE, "Connection", null),
                    Connection.Ends.of(sourceId, destination.id()))
                .with(
                    new Connection.Matching(
                        true,
                        Connection.Status.ACTIVE,
                        FilterRules.parse(
                            rules == null ? null : Json.read(rules), "filter_rules")))));
  }

  /** Gives a connection an expression, or takes it away. */
  public void transform(Connection connection, @Nullable String expression) {
    database.write(tx -> {
      Connection old = Connections.get(tx, Sample.SCOPE, connection.id());
      return Connections.update(
          tx, old, old.with(Connection.Transform.of(expression != null, expression)));
    });
  }

  /** Changes the state of a connection as an operator does. */
  public void change(Connection connection, Connection.Status status, boolean enabled) {
    database.write(tx -> {
      Connection old = Connections.get(tx, Sample.SCOPE, connection.id());
      return Connections.update(
          tx, old, old.with(new Connection.Matching(enabled, status, old.filter())));
    });
  }

  /** Appends an event with a JSON body. */
  public StoredEvent receive(String sourceId, String body) {
    return log.append(
            Sample.event(
                ids.next(), sourceId, "application/json", body.getBytes(StandardCharsets.UTF_8)))
        .join();
  }

  /** Appends an event with any body. */
  public StoredEvent receive(String sourceId, @Nullable String type, byte[] body) {
    return log.append(Sample.event(ids.next(), sourceId, type, body)).join();
  }

  /** Appends that many events together, as if they had come at once. */
  public void receiveMany(String sourceId, int count) {
    IntStream.range(0, count)
        .mapToObj(i ->
            log.append(
                Sample.event(ids.next(), sourceId, "application/json", new byte[] {'{', '}'})))
        .toList()
        .forEach(CompletableFuture::join);
  }

  /** Starts loops for everything, wired as in the server; to be closed before this node. */
  public Supervisor startLoops() {
    Loop dispatching = new Loop("dispatcher", dispatcher, clock);
    Loop sending = new Loop("courier", courier, clock);
    Loop settling = new Loop("settler", courier.settler(), clock);
    Loop renewing = new Loop("renewer", courier.renewer(), clock);
    courier.settler().wakes(settling::wake, sending::wake);
    courier.renewer().wakes(renewing::wake);
    database.listen(Channel.LOG, any -> dispatching.wake());
    database.listen(Channel.DELIVERIES, any -> sending.wake());
    Supervisor supervisor = new Supervisor(List.of(settling, renewing, sending, dispatching));
    supervisor.start();
    return supervisor;
  }

  /** Steps the dispatcher until it has read the whole log. */
  public void dispatch() {
    finish(dispatcher);
  }

  /** Keeps what is claimed, and steps the courier until nothing is due. */
  public void claim() {
    finish(courier.renewer());
    finish(courier);
  }

  private static void finish(Step step) {
    Step.Next next = step.step();
    while (next instanceof Step.Next.Again || next instanceof Step.Next.Rest) {
      next = step.step();
    }
  }

  /** Steps everything as its wake-ups ask for it, until that holds. */
  public void runUntil(BooleanSupplier done) throws InterruptedException {
    dispatch();
    claim();
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      long seen;
      synchronized (lock) {
        seen = wakes;
      }
      if (courierWasWoken()) {
        claim();
      }
      finish(courier.settler());
      if (done.getAsBoolean()) {
        return;
      }
      synchronized (lock) {
        if (System.nanoTime() > end) {
          throw new AssertionError("It never came to be; attempts are " + attempts());
        }
        if (wakes == seen) {
          lock.wait(20);
        }
      }
    }
  }

  /** All attempts, oldest first. */
  public List<AttemptRow> attempts() {
    return database.read(
        tx -> Attempts.list(tx, Sample.SCOPE, any(), new Where.Page(true, 100_000, 0)));
  }

  /** How many attempts are in that state. */
  public long count(String status) {
    return number("SELECT COUNT(*) AS n FROM attempts WHERE status = ?", status);
  }

  /** How many deliveries are held back. */
  public long held() {
    return number("SELECT COUNT(*) AS n FROM attempts WHERE open = 1 AND due_at IS NULL");
  }

  /** How the deliveries of an event are. */
  public EventRow.Status status(StoredEvent event) {
    return database.read(tx -> Events.get(tx, Sample.SCOPE, event.event().id())).status();
  }

  /** The number that a query answers under the name {@code n}. */
  public long number(String sql, @Nullable Object... args) {
    return database.read((Tx tx) -> tx.number(sql, args));
  }

  private static Attempts.Filter any() {
    return new Attempts.Filter(null, null, null, List.of(), null, null, null, null);
  }

  /** Breaks off what is under way and closes the store. */
  @Override
  public void close() {
    stop();
    database.close();
  }

  /** The same, but leaves the store open. */
  public void stop() {
    sender.close();
    courier.close();
    transforms.close();
  }
}
