package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.catchment.api.TestDoor;
import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class ConfigTest {
  /** For every setting an acceptable text that is not its default. */
  private static final Map<String, String> OTHER =
      Map.ofEntries(
          Map.entry("server.public_url", "https://hooks.example.com"),
          Map.entry("server.port", "9090"),
          Map.entry("server.bind", "127.0.0.1"),
          Map.entry("server.data_dir", "/var/lib/catchment"),
          Map.entry("server.trusted_proxies", "10.0.0.0/8"),
          Map.entry("server.client_ip_header", "CF-Connecting-IP"),
          Map.entry("database.url", "postgresql://u:p@db:5433/events"),
          Map.entry("auth.bootstrap_api_key", "key"),
          Map.entry("auth.secret_key", "secret"),
          Map.entry("auth.previous_secret_keys", "older, oldest"),
          Map.entry("auth.sign_up", "open"),
          Map.entry("api.cors_origins", "https://app.example.com"),
          Map.entry("ingest.max_body_bytes", "1024"),
          Map.entry("ingest.queue_events", "7"),
          Map.entry("ingest.queue_bytes", "20971520"),
          Map.entry("ingest.rate_limit_per_ip", "5"),
          Map.entry("ingest.rate_limit_per_source", "7"),
          Map.entry("delivery.header_prefix", "X-Acme-"),
          Map.entry("delivery.allow_private", "true"),
          Map.entry("delivery.allow_networks", "fd00::/8, 192.168.1.7"),
          Map.entry("delivery.max_in_flight", "8"),
          Map.entry("delivery.lease_seconds", "60"),
          Map.entry("delivery.proxy_url", "http://proxy.example:3128"),
          Map.entry("feeds.enabled", "false"),
          Map.entry("feeds.hosts", "feeds.example.com"),
          Map.entry("feeds.public_url", "https://feeds.example.com/base"),
          Map.entry("feeds.payload", "false"),
          Map.entry("feeds.cors_origins", "*"),
          Map.entry("feeds.live_max", "10"),
          Map.entry("feeds.staging_max", "11"),
          Map.entry("feeds.list_hard_max", "600"),
          Map.entry("feeds.inbox_max", "12"),
          Map.entry("feeds.requests_max", "13"),
          Map.entry("feeds.snapshot_cache_mib", "14"),
          Map.entry("feeds.stale_max", "5m"),
          Map.entry("retention.enabled", "false"),
          Map.entry("retention.events_days", "0"),
          Map.entry("retention.events_max", "5000000000"),
          Map.entry("retention.tombstone_days", "1"),
          Map.entry("retention.archive_dir", "archive"),
          Map.entry("issues.auto_resolve_minutes", "0"),
          Map.entry("replay.keep_hours", "48"),
          Map.entry("server.max_connections", "7"),
          Map.entry("quotas.events_per_month", "100000"),
          Map.entry("quotas.sources", "0"),
          Map.entry("quotas.destinations", "7"),
          Map.entry("test_sessions.access", "off"),
          Map.entry("tools.access", "public"));

  @TempDir private Path cwd;

  @Test
  void everySettingHasTheDefaultThatIsDocumented() {
    Config config = load(Map.of());

    assertThat(config.server())
        .isEqualTo(
            new Config.Server(
                Optional.empty(),
                8080,
                "0.0.0.0",
                cwd.resolve("data"),
                20_000,
                List.of(),
                Optional.empty()));
    assertThat(config.database()).isEqualTo(new Config.Database(new Secret("")));
    assertThat(config.auth())
        .isEqualTo(
            new Config.Auth(Optional.empty(), Optional.empty(), List.of(), Config.SignUp.INVITE));
    assertThat(config.api()).isEqualTo(new Config.Api(List.of()));
    assertThat(config.ingest()).isEqualTo(new Config.Ingest(10_485_760, 20_000, 67_108_864, 0, 0));
    assertThat(config.delivery())
        .isEqualTo(
            new Config.Delivery(
                "X-hookstream-", false, List.of(), 256, Duration.ofSeconds(30), Optional.empty()));
    assertThat(config.feeds())
        .isEqualTo(
            new Config.Feeds(
                true,
                true,
                new Config.FeedDoors(List.of(), Optional.empty(), List.of()),
                new Config.FeedLimits(500, 500, 5_000, 10_000, 2_000),
                new Config.FeedMemory(512, Duration.ofSeconds(60))));
    assertThat(config.retention())
        .isEqualTo(new Config.Retention(true, 30, 0, 90, Optional.empty()));
    assertThat(config.issues()).isEqualTo(new Config.Issues(Duration.ofMinutes(30)));
    assertThat(config.replay()).isEqualTo(new Config.Replay(Duration.ofHours(24)));
    assertThat(config.quotas())
        .isEqualTo(
            new Config.Quotas(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()));
    assertThat(config.testDoors())
        .isEqualTo(new Config.TestDoors(TestDoor.Openness.PUBLIC, TestDoor.Openness.AUTHENTICATED));
  }

  @Test
  void everyKeyOfTheDefaultsIsReadAndNothingElseIs() {
    ConfigValues values = ConfigSources.read(cwd, Map.of(), flags());
    Config.read(cwd, values);

    assertThat(values.asked())
        .hasSizeGreaterThan(25)
        .containsExactlyInAnyOrderElementsOf(ConfigSources.defaults().keySet());
  }

  @Test
  void everyKeyChangesWhatIsRead() {
    assertThat(OTHER.keySet())
        .containsExactlyInAnyOrderElementsOf(ConfigSources.defaults().keySet());
    List<Record> usual = all(load(Map.of()));

    OTHER.forEach((key, text) -> {
      assertThat(all(load(Map.of(ConfigSources.variable(key), text)))).as(key).isNotEqualTo(usual);
      assertThat(all(load(Map.of(), "--set", key + "=" + text))).as(key).isNotEqualTo(usual);
    });
  }

  @Test
  void noTwoKeysShareAnEnvironmentVariable() {
    assertThat(ConfigSources.defaults().keySet().stream().map(ConfigSources::variable))
        .doesNotHaveDuplicates()
        .contains("CATCHMENT_FEEDS_LIVE_MAX");
  }

  @Test
  void flagsCountBeforeTheEnvironmentTheEnvironmentBeforeTheFileTheFileBeforeDefaults()
      throws IOException {
    file("server.port=1\nserver.bind=10.0.0.1\nfeeds.live_max=1\n");
    Map<String, String> environment =
        Map.of("CATCHMENT_SERVER_PORT", "2", "CATCHMENT_SERVER_BIND", "10.0.0.2", "PATH", "/bin");

    Config config = load(environment, "--port", "3");

    assertThat(config.server().port()).isEqualTo(3);
    assertThat(config.server().bind()).isEqualTo("10.0.0.2");
    assertThat(config.feeds().limits().liveMax()).isEqualTo(1);
    assertThat(config.feeds().limits().stagingMax()).isEqualTo(500);
  }

  @Test
  void everyNamedFlagSetsItsSetting() {
    Config config =
        load(
            Map.of(),
            "--port=1",
            "--bind=::1",
            "--data-dir=elsewhere",
            "--public-url=https://hooks.example.com/",
            "--database-url=postgres://me@db/events",
            "--set",
            "feeds.enabled=false");

    assertThat(config.server())
        .isEqualTo(
            new Config.Server(
                Optional.of("https://hooks.example.com"),
                1,
                "::1",
                cwd.resolve("elsewhere"),
                20_000,
                List.of(),
                Optional.empty()));
    assertThat(config.database().url()).isEqualTo(new Secret("postgres://me@db/events"));
    assertThat(config.feeds().enabled()).isFalse();
  }

  @Test
  void aNamedFileTakesThePlaceOfTheUsualOne() throws IOException {
    file("server.port=1\n");
    Files.writeString(cwd.resolve("other.properties"), "# a comment\nserver.bind = ::1 \n");

    Config config = load(Map.of(), "--config", "other.properties");

    assertThat(config.server().port()).isEqualTo(8080);
    assertThat(config.server().bind()).isEqualTo("::1");
  }

  @Test
  void allErrorsAreReportedAtOnceEachWithItsOrigin() throws IOException {
    file("server.port=http\nserver.prot=1\nfeeds.payload=yes\nfeeds.payload=yes\n");
    Map<String, String> environment =
        Map.of(
            "CATCHMENT_FEEDS_STALE_MAX", "60",
            "CATCHMENT_FEEDS_LIFE_MAX", "5",
            "CATCHMENT_JAVA_OPTS", "-Xmx1g",
            "CATCHMENT_JAVA_GC", "-XX:+UseG1GC");

    List<String> errors =
        errors(
            environment,
            "--bind=not a host",
            "--set=delivery.lease_second=3",
            "--set=auth.sign_up",
            "--set=server.bind=::1");

    String file = "file " + cwd.resolve("catchment.properties");
    assertThat(errors)
        .containsExactlyInAnyOrder(
            "server.prot (" + file + "): is not a setting",
            "feeds.payload (" + file + "): is given twice",
            "CATCHMENT_FEEDS_LIFE_MAX (environment): is not a setting",
            "delivery.lease_second (flag --set): is not a setting",
            "auth.sign_up (flag --set): has no =",
            "server.bind (flag --set): is given twice, also by --bind",
            "server.port (" + file + "): must be a whole number from 0 to 65535, not 'http'",
            "server.bind (flag --bind): must be an address or a host name, not 'not a host'",
            "feeds.payload (" + file + "): must be true or false, not 'yes'",
            "feeds.stale_max (environment CATCHMENT_FEEDS_STALE_MAX): must be a duration such as"
                + " 30s, at most 86400 s, not '60'");
  }

  @Test
  void aFileThatCannotBeReadIsAnErrorLikeOthers() throws IOException {
    assertThat(errors(Map.of(), "--config=absent", "--port=x"))
        .hasSize(2)
        .anyMatch(error -> error.startsWith("file " + cwd.resolve("absent") + ": cannot be read"));

    file("server.bind=\\u00zz\n");
    assertThat(errors(Map.of())).singleElement().asString().contains("cannot be read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server.port|65536",
        "server.port|-1",
        "server.port|''",
        "server.port|8080.0",
        "server.bind|''",
        "server.bind|1.2.3.4:80",
        "server.data_dir|''",
        "server.public_url|ftp://example.com",
        "server.public_url|example.com",
        "server.public_url|https://user@example.com",
        "server.public_url|https://example.com/?a=b",
        "server.public_url|https://",
        "server.trusted_proxies|10.0.0.0/33",
        "server.trusted_proxies|10.0.0.1/8",
        "server.trusted_proxies|10.1",
        "server.trusted_proxies|10.0.0.256",
        "server.trusted_proxies|fe80::1%eth0",
        "server.trusted_proxies|::/129",
        "server.trusted_proxies|10.0.0.0/-1",
        "server.trusted_proxies|10.0.0.0/8/8",
        "server.trusted_proxies|localhost",
        "server.client_ip_header|X Real IP",
        "database.url|mysql://u:p@db:3306/events",
        "database.url|postgresql://db:5432/events",
        "database.url|postgresql://u:p@db:5432",
        "database.url|postgresql://u:p@db:5432/",
        "database.url|postgresql://u:p@db:5432/a/b",
        "database.url|postgresql://u:p@db:99999/events",
        "database.url|postgresql://u:p@db/events?sslmode=require",
        "database.url|postgresql://u:p%zz@db/events",
        "database.url|postgresql://:p@db/events",
        "database.url|postgresql://@db/events",
        "database.url|jdbc:postgresql://u:p@db/events",
        "auth.secret_key|one,other",
        "auth.previous_secret_keys|1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
        "auth.sign_up|closed",
        "auth.sign_up|OPEN",
        "api.cors_origins|*",
        "api.cors_origins|https://app.example.com/",
        "api.cors_origins|app.example.com",
        "ingest.max_body_bytes|0",
        "ingest.max_body_bytes|10MB",
        "ingest.queue_events|0",
        "ingest.queue_bytes|10485759",
        "delivery.header_prefix|''",
        "delivery.header_prefix|X-Acme:",
        "delivery.allow_private|TRUE",
        "delivery.allow_networks|private",
        "delivery.max_in_flight|0",
        "delivery.lease_seconds|4",
        "feeds.hosts|feeds.example.com:443",
        "feeds.hosts|https://feeds.example.com",
        "feeds.live_max|5001",
        "feeds.staging_max|0",
        "feeds.list_hard_max|0",
        "feeds.stale_max|1d",
        "feeds.stale_max|25h",
        "feeds.stale_max|-1s",
      })
  void aTextThatIsNoValueOfItsSettingIsTheOneError(String key, String text) {
    assertThat(errors(Map.of(ConfigSources.variable(key), text)))
        .singleElement()
        .asString()
        .startsWith(key + " (environment " + ConfigSources.variable(key) + "): must be ");
  }

  @Test
  void aRefusedDatabaseUrlIsNotRepeatedBecauseItMayHoldAPassword() {
    assertThat(errors(Map.of(), "--database-url=postgresql://u:hunter2@db:0/events"))
        .singleElement()
        .asString()
        .doesNotContain("hunter2");
  }

  @Test
  void secretKeysAreReadInTheirOrderAndNeverPrint() {
    Map<String, String> keys =
        Map.of(
            "CATCHMENT_AUTH_SECRET_KEY", "hunter1",
            "CATCHMENT_AUTH_PREVIOUS_SECRET_KEYS", " hunter2 ,, hunter3");
    Config.Auth auth = load(keys).auth();

    assertThat(auth.secretKey()).contains(new Secret("hunter1"));
    assertThat(auth.previousSecretKeys())
        .containsExactly(new Secret("hunter2"), new Secret("hunter3"));
    assertThat(auth.toString()).doesNotContain("hunter");
    assertThat(errors(Map.of("CATCHMENT_AUTH_SECRET_KEY", "hunter4,hunter5")).toString())
        .doesNotContain("hunter");
    assertThat(errors(Map.of("CATCHMENT_AUTH_PREVIOUS_SECRET_KEYS", "hunter,".repeat(17))))
        .singleElement()
        .asString()
        .doesNotContain("hunter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://a%40b:p%3A%2F+x:y@[::1]:6543/my%20db",
        "postgres://me@db/events",
        "postgresql://me:secret-7@db.example.com:5432/events"
      })
  void aDatabaseUrlIsKeptAsWrittenAndDoesNotPrint(String url) {
    Config.Database database = load(Map.of("CATCHMENT_DATABASE_URL", url)).database();

    assertThat(database.url().reveal()).isEqualTo(url);
    assertThat(database.toString()).doesNotContain("@");
  }

  @Test
  void listsAreSplitAtCommasAndEmptyItemsDoNotCount() {
    Config config =
        load(
            Map.of(
                "CATCHMENT_FEEDS_HOSTS", " Feeds.Example.com , ,b.example.com,",
                "CATCHMENT_FEEDS_CORS_ORIGINS", "null,https://App.example.com:8443",
                "CATCHMENT_SERVER_TRUSTED_PROXIES", "10.0.0.0/8,::1,192.0.2.7/32,::/0"));

    assertThat(config.feeds().doors().hosts())
        .containsExactly("feeds.example.com", "b.example.com");
    assertThat(config.feeds().doors().corsOrigins())
        .containsExactly("null", "https://app.example.com:8443");
    assertThat(config.server().trustedProxies())
        .containsExactly("10.0.0.0/8", "::1", "192.0.2.7/32", "::/0");
  }

  @Test
  void thePublicUrlIsThisMachineWhenNoneIsSet() {
    assertThat(load(Map.of()).server().publicUrl(9090)).isEqualTo("http://localhost:9090");
    assertThat(load(Map.of(), "--public-url=https://h.example.com").server().publicUrl(9090))
        .isEqualTo("https://h.example.com");
  }

  @Test
  void durationsHaveFourUnits() {
    Map<String, Duration> cases =
        new TreeMap<>(
            Map.of(
                "1500ms", Duration.ofMillis(1500),
                "0s", Duration.ZERO,
                "5m", Duration.ofMinutes(5),
                "24h", Duration.ofHours(24)));
    cases.forEach((text, value) ->
        assertThat(load(Map.of(), "--set=feeds.stale_max=" + text).feeds().memory().staleMax())
            .as(text)
            .isEqualTo(value));
  }

  private static List<Record> all(Config config) {
    return List.of(
        config.server(),
        config.database(),
        config.auth(),
        config.api(),
        config.ingest(),
        config.delivery(),
        config.feeds(),
        config.retention(),
        config.issues(),
        config.replay(),
        config.quotas(),
        config.testDoors());
  }

  private Config load(Map<String, String> environment, String... flags) {
    return Config.load(cwd, environment, flags(flags));
  }

  private List<String> errors(Map<String, String> environment, String... flags) {
    Failure failure = catchThrowableOfType(Failure.class, () -> load(environment, flags));
    assertThat(failure).isNotNull();
    return failure.sentence().lines().skip(1).map(String::strip).toList();
  }

  private static ConfigFlags flags(String... flags) {
    return CommandLine.populateCommand(new ConfigFlags(), flags);
  }

  private void file(String text) throws IOException {
    Files.writeString(cwd.resolve("catchment.properties"), text);
  }
}
