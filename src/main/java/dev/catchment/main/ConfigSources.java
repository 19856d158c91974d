package dev.catchment.main;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * Lays the sources of settings over each other (defaults, file, environment, flags) and remembers
 * where each text came from. What does not name a setting becomes an error, not an exception, so
 * that all of them are reported at once.
 */
final class ConfigSources {
  /** Read from the class path: every setting with its default and a comment. */
  static final String DEFAULTS = "/catchment.properties";

  private static final String FILE = "catchment.properties";
  private static final String PREFIX = "CATCHMENT_";

  /** Variables for the script that starts java and for other commands, not for the server. */
  private static final Set<String> LAUNCHER =
      Set.of("CATCHMENT_JAVA_OPTS", "CATCHMENT_JAVA_GC", Remote.KEY_VARIABLE);

  private final Map<String, ConfigValues.Entry> entries = new TreeMap<>();
  private final List<String> errors = new ArrayList<>();

  private ConfigSources() {}

  /** The settings in force, with the errors found so far. */
  static ConfigValues read(Path cwd, Map<String, String> environment, ConfigFlags flags) {
    ConfigSources sources = new ConfigSources();
    defaults().forEach((key, text) -> sources.put(key, text, "default"));
    sources.addFile(cwd, flags);
    sources.addEnvironment(environment);
    sources.addFlags(flags);
    return new ConfigValues(sources.entries, sources.errors);
  }

  /** Every setting with the text of its default. */
  static Map<String, String> defaults() {
    try (InputStream in = ConfigSources.class.getResourceAsStream(DEFAULTS)) {
      if (in == null) {
        throw new IllegalStateException("The program is packed without " + DEFAULTS);
      }
      return texts(new InputStreamReader(in, StandardCharsets.UTF_8), new ArrayList<>());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The environment variable of a setting. */
  static String variable(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private void addFile(Path cwd, ConfigFlags flags) {
    Path file = cwd.resolve(flags.file().orElse(Path.of(FILE)));
    if (flags.file().isEmpty() && !Files.exists(file)) {
      return;
    }
    List<String> repeated = new ArrayList<>();
    try (Reader in = Files.newBufferedReader(file)) {
      texts(in, repeated).forEach((key, text) -> override(key, text, "file " + file));
    } catch (IOException | IllegalArgumentException e) {
      errors.add("file " + file + ": cannot be read (" + e + ")");
    }
    repeated.forEach(key -> errors.add(key + " (file " + file + "): is given twice"));
  }

  private void addEnvironment(Map<String, String> environment) {
    Map<String, String> keys = new TreeMap<>();
    entries.keySet().forEach(key -> keys.put(variable(key), key));
    new TreeMap<>(environment)
        .forEach((name, text) -> {
          if (name.startsWith(PREFIX) && !LAUNCHER.contains(name)) {
            String key = keys.get(name);
            if (key == null) {
              errors.add(name + " (environment): is not a setting");
            } else {
              put(key, text, "environment " + name);
            }
          }
        });
  }

  private void addFlags(ConfigFlags flags) {
    Map<String, String> seen = new TreeMap<>();
    for (ConfigFlags.Given given : flags.given()) {
      String origin = "flag " + given.flag();
      String value = given.value();
      String before = seen.putIfAbsent(given.key(), given.flag());
      if (value == null) {
        errors.add(given.key() + " (" + origin + "): has no =");
      } else if (before != null) {
        errors.add(given.key() + " (" + origin + "): is given twice, also by " + before);
      } else {
        override(given.key(), value, origin);
      }
    }
  }

  private void override(String key, String text, String origin) {
    if (entries.containsKey(key)) {
      put(key, text, origin);
    } else {
      errors.add(key + " (" + origin + "): is not a setting");
    }
  }

  private void put(String key, String text, String origin) {
    entries.put(key, new ConfigValues.Entry(text.strip(), origin));
  }

  private static Map<String, String> texts(Reader in, List<String> repeated) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    Properties properties =
        new Properties() {
          @Override
          public synchronized Object put(Object key, Object value) {
            if (texts.put((String) key, (String) value) != null) {
              repeated.add((String) key);
            }
            return value;
          }
        };
    properties.load(in);
    return texts;
  }
}
