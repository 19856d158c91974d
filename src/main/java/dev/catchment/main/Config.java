package dev.catchment.main;

import dev.catchment.api.TestDoor;
import dev.catchment.base.Secret;
import dev.catchment.collections.ScanBounds;
import dev.catchment.outbound.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The settings of a node, checked. What each means is written once, in {@code
 * catchment.properties}; {@link ConfigReader} knows their bounds.
 */
record Config(
    Server server,
    Database database,
    Auth auth,
    Api api,
    Ingest ingest,
    Delivery delivery,
    Feeds feeds,
    Retention retention,
    Issues issues,
    Replay replay,
    Collections collections,
    Quotas quotas,
    TestDoors testDoors) {
  /** Settings {@code server.*}; {@code port} 0 means any free one, {@code dataDir} is absolute. */
  record Server(
      Optional<String> publicUrl,
      int port,
      String bind,
      Path dataDir,
      int maxConnections,
      List<String> trustedProxies,
      Optional<String> clientIpHeader) {
    /** The base of every URL shown, without a slash at its end, once the port is known. */
    String publicUrl(int boundPort) {
      return publicUrl.orElse("http://localhost:" + boundPort);
    }
  }

  /** Settings {@code database.*}: an empty URL is SQLite in the data folder. */
  record Database(Secret url) {}

  /** Settings {@code auth.*}. */
  record Auth(
      Optional<Secret> bootstrapApiKey,
      Optional<Secret> secretKey,
      List<Secret> previousSecretKeys,
      SignUp signUp) {}

  /** Who may create an account. */
  enum SignUp {
    INVITE,
    OPEN
  }

  /** Settings {@code api.*}. */
  record Api(List<String> corsOrigins) {}

  /** Settings {@code ingest.*}. */
  record Ingest(
      int maxBodyBytes,
      int queueEvents,
      long queueBytes,
      int rateLimitPerIp,
      int rateLimitPerSource) {}

  /** Settings {@code delivery.*}. */
  record Delivery(
      String headerPrefix,
      boolean allowPrivate,
      List<String> allowNetworks,
      int maxInFlight,
      Duration lease,
      Optional<Proxy> proxy) {}

  /** Settings {@code feeds.*}. */
  record Feeds(
      boolean enabled, boolean payload, FeedDoors doors, FeedLimits limits, FeedMemory memory) {}

  /** Where the feed API answers and to whom; hosts in lower case. */
  record FeedDoors(List<String> hosts, Optional<String> publicUrl, List<String> corsOrigins) {}

  /** The bounds of feeds and of requests for them. */
  record FeedLimits(int liveMax, int stagingMax, int listHardMax, int inboxMax, int requestsMax) {}

  /** What is kept rendered, and for how long it serves without the store. */
  record FeedMemory(int snapshotCacheMib, Duration staleMax) {}

  /** Settings {@code retention.*}; an archive folder is absolute. */
  record Retention(
      boolean enabled,
      int eventsDays,
      long eventsMax,
      int tombstoneDays,
      Optional<Path> archiveDir) {}

  /** Settings {@code issues.*}; zero for never. */
  record Issues(Duration autoResolve) {}

  /** Settings {@code replay.*}. */
  record Replay(Duration kept) {}

  /** Settings {@code collections.*}. */
  record Collections(ScanBounds scan) {}

  /** Settings {@code quotas.*}; empty for any number. */
  record Quotas(OptionalLong eventsPerMonth, OptionalLong sources, OptionalLong destinations) {}

  /** Settings {@code test_sessions.access} and {@code tools.access}. */
  record TestDoors(TestDoor.Openness sessions, TestDoor.Openness tools) {}

  /**
   * Reads the defaults, then the file of {@code --config} or {@code catchment.properties} in {@code
   * cwd} if there is one, then the environment, then the flags; the later counts.
   *
   * @throws dev.catchment.base.Failure when anything is unknown or unacceptable: one line for each
   *     such setting, with its name and where it came from
   */
  static Config load(Path cwd, Map<String, String> environment, ConfigFlags flags) {
    return read(cwd, ConfigSources.read(cwd, environment, flags));
  }

  /** The same from values that were laid together already. */
  static Config read(Path cwd, ConfigValues values) {
    Config config = new ConfigReader(cwd, values).read();
    values.finish();
    return config;
  }
}
