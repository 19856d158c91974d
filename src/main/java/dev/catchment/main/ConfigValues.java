package dev.catchment.main;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns the texts of settings into values. A text that is no such value becomes an error and yields
 * the stand-in, so reading goes on to the next; {@link #finish()} throws when there was any.
 */
final class ConfigValues {
  private static final long QUOTA_MAX = 1_000_000_000_000L;
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  /**
   * The text of a setting.
   *
   * @param text without white space at its ends
   * @param origin where it came from, in words
   */
  record Entry(String text, String origin) {}

  private final Map<String, Entry> entries;
  private final List<String> errors;
  private final Set<String> asked = new TreeSet<>();

  ConfigValues(Map<String, Entry> entries, List<String> errors) {
    this.entries = entries;
    this.errors = errors;
  }

  /** Throws one failure that lists every error, one a line; nothing when there is none. */
  void finish() {
    if (!errors.isEmpty()) {
      throw Failure.invalid(
          "The configuration has "
              + (errors.size() == 1 ? "an error" : errors.size() + " errors")
              + ":\n  "
              + String.join("\n  ", errors));
    }
  }

  /** The keys that were asked for. */
  Set<String> asked() {
    return asked;
  }

  /** Notes that the text of this key is not acceptable; {@code rule} reads after the key. */
  void reject(String key, String rule) {
    errors.add(key + " (" + entry(key).origin() + "): " + rule);
  }

  String text(String key) {
    return entry(key).text();
  }

  Optional<Secret> secret(String key) {
    return text(key).isEmpty() ? Optional.empty() : Optional.of(new Secret(text(key)));
  }

  /** The texts between commas; empty ones do not count. None is repeated in an error. */
  List<Secret> secrets(String key, int most) {
    List<Secret> secrets =
        Arrays.stream(text(key).split(","))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .map(Secret::new)
            .toList();
    if (secrets.size() > most) {
      reject(key, "must be at most " + most + " keys, not " + secrets.size());
    }
    return secrets;
  }

  boolean flag(String key) {
    return switch (text(key)) {
      case "true" -> true;
      case "false" -> false;
      default -> {
        reject(key, "must be true or false, not '" + text(key) + "'");
        yield false;
      }
    };
  }

  int integer(String key, int least, int most) {
    return (int) whole(key, least, most, least);
  }

  /** A whole number between the two, or the stand-in after an error. */
  long whole(String key, long least, long most, long standIn) {
    try {
      long value = Long.parseLong(text(key));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below like a number out of range.
    }
    reject(key, "must be a whole number from %d to %d, not '%s'".formatted(least, most, text(key)));
    return standIn;
  }

  /** A whole number, or {@code unlimited}. */
  OptionalLong quota(String key) {
    return text(key).equals("unlimited")
        ? OptionalLong.empty()
        : OptionalLong.of(whole(key, 0, QUOTA_MAX, 0));
  }

  /** A number and {@code ms}, {@code s}, {@code m} or {@code h}, from 0 to {@code most}. */
  Duration duration(String key, Duration most) {
    Matcher match = DURATION.matcher(text(key));
    if (match.matches()) {
      long number = Long.parseLong(match.group(1));
      Duration value =
          switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
          };
      if (value.compareTo(most) <= 0) {
        return value;
      }
    }
    reject(
        key,
        "must be a duration such as 30s, at most %d s, not '%s'"
            .formatted(most.toSeconds(), text(key)));
    return Duration.ZERO;
  }

  /** One of a few words. */
  <E extends Enum<E>> E word(String key, Map<String, E> words, E standIn) {
    E value = words.get(text(key));
    if (value == null) {
      reject(
          key,
          "must be "
              + String.join(" or ", new TreeSet<>(words.keySet()))
              + ", not '"
              + text(key)
              + "'");
      return standIn;
    }
    return value;
  }

  /** A text in the form that {@code read} gives it; {@code rule} says what it refuses. */
  String text(String key, Function<String, Optional<String>> read, String rule) {
    return read.apply(text(key))
        .orElseGet(() -> {
          reject(key, rule + ", not '" + text(key) + "'");
          return "";
        });
  }

  /** Like {@link #text(String, Function, String)}, but the empty text is no value. */
  Optional<String> find(String key, Function<String, Optional<String>> read, String rule) {
    return text(key).isEmpty() ? Optional.empty() : Optional.of(text(key, read, rule));
  }

  /** The items between commas in the form that {@code read} gives them; empty ones do not count. */
  List<String> list(String key, Function<String, Optional<String>> read, String rule) {
    List<String> items = new ArrayList<>();
    for (String item : Arrays.stream(text(key).split(",")).map(String::strip).toList()) {
      if (!item.isEmpty()) {
        read.apply(item)
            .ifPresentOrElse(items::add, () -> reject(key, rule + ", not '" + item + "'"));
      }
    }
    return List.copyOf(items);
  }

  private Entry entry(String key) {
    asked.add(key);
    Entry entry = entries.get(key);
    if (entry == null) {
      throw new IllegalStateException(key + " is missing in " + ConfigSources.DEFAULTS);
    }
    return entry;
  }
}
