package dev.catchment.main;

import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.db.DatabaseSettings;
import dev.catchment.db.OpenDatabase;
import dev.catchment.expr.Body;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.observe.Metrics;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

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
  private static final long READER_LEASE_MILLIS = 10_000;

  /**
   * Readers are a fraction of a second behind. More than they need would only outlive the young
   * generation, parsed as it is, and be copied at each of its collections.
   */
  private static final long TAIL_BYTES = 4L << 20;

  static Stores open(Config config, InstantSource clock) {
    SecureRandom secure = new SecureRandom();
    Metrics metrics = Metrics.ofProcess();
    Ids ids = new Ids(clock, secure);
    Ids eventIds = new Ids(clock, new SplittableRandom(secure.nextLong()));
    // Alone with its store, what starts after a crash is the node that crashed, and goes on at once
    // with what that one held.
    String nodeName = isSqlite(config) ? "node-only" : "node-" + ids.next();
    Database database =
        new OpenDatabase(clock, metrics)
            .open(
                new DatabaseSettings(config.database().url(), config.server().dataDir(), nodeName));
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
    return isSqlite(config);
  }

  private static boolean isSqlite(Config config) {
    return config.database().url().reveal().isEmpty();
  }
}
