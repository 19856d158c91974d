package dev.catchment.main;

import dev.catchment.observe.Log;
import java.time.InstantSource;

/**
 * One running server: the store, the features over it, the loops that drive the log's readers, and
 * the doors. Built bottom to top; closed in the reverse order.
 */
public final class Node implements AutoCloseable {
  private static final Log LOG = Log.of("main.node");

  private final Stores stores;
  private final Features features;
  private final CollectionParts collections;
  private final Loops loops;
  private final Entrance entrance;
  private final FirstSteps firstSteps;

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
