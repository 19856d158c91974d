package dev.catchment.expr;

import dev.catchment.json.Json;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What paths and rules may look at in one event. The body is parsed when it is first asked for and
 * at most once a thread; the view may be shared by threads.
 */
public final class EventView {
  private final Head head;
  private final @Nullable String topic;
  private final Supplier<Optional<Json>> parse;
  private @Nullable Parsed parsed;

  /**
   * The facts of the request beside its body.
   *
   * @param headers by lower-case name
   * @param query by name, each a string or, for a repeated name, an array of strings
   * @param contentType null when the request had none
   * @param sourceIp null when it is not known
   */
  public record Head(
      String method,
      Map<String, String> headers,
      Json.Obj query,
      @Nullable String contentType,
      @Nullable String sourceIp) {}

  private record Parsed(Optional<Json> body) {}

  private EventView(Head head, @Nullable String topic, Supplier<Optional<Json>> parse) {
    this.head = head;
    this.topic = topic;
    this.parse = parse;
  }

  /**
   * A view of an event as it was received.
   *
   * @param topic the slug of the topic it was published to, null for none
   * @param raw the body's bytes, not copied
   * @param decodedBytesMax the most bytes a compressed body may decode to
   */
  public static EventView of(Head head, @Nullable String topic, byte[] raw, long decodedBytesMax) {
    String encoding = head.headers().get("content-encoding");
    return new EventView(
        head, topic, () -> Body.parse(raw, head.contentType(), encoding, decodedBytesMax));
  }

  /** A view whose parsed body is already known; empty for a body that does not parse. */
  public static EventView parsed(Head head, @Nullable String topic, Optional<Json> body) {
    return new EventView(head, topic, () -> body);
  }

  /** The facts of the request beside its body. */
  public Head head() {
    return head;
  }

  /** The slug of the topic it was published to, null for none. */
  public @Nullable String topic() {
    return topic;
  }

  /** The parsed body; empty when the body does not parse. */
  public Optional<Json> body() {
    // Parsing is pure and the tree immutable, so two threads may at worst both do the work.
    Parsed known = parsed;
    if (known == null) {
      known = new Parsed(parse.get());
      parsed = known;
    }
    return known.body();
  }
}
