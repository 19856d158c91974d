package dev.catchment.main;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.DatabaseSettings;
import dev.catchment.db.OpenDatabase;
import dev.catchment.delivery.Courier;
import dev.catchment.delivery.CourierSettings;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.HttpRequests;
import dev.catchment.expr.Body;
import dev.catchment.issues.IssueResolver;
import dev.catchment.issues.IssueTracker;
import dev.catchment.live.LiveDeliveries;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.observe.Log;
import dev.catchment.observe.Metrics;
import dev.catchment.outbound.AddressGuard;
import dev.catchment.outbound.HttpSender;
import dev.catchment.outbound.HttpSenderSettings;
import dev.catchment.outbound.Resolver;
import dev.catchment.retention.Retention;
import dev.catchment.retention.RetentionSettings;
import dev.catchment.routing.ConnectionTransformer;
import dev.catchment.routing.Dispatcher;
import dev.catchment.transform.TransformSettings;
import dev.catchment.transform.Transforms;
import dev.catchment.worker.Loop;
import dev.catchment.worker.Supervisor;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * One running server: the store, the features over it, the loops that drive the log's readers, and
 * the doors. Built bottom to top; closed in the reverse order.
 */
public final class Node implements AutoCloseable {
  private static final Log LOG = Log.of("main.node");
  private static final long READER_LEASE_MILLIS = 10_000;

  /**
   * Readers are a fraction of a second behind. More than they need would only outlive the young
   * generation, parsed as it is, and be copied at each of its collections.
   */
  private static final long TAIL_BYTES = 4L << 20;

  private final Stores stores;
  private final Features features;
  private final CollectionParts collections;
  private final Loops loops;
  private final Entrance entrance;
  private final FirstSteps firstSteps;

  /**
   * The store and what every feature needs.
   *
   * @param ids of things that people make; not to be guessed
   * @param eventIds of events and what follows from them; made fast
   */
  record Stores(
      Config config,
      String nodeName,
      Metrics metrics,
      InstantSource clock,
      RandomGenerator secureRandom,
      Ids ids,
      Ids eventIds,
      Database database,
      EventLog log,
      Cursors cursors) {
    static Stores open(Config config, InstantSource clock) {
      SecureRandom secure = new SecureRandom();
      Metrics metrics = Metrics.ofProcess();
      Ids ids = new Ids(clock, secure);
      Ids eventIds = new Ids(clock, new SplittableRandom(secure.nextLong()));
      String nodeName = "node-" + ids.next();
      Database database =
          new OpenDatabase(clock, metrics)
              .open(
                  new DatabaseSettings(
                      config.database().url(), config.server().dataDir(), nodeName));
      EventLog log =
          new EventLog(
              database,
              new LogBounds(
                  config.ingest().queueEvents(),
                  config.ingest().queueBytes(),
                  TAIL_BYTES,
                  Body.decodedMax(config.ingest().maxBodyBytes())));
      Cursors cursors = new Cursors(database, nodeName, READER_LEASE_MILLIS);
      return new Stores(
          config, nodeName, metrics, clock, secure, ids, eventIds, database, log, cursors);
    }

    boolean isSqlite() {
      return config.database().url().reveal().isEmpty();
    }
  }

  /** The parts that do the product's work. */
  record Features(
      IngestParts intake,
      AddressGuard guard,
      HttpSender sender,
      Courier courier,
      Destinations destinations,
      LetterParts letters,
      LiveParts live,
      Secrets secrets,
      Transforms transforms) {
    static Features over(Stores stores, Secrets secrets) {
      Config.Delivery delivery = stores.config().delivery();
      AddressGuard guard =
          new AddressGuard(delivery.allowPrivate(), delivery.allowNetworks(), Resolver.system());
      HttpSender sender =
          new HttpSender(
              guard,
              HttpSenderSettings.standard()
                  .besidesDeliveries(delivery.maxInFlight())
                  .through(delivery.proxy().orElse(null)),
              System::nanoTime);
      Destinations destinations = new Destinations(secrets.vault());
      Transforms transforms =
          new Transforms(
              stores.clock(),
              System::nanoTime,
              TransformSettings.of(
                  Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory()));
      LiveParts live = LiveParts.over(stores);
      IssueTracker issues = LetterParts.tracker(stores, live.live());
      Courier courier =
          new Courier(
              stores.database(),
              stores.log(),
              new Courier.Sending(
                  destinations,
                  sender,
                  new HttpRequests(delivery.headerPrefix(), "Catchment/" + Version.text()),
                  new ConnectionTransformer(stores.database(), transforms, stores.log().views()),
                  () -> ThreadLocalRandom.current().nextLong(),
                  List.of(issues, new LiveDeliveries(live.live()))),
              stores.eventIds(),
              stores.clock(),
              new CourierSettings(
                  stores.nodeName(),
                  delivery.maxInFlight(),
                  delivery.lease().toMillis(),
                  stores.isSqlite()));
      return new Features(
          IngestParts.over(stores, secrets, sender),
          guard,
          sender,
          courier,
          destinations,
          LetterParts.over(stores, issues, courier, live.live()),
          live,
          secrets,
          transforms);
    }
  }

  /**
   * What runs by itself. Outcomes are written and claims kept until the courier has let go of its
   * last delivery.
   */
  record Loops(Supervisor readers, Supervisor settling) {
    static Loops over(
        Stores stores, Features features, FeedParts feeds, CollectionParts collections) {
      Loop dispatcher =
          new Loop(
              "dispatcher",
              new Dispatcher(
                  stores.database(),
                  stores.log(),
                  stores.cursors(),
                  stores.eventIds(),
                  features.destinations(),
                  features.courier()),
              stores.clock());
      Loop courier = new Loop("courier", features.courier(), stores.clock());
      Loop settler = new Loop("settler", features.courier().settler(), stores.clock());
      Loop renewer = new Loop("renewer", features.courier().renewer(), stores.clock());
      features.courier().renewer().wakes(renewer::wake);
      Loop refusals = new Loop("refusals", features.intake().refusals(), stores.clock());
      features.intake().refusals().wakes(refusals::wake);
      Loop feedMemory = new Loop("feeds", feeds.memory(), stores.clock());
      stores.database().listen(Channel.FEEDS, any -> feedMemory.wake());
      features.courier().settler().wakes(settler::wake, courier::wake);
      stores.database().listen(Channel.LOG, any -> dispatcher.wake());
      stores.database().listen(Channel.DELIVERIES, any -> courier.wake());
      List<Loop> readers = new ArrayList<>(List.of(courier, dispatcher, feedMemory, refusals));
      readers.addAll(features.live().loops(stores));
      readers.addAll(collections.loops());
      retention(stores).ifPresent(readers::add);
      readers.add(jobs(stores, features.letters()));
      features.letters().resolver(stores).map(step -> issues(stores, step)).ifPresent(readers::add);
      return new Loops(new Supervisor(readers), new Supervisor(List.of(settler, renewer)));
    }

    private static Loop jobs(Stores stores, LetterParts letters) {
      Loop jobs = new Loop("jobs", letters.replays().runner(), stores.clock());
      stores.database().listen(Channel.JOBS, any -> jobs.wake());
      return jobs;
    }

    private static Loop issues(Stores stores, IssueResolver resolver) {
      Loop issues = new Loop("issues", resolver, stores.clock());
      stores.database().listen(Channel.ISSUES, any -> issues.wake());
      // A destination that is active again lets go of the issue that it was gone.
      stores.database().listen(Channel.ROUTES, any -> issues.wake());
      return issues;
    }

    private static Optional<Loop> retention(Stores stores) {
      Config.Retention settings = stores.config().retention();
      return settings.enabled()
          ? Optional.of(
              new Loop(
                  "retention",
                  new Retention(
                      stores.database(),
                      stores.cursors(),
                      new RetentionSettings(
                          settings.eventsDays(),
                          settings.eventsMax(),
                          settings.tombstoneDays(),
                          stores.config().replay().kept(),
                          settings.archiveDir())),
                  stores.clock()))
          : Optional.empty();
    }

    /** The loops in trouble and why. */
    Map<String, String> troubles() {
      Map<String, String> all = new LinkedHashMap<>(readers.troubles());
      all.putAll(settling.troubles());
      return all;
    }
  }

  private Node(
      Stores stores,
      Features features,
      CollectionParts collections,
      Loops loops,
      Entrance entrance,
      FirstSteps firstSteps) {
    this.stores = stores;
    this.features = features;
    this.collections = collections;
    this.loops = loops;
    this.entrance = entrance;
    this.firstSteps = firstSteps;
  }

  /** A node that answers requests when this returns. */
  public static Node start(Config config, InstantSource clock) {
    LOG.info("node.starting", "version", Version.text());
    Entrance entrance = new Entrance(config.server());
    try {
      Stores stores = Stores.open(config, clock);
      Secrets secrets = secrets(stores);
      FirstSteps firstSteps = FirstSteps.take(stores, secrets);
      Features features = Features.over(stores, secrets);
      FeedParts feeds = FeedParts.over(stores);
      CollectionParts collections = CollectionParts.over(stores, features, feeds);
      Loops loops = Loops.over(stores, features, feeds, collections);
      feeds.memory().load();
      loops.settling().start();
      loops.readers().start();
      entrance.open(Doors.over(stores, features, feeds, loops::troubles, entrance.port()).site());
      return new Node(stores, features, collections, loops, entrance, firstSteps);
    } catch (RuntimeException e) {
      entrance.close();
      throw e;
    }
  }

  private static Secrets secrets(Stores stores) {
    try {
      Secrets secrets = Secrets.of(stores);
      secrets.sealAgain(stores);
      return secrets;
    } catch (RuntimeException e) {
      stores.database().close();
      throw e;
    }
  }

  /** The port it listens on. */
  public int port() {
    return entrance.port();
  }

  /** What the first start made; empty texts on later starts. */
  FirstSteps firstSteps() {
    return firstSteps;
  }

  /** Where the store is, in words for people. */
  String storeName() {
    return stores.isSqlite() ? "SQLite in " + stores.config().server().dataDir() : "PostgreSQL";
  }

  @Override
  public void close() {
    entrance.close();
    loops.readers().close();
    collections.close();
    features.courier().close();
    loops.settling().close();
    features.intake().ingest().close();
    features.intake().aftermath().close();
    features.intake().refusals().close();
    features.sender().close();
    features.transforms().close();
    stores.cursors().release();
    stores.database().close();
  }
}
