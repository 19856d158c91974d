package dev.catchment.bench;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every bench can be told. */
final class Options {
  private static final long NANOS = 1_000_000_000L;

  @Option(
      names = "--url",
      description = "Server to measure, http only; without it one is started and ended again.")
  @Nullable URI url;

  @Option(names = "--api-key", description = "API key for the server at --url.")
  @Nullable String apiKey;

  @Option(
      names = "--database-url",
      description = "Database of the server that is started; SQLite in a temporary folder without.")
  @Nullable String databaseUrl;

  @Option(
      names = "--rate",
      description = "Offered events a second, open loop; 0 sends as fast as answers come.")
  double rate;

  @Option(names = "--seconds", description = "Length of the measured load (${DEFAULT-VALUE}).")
  double seconds = 30;

  @Option(names = "--warmup", description = "Seconds of load before it (${DEFAULT-VALUE}).")
  double warmup = 5;

  @Option(names = "--connections", description = "Connections that send (${DEFAULT-VALUE}).")
  int connections = 64;

  @Option(names = "--bytes", description = "Size of the JSON body (${DEFAULT-VALUE}).")
  int bytes = 1_024;

  @Option(names = "--keys", description = "Distinct record keys (${DEFAULT-VALUE}).")
  int keys = 10_000;

  @Option(
      names = "--records",
      description =
          "collections: fill one with that many records first and measure what is asked of it.")
  int records;

  @Option(
      names = "--collections",
      description = "collections: with --records, how many to list (${DEFAULT-VALUE}).")
  int collections = 10_000;

  @Option(names = "--signed", description = "ingest: the source verifies an HMAC of each body.")
  boolean signed;

  @Option(names = "--fan-out", description = "Destinations for each event (${DEFAULT-VALUE}).")
  int fanOut = 1;

  @Option(
      names = "--max-in-flight",
      description = "Deliveries at once for each destination (${DEFAULT-VALUE}).")
  int maxInFlight = 64;

  @Option(
      names = "--window",
      description = "With --rate 0, deliveries that may be owed at once (${DEFAULT-VALUE}).")
  int window = 2_000;

  @Option(
      names = "--dead-destinations",
      description =
          "deliver: rounds with the destinations alone take turns with rounds in which each event is"
              + " also owed to so many that refuse or hang (${DEFAULT-VALUE}).")
  int deadDestinations;

  @Option(
      names = "--rounds",
      description = "With --dead-destinations, rounds of each kind (${DEFAULT-VALUE}).")
  int rounds = 5;

  @Option(
      names = "--drain",
      description = "Seconds to wait for what is owed after the load (${DEFAULT-VALUE}).")
  double drain = 60;

  @Option(
      names = "--ceiling-seconds",
      description = "Length of the ceiling's measurement, 0 leaves it out (${DEFAULT-VALUE}).")
  double ceilingSeconds = 3;

  @Option(names = "--json", description = "Print one JSON object instead of a table.")
  boolean json;

  /** What is wrong with the values, null when nothing is. */
  @Nullable String fault() {
    if (url != null && (!"http".equals(url.getScheme()) || url.getHost() == null)) {
      return "--url must begin with http:// and name a host";
    }
    if (url != null && apiKey == null) {
      return "--url needs --api-key";
    }
    if (rate < 0 || seconds <= 0 || warmup < 0 || drain < 0 || ceilingSeconds < 0) {
      return "--seconds must be positive; --rate, --warmup, --drain, --ceiling-seconds not negative";
    }
    if (connections < 1 || connections > 10_000) {
      return "--connections must be from 1 to 10000";
    }
    if (bytes > 10_000_000 || bytes < Payload.BYTES_MIN) {
      return "--bytes must be from " + Payload.BYTES_MIN + " to 10000000";
    }
    if (keys < 1 || keys > Payload.KEYS_MAX) {
      return "--keys must be from 1 to " + Payload.KEYS_MAX;
    }
    if (records < 0 || records > Payload.KEYS_MAX || collections < 1 || collections > 100_000) {
      return "--records must be from 0 to " + Payload.KEYS_MAX + ", --collections from 1 to 100000";
    }
    if (fanOut < 1 || fanOut > 1_000 || maxInFlight < 1 || maxInFlight > 1_000 || window < 1) {
      return "--fan-out and --max-in-flight must be from 1 to 1000, --window at least 1";
    }
    if (deadDestinations < 0 || deadDestinations > 100 || rounds < 1 || rounds > 1_000) {
      return "--dead-destinations must be from 0 to 100, --rounds from 1 to 1000";
    }
    return null;
  }

  long nanos() {
    return (long) (seconds * NANOS);
  }

  long warmupNanos() {
    return (long) (warmup * NANOS);
  }

  long drainMillis() {
    return (long) (drain * 1_000);
  }

  long ceilingNanos() {
    return (long) (ceilingSeconds * NANOS);
  }
}
