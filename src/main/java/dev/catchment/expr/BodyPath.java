package dev.catchment.expr;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A path that starts inside the parsed body: keys, event types, event times, data and dedup fields.
 *
 * <p>A first name {@code body} or {@code payload} is dropped when the parsed body has no member of
 * that name. When the first name is {@code headers} and the parsed body has no such member, the
 * next one names a request header in any case. Immutable, safe for use by several threads.
 *
 * <p>Some providers spread the type of an event over several fields. A joined path names them with
 * a plus sign between blanks, {@code type + action}, and leads to the text of what it finds of them
 * with dots between: {@code Issue.update}.
 */
public final class BodyPath {
  private static final String PLUS = " + ";

  /** The most paths that are joined. */
  private static final int JOINED_MAX = 5;

  private final FieldPath path;

  /** The paths that are joined to the first. */
  private final List<BodyPath> more;

  private BodyPath(FieldPath path, List<BodyPath> more) {
    this.path = path;
    this.more = more;
  }

  /** The path in the request field {@code field}; a text that is not a path is its failure. */
  public static BodyPath parse(String text, String field) {
    return new BodyPath(FieldPath.parse(text, field), List.of());
  }

  /** A path, or several that are joined; fails as {@link #parse}. */
  public static BodyPath parseJoined(String text, String field) {
    // A name in quotes may have a plus sign of its own, and is not joined to anything.
    List<String> parts = text.indexOf('"') >= 0 ? List.of(text) : List.of(text.split(" \\+ ", -1));
    if (parts.size() > JOINED_MAX) {
      throw Failure.body(field, "must join at most " + JOINED_MAX + " paths");
    }
    List<BodyPath> paths = parts.stream().map(part -> parse(part, field)).toList();
    return new BodyPath(paths.getFirst().path, paths.subList(1, paths.size()));
  }

  /**
   * The value at the end of the path; empty when it leads nowhere.
   *
   * @param body the parsed body, empty when the body does not parse
   * @param headers the request's headers by lower-case name
   */
  public Optional<Json> find(Optional<Json> body, Map<String, String> headers) {
    if (more.isEmpty()) {
      return findFirst(body, headers);
    }
    List<String> texts = new ArrayList<>();
    findFirst(body, headers).flatMap(BodyPath::text).ifPresent(texts::add);
    for (BodyPath one : more) {
      one.find(body, headers).flatMap(BodyPath::text).ifPresent(texts::add);
    }
    return texts.isEmpty() ? Optional.empty() : Optional.of(Json.of(String.join(".", texts)));
  }

  private static Optional<String> text(Json value) {
    return switch (value) {
      case Json.Str(String text) -> Optional.of(text);
      case Json.Num number -> Optional.of(number.text());
      case Json.Bool flag -> Optional.of(flag.text());
      default -> Optional.empty();
    };
  }

  private Optional<Json> findFirst(Optional<Json> body, Map<String, String> headers) {
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
    StringBuilder text = new StringBuilder(path.toString());
    more.forEach(one -> text.append(PLUS).append(one));
    return text.toString();
  }
}
