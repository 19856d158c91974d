package dev.catchment.verify;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as its sender made it.
 *
 * @param method in upper case
 * @param url the path with its query as they came in, or the whole public URL; nothing decoded
 * @param headers names in any case, one entry for each line that came in
 * @param body the raw bytes, before any decoding; not to be modified
 */
public record SignedRequest(
    String method, String url, List<Map.Entry<String, String>> headers, byte[] body) {

  /** The value of a header whatever the case of its name, repeated ones joined by {@code ", "}. */
  public @Nullable String header(String name) {
    String found = null;
    for (Map.Entry<String, String> line : headers) {
      if (line.getKey().equalsIgnoreCase(name)) {
        found = found == null ? line.getValue() : found + ", " + line.getValue();
      }
    }
    return found;
  }

  /** The values of all headers whose name starts so, in order, at most {@code max}. */
  List<String> headersStarting(String prefix, int max) {
    List<String> values = new ArrayList<>();
    for (Map.Entry<String, String> line : headers) {
      if (values.size() < max && line.getKey().regionMatches(true, 0, prefix, 0, prefix.length())) {
        values.add(line.getValue());
      }
    }
    return values;
  }

  /** The header's value; a missing, blank or oversized one is a refusal. */
  String required(String name) {
    String value = header(name);
    if (value == null) {
      throw Refusal.missing("Header " + name + " is missing");
    }
    if (value.isBlank()) {
      throw Refusal.missing("Header " + name + " is empty");
    }
    if (value.length() > Limits.HEADER_CHARS_MAX) {
      throw Refusal.invalid("Header " + name + " is too long");
    }
    return value;
  }

  /** The query as it came in, without the question mark; null when there is none. */
  @Nullable String query() {
    int mark = url.indexOf('?');
    return mark < 0 ? null : url.substring(mark + 1);
  }

  /** The query's parameters, decoded. */
  Fields queryFields() {
    String query = query();
    return Fields.ofForm((query == null ? "" : query).getBytes(StandardCharsets.UTF_8));
  }

  /** Whether the body says it is that media type. */
  boolean isOfType(String mediaType) {
    String type = header("Content-Type");
    return type != null && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(mediaType);
  }

  /** The fields of a form body; a body of another type is a refusal. */
  Fields form() {
    if (!isOfType("application/x-www-form-urlencoded")) {
      throw Refusal.invalid("The body is not a form");
    }
    return Fields.ofForm(body);
  }

  SignedRequest withBody(byte[] other) {
    return new SignedRequest(method, url, headers, other);
  }
}
