package dev.catchment.main;

import dev.catchment.api.TestDoor;
import dev.catchment.base.Secret;
import dev.catchment.collections.ScanBounds;
import dev.catchment.outbound.Proxy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The settings of a node, checked. What each means is written once, in {@code
 * catchment.properties}; here stand only its type and its bounds.
 */
final class Config {
  private static final int MANY = 1_000_000;
  private static final int LISTED = 100_000;
  private static final int DAYS = 36_500;
  private static final int PREVIOUS_KEYS = 16;
  private static final String WEB_ADDRESS =
      "must be an http or https URL without user, query or fragment";
  private static final String NETWORKS = "must be addresses or networks such as 10.0.0.0/8";
  private static final String HEADER = "must be made of the characters of a header name";

  private final Server server;
  private final Database database;
  private final Auth auth;
  private final Api api;
  private final Ingest ingest;
  private final Delivery delivery;
  private final Feeds feeds;
  private final Retention retention;
  private final Issues issues;
  private final Replay replay;
  private final Collections collections;
  private final Quotas quotas;
  private final TestDoors testDoors;

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

  /** What is kept rendered, and for how long it serves without the store. */
  record FeedMemory(int snapshotCacheMib, Duration staleMax) {}

  private Config(Path cwd, ConfigValues values) {
    server = server(cwd, values);
    database = database(values);
    auth = auth(values);
    api =
        new Api(
            values.list(
                "api.cors_origins",
                ConfigForms::origin,
                "must be origins such as https://app.example.com"));
    ingest = ingest(values);
    delivery = delivery(values);
    feeds = feeds(values);
    retention = retention(cwd, values);
    issues = new Issues(Duration.ofMinutes(values.integer("issues.auto_resolve_minutes", 0, MANY)));
    replay = new Replay(Duration.ofHours(values.integer("replay.keep_hours", 1, 8_760)));
    collections =
        new Collections(ScanBounds.of(values.integer("collections.scan_rows_max", 1_000, MANY)));
    quotas =
        new Quotas(
            values.quota("quotas.events_per_month"),
            values.quota("quotas.sources"),
            values.quota("quotas.destinations"));
    testDoors =
        new TestDoors(openness(values, "test_sessions.access"), openness(values, "tools.access"));
  }

  private static TestDoor.Openness openness(ConfigValues values, String key) {
    return values.word(
        key,
        Map.of(
            "public",
            TestDoor.Openness.PUBLIC,
            "authenticated",
            TestDoor.Openness.AUTHENTICATED,
            "off",
            TestDoor.Openness.OFF),
        TestDoor.Openness.OFF);
  }

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
    Config config = new Config(cwd, values);
    values.finish();
    return config;
  }

  Server server() {
    return server;
  }

  Database database() {
    return database;
  }

  Auth auth() {
    return auth;
  }

  Api api() {
    return api;
  }

  Ingest ingest() {
    return ingest;
  }

  Delivery delivery() {
    return delivery;
  }

  Feeds feeds() {
    return feeds;
  }

  Retention retention() {
    return retention;
  }

  Issues issues() {
    return issues;
  }

  Replay replay() {
    return replay;
  }

  Collections collections() {
    return collections;
  }

  Quotas quotas() {
    return quotas;
  }

  TestDoors testDoors() {
    return testDoors;
  }

  private static Server server(Path cwd, ConfigValues values) {
    return new Server(
        values.find("server.public_url", ConfigForms::webAddress, WEB_ADDRESS),
        values.integer("server.port", 0, 65_535),
        values.text("server.bind", ConfigForms::host, "must be an address or a host name"),
        dataDir(cwd, values),
        values.integer("server.max_connections", 1, MANY),
        values.list("server.trusted_proxies", ConfigForms::network, NETWORKS),
        values.find("server.client_ip_header", ConfigForms::headerName, HEADER));
  }

  private static Path dataDir(Path cwd, ConfigValues values) {
    return folder(cwd, values, "server.data_dir")
        .orElseGet(() -> {
          values.reject("server.data_dir", "must be a folder");
          return cwd;
        });
  }

  /** The absolute path of a folder; empty for an empty text and for one that is no path. */
  private static Optional<Path> folder(Path cwd, ConfigValues values, String key) {
    String text = values.text(key);
    try {
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(cwd.resolve(text).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Retention retention(Path cwd, ConfigValues values) {
    Optional<Path> archiveDir = folder(cwd, values, "retention.archive_dir");
    if (archiveDir.isEmpty() && !values.text("retention.archive_dir").isEmpty()) {
      values.reject("retention.archive_dir", "must be a folder");
    }
    return new Retention(
        values.flag("retention.enabled"),
        values.integer("retention.events_days", 0, DAYS),
        values.whole("retention.events_max", 0, Long.MAX_VALUE, 0),
        values.integer("retention.tombstone_days", 1, DAYS),
        archiveDir);
  }

  private static Database database(ConfigValues values) {
    String url = values.text("database.url");
    if (!url.isEmpty() && !ConfigForms.isPostgres(url)) {
      // The text is not repeated: it may hold a password.
      values.reject("database.url", "must be empty or postgresql://user:password@host:port/name");
    }
    return new Database(new Secret(url));
  }

  private static Auth auth(ConfigValues values) {
    Optional<Secret> secretKey = values.secret("auth.secret_key");
    if (secretKey.filter(key -> key.reveal().contains(",")).isPresent()) {
      // It could never be named among the previous ones.
      values.reject("auth.secret_key", "must be a text without commas");
    }
    return new Auth(
        values.secret("auth.bootstrap_api_key"),
        secretKey,
        values.secrets("auth.previous_secret_keys", PREVIOUS_KEYS),
        values.word(
            "auth.sign_up", Map.of("invite", SignUp.INVITE, "open", SignUp.OPEN), SignUp.INVITE));
  }

  private static Ingest ingest(ConfigValues values) {
    int maxBodyBytes = values.integer("ingest.max_body_bytes", 1, 1 << 30);
    return new Ingest(
        maxBodyBytes,
        values.integer("ingest.queue_events", 1, MANY),
        values.whole("ingest.queue_bytes", maxBodyBytes, Long.MAX_VALUE, maxBodyBytes),
        values.integer("ingest.rate_limit_per_ip", 0, MANY),
        values.integer("ingest.rate_limit_per_source", 0, MANY));
  }

  private static Delivery delivery(ConfigValues values) {
    return new Delivery(
        values.text("delivery.header_prefix", ConfigForms::headerName, HEADER),
        values.flag("delivery.allow_private"),
        values.list("delivery.allow_networks", ConfigForms::network, NETWORKS),
        values.integer("delivery.max_in_flight", 1, 100_000),
        Duration.ofSeconds(values.integer("delivery.lease_seconds", 5, 3_600)),
        proxy(values));
  }

  private static Optional<Proxy> proxy(ConfigValues values) {
    Optional<Secret> url = values.secret("delivery.proxy_url");
    Optional<Proxy> proxy = url.flatMap(text -> Proxy.parse(text.reveal()));
    if (url.isPresent() && proxy.isEmpty()) {
      // The text is not repeated: it may hold a password.
      values.reject("delivery.proxy_url", "must be empty or http://user:password@host:port");
    }
    return proxy;
  }

  private static Feeds feeds(ConfigValues values) {
    // The largest stands in, so that one bad bound does not make the two below it look bad too.
    int listHardMax = (int) values.whole("feeds.list_hard_max", 1, LISTED, LISTED);
    return new Feeds(
        values.flag("feeds.enabled"),
        values.flag("feeds.payload"),
        new FeedDoors(
            values.list("feeds.hosts", ConfigForms::host, "must be host names without port"),
            values.find("feeds.public_url", ConfigForms::webAddress, WEB_ADDRESS),
            values.list(
                "feeds.cors_origins",
                ConfigForms::anyOrigin,
                "must be *, null or origins such as https://app.example.com")),
        new FeedLimits(
            values.integer("feeds.live_max", 1, listHardMax),
            values.integer("feeds.staging_max", 1, listHardMax),
            listHardMax,
            values.integer("feeds.inbox_max", 1, MANY),
            values.integer("feeds.requests_max", 1, MANY)),
        new FeedMemory(
            values.integer("feeds.snapshot_cache_mib", 1, 1 << 20),
            values.duration("feeds.stale_max", Duration.ofHours(24))));
  }
}
