package dev.catchment.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The headers of a request in the order in which they came; names match in any case. */
public final class Headers {
  private final List<Map.Entry<String, String>> entries;

  Headers(List<Map.Entry<String, String>> entries) {
    this.entries = entries;
  }

  /** The first value of that name. */
  public Optional<String> first(String name) {
    for (Map.Entry<String, String> entry : entries) {
      if (entry.getKey().equalsIgnoreCase(name)) {
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }

  /** All values of that name, in order. */
  public List<String> all(String name) {
    List<String> values = new ArrayList<>();
    for (Map.Entry<String, String> entry : entries) {
      if (entry.getKey().equalsIgnoreCase(name)) {
        values.add(entry.getValue());
      }
    }
    return values;
  }

  /**
   * All values of that name joined by {@code ", "}; a sender's own line may stand before others.
   */
  public Optional<String> joined(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
  }

  /** Every header as it came, one entry a line; not to be modified. */
  public List<Map.Entry<String, String>> lines() {
    return entries;
  }

  /** Lower-case names to values; repeated values are joined by {@code ", "}. */
  public Map<String, String> joined() {
    Map<String, String> joined = new LinkedHashMap<>();
    // Thousands of lines of one name are put together once, not line by line.
    Map<String, StringBuilder> repeated = new HashMap<>();
    for (Map.Entry<String, String> entry : entries) {
      String name = entry.getKey().toLowerCase(Locale.ROOT);
      String first = joined.putIfAbsent(name, entry.getValue());
      if (first != null) {
        repeated
            .computeIfAbsent(name, any -> new StringBuilder(first))
            .append(", ")
            .append(entry.getValue());
      }
    }
    repeated.forEach((name, values) -> joined.put(name, values.toString()));
    return joined;
  }
}
