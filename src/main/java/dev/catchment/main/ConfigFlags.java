package dev.catchment.main;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings a command line gives; mixed into every command that needs the configuration. */
final class ConfigFlags {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings file; catchment.properties in the current directory if present.")
  private @Nullable Path file;

  @Option(names = "--port", paramLabel = "PORT", description = "server.port")
  private @Nullable String port;

  @Option(names = "--bind", paramLabel = "ADDRESS", description = "server.bind")
  private @Nullable String bind;

  @Option(names = "--data-dir", paramLabel = "FOLDER", description = "server.data_dir")
  private @Nullable String dataDir;

  @Option(names = "--public-url", paramLabel = "URL", description = "server.public_url")
  private @Nullable String publicUrl;

  @Option(names = "--database-url", paramLabel = "URL", description = "database.url")
  private @Nullable String databaseUrl;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Any setting by its name; may be repeated.")
  private List<String> settings = new ArrayList<>();

  /**
   * One flag that was given.
   *
   * @param flag the flag as written, such as {@code --port}
   * @param key the setting it names
   * @param value its text; null when {@code --set} had no {@code =}
   */
  record Given(String flag, String key, @Nullable String value) {}

  /** The file of {@code --config}. */
  Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /** What was given, named flags first. */
  List<Given> given() {
    List<Given> given = new ArrayList<>();
    add(given, "--port", "server.port", port);
    add(given, "--bind", "server.bind", bind);
    add(given, "--data-dir", "server.data_dir", dataDir);
    add(given, "--public-url", "server.public_url", publicUrl);
    add(given, "--database-url", "database.url", databaseUrl);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      given.add(
          equals < 0
              ? new Given("--set", setting.strip(), null)
              : new Given(
                  "--set", setting.substring(0, equals).strip(), setting.substring(equals + 1)));
    }
    return given;
  }

  private static void add(List<Given> given, String flag, String key, @Nullable String value) {
    if (value != null) {
      given.add(new Given(flag, key, value));
    }
  }
}
