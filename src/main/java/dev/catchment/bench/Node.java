package dev.catchment.bench;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The server under test: one that runs elsewhere, or one started for this run.
 *
 * @param process null when it runs elsewhere
 */
record Node(Target target, @Nullable ServerProcess process) implements AutoCloseable {
  static Node open(Surroundings surroundings, Options options, LongSupplier ticks) {
    URI url = options.url;
    if (url != null && options.apiKey != null) {
      return new Node(new Target(url, options.apiKey), null);
    }
    String key = "hs_live_" + surroundings.hex(64);
    Map<String, String> environment = new HashMap<>();
    environment.put("CATCHMENT_AUTH_BOOTSTRAP_API_KEY", key);
    environment.put("CATCHMENT_DELIVERY_ALLOW_PRIVATE", "true");
    if (options.databaseUrl != null) {
      environment.put("CATCHMENT_DATABASE_URL", options.databaseUrl);
    }
    ServerProcess process =
        ServerProcess.start(surroundings.launch(), List.of("serve"), environment, key, ticks);
    return new Node(process.target(), process);
  }

  OptionalLong residentMegabytes() {
    return process == null ? OptionalLong.empty() : process.residentMegabytes();
  }

  OptionalLong cpuNanos() {
    return process == null ? OptionalLong.empty() : process.cpuNanos();
  }

  OptionalLong startMillis() {
    return process == null ? OptionalLong.empty() : OptionalLong.of(process.startMillis());
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
      return;
    }
    target.removeTraces();
    target.close();
  }
}
