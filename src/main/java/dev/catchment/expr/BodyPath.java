package dev.catchment.expr;

import dev.catchment.json.Json;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A path that starts inside the parsed body: keys, event types, event times, data and dedup fields.
 *
 * <p>A first name {@code body} or {@code payload} is dropped when the parsed body has no member of
 * that name. When the first name is {@code headers} and the parsed body has no such member, the
 * next one names a request header in any case. Immutable, safe for use by several threads.
 */
public final class BodyPath {
  private final FieldPath path;

  private BodyPath(FieldPath path) {
    this.path = path;
  }

  /** The path in the request field {@code field}; a text that is not a path is its failure. */
  public static BodyPath parse(String text, String field) {
    return new BodyPath(FieldPath.parse(text, field));
  }

  /**
   * The value at the end of the path; empty when it leads nowhere.
   *
   * @param body the parsed body, empty when the body does not parse
   * @param headers the request's headers by lower-case name
   */
  public Optional<Json> find(Optional<Json> body, Map<String, String> headers) {
    String first = path.nameAt(0);
    boolean taken =
        body.isPresent()
            && body.get() instanceof Json.Obj object
            && object.members().containsKey(first);
    if (!taken && first.equals("headers")) {
      return header(path, headers);
    }
    boolean dropped = !taken && (first.equals("body") || first.equals("payload"));
    return body.flatMap(root -> path.find(root, dropped ? 1 : 0));
  }

  /** The header named by the second step of a path; absent below it, for a header is a text. */
  static Optional<Json> header(FieldPath path, Map<String, String> headers) {
    if (path.length() != 2) {
      return Optional.empty();
    }
    return Optional.ofNullable(headers.get(path.nameAt(1).toLowerCase(Locale.ROOT))).map(Json::of);
  }

  /** The path as such. */
  FieldPath path() {
    return path;
  }

  /** The path as it was written. */
  @Override
  public String toString() {
    return path.toString();
  }
}
