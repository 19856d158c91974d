package dev.catchment.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one API. Patterns are paths with names in braces, each standing for one segment:
 * {@code /v1/sources/{id}}. Not to be changed once the server has started.
 */
public final class Router {
  /** The largest body a management call may have. */
  public static final int MANAGEMENT_BODY_MAX = 1 << 20;

  /** One operation, for tests and documents. */
  public record Route(String method, String pattern) {}

  /**
   * What a path and method lead to.
   *
   * @param bodyMax bytes the body may have for this request
   * @param tooLarge who is told of a body that is larger
   */
  record Target(Does does, ToIntFunction<Request> bodyMax, TooLarge tooLarge) {
    Target(Does does, ToIntFunction<Request> bodyMax) {
      this(does, bodyMax, (request, bytesRead) -> {});
    }
  }

  /** What is done with a request. */
  sealed interface Does {
    /** It is answered by a virtual thread. */
    record Answer(Handler handler) implements Does {}

    /** It is answered by the event loop. */
    record AnswerAsync(AsyncHandler handler) implements Does {}

    /** It is answered by a virtual thread, piece by piece. */
    record Write(Streamed.Handler handler) implements Does {}

    /** A virtual thread reads its body while it comes, and answers. */
    record Take(UploadHandler handler) implements Does {}

    /**
     * Its connection stays open.
     *
     * @param messageMax bytes that a message of the client may have; null for an event stream, to
     *     which clients send nothing
     */
    record Open(StreamHandler handler, @Nullable ToIntFunction<Request> messageMax)
        implements Does {}

    /** It is answered by an event stream, or once there is something to say. */
    record OpenOrPoll(StreamHandler handler) implements Does {}
  }

  /** Is told on the event loop that a request was refused for the size of its body. */
  @FunctionalInterface
  public interface TooLarge {
    /**
     * Must return at once.
     *
     * @param request with at most the first 64 KiB of the body
     * @param bytesRead how much of the body came before it was refused; 0 when its announced length
     *     was enough
     */
    void refused(Request request, long bytesRead);
  }

  /** Where a request leads. */
  sealed interface Found {
    /** To a handler. */
    record Match(Target target, Map<String, String> pathParameters) implements Found {}

    /** Nowhere: no such path. */
    record NoPath() implements Found {}

    /** Nowhere: the path is known, the method is not. */
    record NoMethod(String allow) implements Found {}
  }

  private static final class Node {
    final Map<String, Node> children = new HashMap<>();
    @Nullable Node any;
    @Nullable String anyName;
    final Map<String, Target> targets = new TreeMap<>();
  }

  private final Problems problems;
  private @Nullable Target noPath;
  private @Nullable Target noMethod;
  private final Node root = new Node();
  private final List<Route> routes = new ArrayList<>();

  /** A router without routes that words its errors that way. */
  public Router(Problems problems) {
    this.problems = problems;
  }

  /** A route whose body is bounded by {@link #MANAGEMENT_BODY_MAX}. */
  public Router on(String method, String pattern, Handler handler) {
    return add(
        method, pattern, new Target(new Does.Answer(handler), request -> MANAGEMENT_BODY_MAX));
  }

  /** A route that runs on the event loop, with a body bound that may depend on the request. */
  public Router async(
      String method, String pattern, AsyncHandler handler, ToIntFunction<Request> bodyMax) {
    return add(method, pattern, new Target(new Does.AnswerAsync(handler), bodyMax));
  }

  /** The same, telling of requests whose body is too large. */
  public Router async(
      String method,
      String pattern,
      AsyncHandler handler,
      ToIntFunction<Request> bodyMax,
      TooLarge tooLarge) {
    return add(method, pattern, new Target(new Does.AnswerAsync(handler), bodyMax, tooLarge));
  }

  /**
   * A route of {@code GET} whose connections become WebSockets. Other requests to it are answered
   * 426 once the handler has let them in.
   *
   * @param messageMax bytes that a message of the client may have
   */
  public Router webSocket(
      String pattern, StreamHandler handler, ToIntFunction<Request> messageMax) {
    return add(
        "GET",
        pattern,
        new Target(new Does.Open(handler, messageMax), request -> MANAGEMENT_BODY_MAX));
  }

  /** A route of {@code GET} that is answered by a stream of server-sent events. */
  public Router eventStream(String pattern, StreamHandler handler) {
    return add(
        "GET", pattern, new Target(new Does.Open(handler, null), request -> MANAGEMENT_BODY_MAX));
  }

  /** A route of {@code GET} whose answers are written while they are made, where they are long. */
  public Router streamed(String pattern, Streamed.Handler handler) {
    return add("GET", pattern, new Target(new Does.Write(handler), request -> MANAGEMENT_BODY_MAX));
  }

  /** A route of {@code POST} whose body, of any length, is read while it comes. */
  public Router upload(String pattern, UploadHandler handler) {
    return add("POST", pattern, new Target(new Does.Take(handler), request -> Integer.MAX_VALUE));
  }

  /**
   * A route of {@code GET} for clients that wait: those that accept {@code text/event-stream} get a
   * stream, and the others one answer of JSON, which is the first message that is sent. Both count
   * as connections that stay open.
   */
  public Router eventStreamOrPoll(String pattern, StreamHandler handler) {
    return add(
        "GET", pattern, new Target(new Does.OpenOrPoll(handler), request -> MANAGEMENT_BODY_MAX));
  }

  /**
   * Handlers for requests that no route has, for an API that looks at the credential before the
   * path. They must answer 404 and 405 themselves.
   */
  public Router otherwise(Handler unknownPath, Handler wrongMethod) {
    noPath = new Target(new Does.Answer(unknownPath), request -> MANAGEMENT_BODY_MAX);
    noMethod = new Target(new Does.Answer(wrongMethod), request -> MANAGEMENT_BODY_MAX);
    return this;
  }

  /** All routes in the order in which they were added. */
  public List<Route> routes() {
    return List.copyOf(routes);
  }

  Problems problems() {
    return problems;
  }

  private Router add(String method, String pattern, Target target) {
    Node node = root;
    for (String segment : segments(pattern)) {
      if (segment.startsWith("{")) {
        String name = segment.substring(1, segment.length() - 1);
        if (node.any == null) {
          node.any = new Node();
          node.anyName = name;
        } else if (!name.equals(node.anyName)) {
          throw new IllegalArgumentException(
              pattern + " names a segment otherwise than " + node.anyName);
        }
        node = node.any;
      } else {
        node = node.children.computeIfAbsent(segment, any -> new Node());
      }
    }
    if (node.targets.put(method, target) != null) {
      throw new IllegalArgumentException("Two routes for " + method + " " + pattern);
    }
    routes.add(new Route(method, pattern));
    return this;
  }

  Found find(String method, String path) {
    return switch (route(method, path)) {
      case Found.NoPath none when noPath != null -> new Found.Match(noPath, Map.of());
      case Found.NoMethod none when noMethod != null -> new Found.Match(noMethod, Map.of());
      case Found found -> found;
    };
  }

  private Found route(String method, String path) {
    Map<String, String> parameters = new HashMap<>(4);
    Node node = root;
    for (String segment : segments(path)) {
      Node child = node.children.get(segment);
      if (child == null && node.any != null && node.anyName != null && !segment.isEmpty()) {
        parameters.put(node.anyName, Query.decode(segment, false));
        child = node.any;
      }
      if (child == null) {
        return new Found.NoPath();
      }
      node = child;
    }
    if (node.targets.isEmpty()) {
      return new Found.NoPath();
    }
    Target target = node.targets.get(method);
    if (target == null && method.equals("HEAD")) {
      target = node.targets.get("GET");
    }
    return target == null ? new Found.NoMethod(allow(node)) : new Found.Match(target, parameters);
  }

  private static String allow(Node node) {
    List<String> methods = new ArrayList<>(node.targets.keySet());
    if (methods.contains("GET") && !methods.contains("HEAD")) {
      methods.add(methods.indexOf("GET") + 1, "HEAD");
    }
    return String.join(", ", methods);
  }

  /** The segments of a path; one trailing slash is ignored. */
  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>(8);
    int start = 1;
    while (start < path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      segments.add(path.substring(start, end));
      start = end + 1;
    }
    return segments;
  }
}
