package dev.catchment.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The query parameters of a request, decoded, in the order of their first appearance. */
public final class Query {
  private final String raw;
  private final Map<String, List<String>> values;

  private Query(String raw, Map<String, List<String>> values) {
    this.raw = raw;
    this.values = values;
  }

  /** Reads the part of a URL behind the question mark. Broken percent-encoding is left as it is. */
  public static Query parse(String raw) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String pair : raw.split("&")) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        values
            .computeIfAbsent(decode(name, true), any -> new ArrayList<>())
            .add(decode(value, true));
      }
    }
    return new Query(raw, values);
  }

  /** The query as it came, undecoded; empty when there is none. */
  public String raw() {
    return raw;
  }

  /** The first value of that name. */
  public Optional<String> first(String name) {
    List<String> all = all(name);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
  }

  /** All values of that name, in order. */
  public List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** All names with their values. */
  public Map<String, List<String>> asMap() {
    return values;
  }

  /** Undoes percent-encoding in UTF-8; what is not a valid escape stays as it is. */
  static String decode(String text, boolean plusIsSpace) {
    if (text.indexOf('%') < 0 && !(plusIsSpace && text.indexOf('+') >= 0)) {
      return text;
    }
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
      int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
      if (in[i] == '%' && high >= 0 && low >= 0) {
        out[length++] = (byte) ((high << 4) | low);
        i += 2;
      } else {
        out[length++] = plusIsSpace && in[i] == '+' ? (byte) ' ' : in[i];
      }
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }
}
