package dev.catchment.main;

import dev.catchment.api.TestDoor;
import dev.catchment.base.Secret;
import dev.catchment.collections.ScanBounds;
import dev.catchment.outbound.Proxy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Reads the settings of a node from their texts: here stand the type and the bounds of each. */
final class ConfigReader {
  private static final int MANY = 1_000_000;
  private static final int LISTED = 100_000;
  private static final int DAYS = 36_500;
  private static final int PREVIOUS_KEYS = 16;
  private static final String WEB_ADDRESS =
      "must be an http or https URL without user, query or fragment";
  private static final String NETWORKS = "must be addresses or networks such as 10.0.0.0/8";
  private static final String HEADER = "must be made of the characters of a header name";

  private final Path cwd;
  private final ConfigValues values;

  /** Of those texts, paths from {@code cwd}. */
  ConfigReader(Path cwd, ConfigValues values) {
    this.cwd = cwd;
    this.values = values;
  }

  /** The settings, a stand-in for each that is not acceptable, which the values note. */
  Config read() {
    return new Config(
        server(),
        database(),
        auth(),
        new Config.Api(
            values.list(
                "api.cors_origins",
                ConfigForms::origin,
                "must be origins such as https://app.example.com")),
        ingest(),
        delivery(),
        feeds(),
        retention(),
        new Config.Issues(
            Duration.ofMinutes(values.integer("issues.auto_resolve_minutes", 0, MANY))),
        new Config.Replay(Duration.ofHours(values.integer("replay.keep_hours", 1, 8_760))),
        new Config.Collections(
            ScanBounds.of(values.integer("collections.scan_rows_max", 1_000, MANY))),
        new Config.Quotas(
            values.quota("quotas.events_per_month"),
            values.quota("quotas.sources"),
            values.quota("quotas.destinations")),
        new Config.TestDoors(openness("test_sessions.access"), openness("tools.access")));
  }

  private TestDoor.Openness openness(String key) {
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

  private Config.Server server() {
    return new Config.Server(
        values.find("server.public_url", ConfigForms::webAddress, WEB_ADDRESS),
        values.integer("server.port", 0, 65_535),
        values.text("server.bind", ConfigForms::host, "must be an address or a host name"),
        dataDir(),
        values.integer("server.max_connections", 1, MANY),
        values.list("server.trusted_proxies", ConfigForms::network, NETWORKS),
        values.find("server.client_ip_header", ConfigForms::headerName, HEADER));
  }

  private Path dataDir() {
    return folder("server.data_dir")
        .orElseGet(() -> {
          values.reject("server.data_dir", "must be a folder");
          return cwd;
        });
  }

  /** The absolute path of a folder; empty for an empty text and for one that is no path. */
  private Optional<Path> folder(String key) {
    String text = values.text(key);
    try {
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(cwd.resolve(text).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private Config.Retention retention() {
    Optional<Path> archiveDir = folder("retention.archive_dir");
    if (archiveDir.isEmpty() && !values.text("retention.archive_dir").isEmpty()) {
      values.reject("retention.archive_dir", "must be a folder");
    }
    return new Config.Retention(
        values.flag("retention.enabled"),
        values.integer("retention.events_days", 0, DAYS),
        values.whole("retention.events_max", 0, Long.MAX_VALUE, 0),
        values.integer("retention.tombstone_days", 1, DAYS),
        archiveDir);
  }

  private Config.Database database() {
    String url = values.text("database.url");
    if (!url.isEmpty() && !ConfigForms.isPostgres(url)) {
      // The text is not repeated: it may hold a password.
      values.reject("database.url", "must be empty or postgresql://user:password@host:port/name");
    }
    return new Config.Database(new Secret(url));
  }

  private Config.Auth auth() {
    Optional<Secret> secretKey = values.secret("auth.secret_key");
    if (secretKey.filter(key -> key.reveal().contains(",")).isPresent()) {
      // It could never be named among the previous ones.
      values.reject("auth.secret_key", "must be a text without commas");
    }
    return new Config.Auth(
        values.secret("auth.bootstrap_api_key"),
        secretKey,
        values.secrets("auth.previous_secret_keys", PREVIOUS_KEYS),
        values.word(
            "auth.sign_up",
            Map.of("invite", Config.SignUp.INVITE, "open", Config.SignUp.OPEN),
            Config.SignUp.INVITE));
  }

  private Config.Ingest ingest() {
    int maxBodyBytes = values.integer("ingest.max_body_bytes", 1, 1 << 30);
    return new Config.Ingest(
        maxBodyBytes,
        values.integer("ingest.queue_events", 1, MANY),
        values.whole("ingest.queue_bytes", maxBodyBytes, Long.MAX_VALUE, maxBodyBytes),
        values.integer("ingest.rate_limit_per_ip", 0, MANY),
        values.integer("ingest.rate_limit_per_source", 0, MANY));
  }

  private Config.Delivery delivery() {
    return new Config.Delivery(
        values.text("delivery.header_prefix", ConfigForms::headerName, HEADER),
        values.flag("delivery.allow_private"),
        values.list("delivery.allow_networks", ConfigForms::network, NETWORKS),
        values.integer("delivery.max_in_flight", 1, 100_000),
        Duration.ofSeconds(values.integer("delivery.lease_seconds", 5, 3_600)),
        proxy());
  }

  private Optional<Proxy> proxy() {
    Optional<Secret> url = values.secret("delivery.proxy_url");
    Optional<Proxy> proxy = url.flatMap(text -> Proxy.parse(text.reveal()));
    if (url.isPresent() && proxy.isEmpty()) {
      // The text is not repeated: it may hold a password.
      values.reject("delivery.proxy_url", "must be empty or http://user:password@host:port");
    }
    return proxy;
  }

  private Config.Feeds feeds() {
    // The largest stands in, so that one bad bound does not make the two below it look bad too.
    int listHardMax = (int) values.whole("feeds.list_hard_max", 1, LISTED, LISTED);
    return new Config.Feeds(
        values.flag("feeds.enabled"),
        values.flag("feeds.payload"),
        new Config.FeedDoors(
            values.list("feeds.hosts", ConfigForms::host, "must be host names without port"),
            values.find("feeds.public_url", ConfigForms::webAddress, WEB_ADDRESS),
            values.list(
                "feeds.cors_origins",
                ConfigForms::anyOrigin,
                "must be *, null or origins such as https://app.example.com")),
        new Config.FeedLimits(
            values.integer("feeds.live_max", 1, listHardMax),
            values.integer("feeds.staging_max", 1, listHardMax),
            listHardMax,
            values.integer("feeds.inbox_max", 1, MANY),
            values.integer("feeds.requests_max", 1, MANY)),
        new Config.FeedMemory(
            values.integer("feeds.snapshot_cache_mib", 1, 1 << 20),
            values.duration("feeds.stale_max", Duration.ofHours(24))));
  }
}
