package dev.catchment.expr;

import dev.catchment.json.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A path over a whole event, as filter rules use it: {@code payload…} is the parsed body, {@code
 * headers.<name>}, {@code query.<name>}, {@code method}, {@code content_type}, {@code source_ip}
 * and {@code topic} the facts of the request; any other path starts inside the parsed body.
 */
final class EventPath {
  private final FieldPath path;

  EventPath(FieldPath path) {
    this.path = path;
  }

  Optional<Json> find(EventView event) {
    EventView.Head head = event.head();
    boolean alone = path.length() == 1;
    return switch (path.nameAt(0)) {
      case "payload" -> inBody(event, 1);
      case "headers" -> alone ? inBody(event, 0) : BodyPath.header(path, head.headers());
      case "query" -> alone ? inBody(event, 0) : path.find(head.query(), 1);
      case "method" -> alone ? text(head.method()) : inBody(event, 0);
      case "content_type" -> alone ? text(head.contentType()) : inBody(event, 0);
      case "source_ip" -> alone ? text(head.sourceIp()) : inBody(event, 0);
      case "topic" -> alone ? text(event.topic()) : inBody(event, 0);
      case "body" -> inBody(event, hasBodyMember(event) ? 0 : 1);
      default -> inBody(event, 0);
    };
  }

  private Optional<Json> inBody(EventView event, int skipped) {
    return event.body().flatMap(root -> path.find(root, skipped));
  }

  private static Optional<Json> text(@Nullable String value) {
    return Optional.ofNullable(value).map(Json::of);
  }

  private static boolean hasBodyMember(EventView event) {
    return event.body().orElse(Json.nil()) instanceof Json.Obj object
        && object.members().containsKey("body");
  }
}
