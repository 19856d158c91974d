package dev.catchment.ingest;

import org.jspecify.annotations.Nullable;

/**
 * A kept request that did not become an event. Never routed, and in no list of events.
 *
 * @param id 32 hex digits, UUIDv7 of the time of receipt
 * @param refused the request and why; in a list without headers, query and body
 * @param truncated whether some of the body was not kept
 * @param sourceName null once the source is gone, as is the slug
 * @param replayedEventId the event that a replay made of it; null before
 */
public record RefusedRequest(
    String id,
    Refused refused,
    boolean truncated,
    @Nullable String sourceName,
    @Nullable String sourceSlug,
    @Nullable String replayedEventId) {

  /**
   * Why it can never be replayed, to be read after a colon; null when it can.
   *
   * <p>Of a body that passed the limit of all sources the rest was never read, one may be longer
   * than what is kept, and a handshake is no event.
   */
  public @Nullable String obstacle() {
    if (replayedEventId != null) {
      return "it became event " + replayedEventId;
    }
    return switch (refused.reason()) {
      case HANDSHAKE -> "it is a handshake";
      default -> truncated ? "its body was not kept whole" : null;
    };
  }
}
