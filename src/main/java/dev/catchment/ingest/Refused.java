package dev.catchment.ingest;

import dev.catchment.base.Scope;
import dev.catchment.log.Event;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A request to a known source that did not become an event.
 *
 * @param facts the request beside its body
 * @param body what was read of the body, or the beginning of it; not to be modified
 * @param payloadSize how many bytes of the body were read
 * @param whole whether that was all of it
 * @param detail what an operator should know beside the reason; senders do not see it
 * @param responseStatus the status of the answer, as the door words it
 * @param receivedAt milliseconds since 1970
 */
public record Refused(
    String sourceId,
    Scope scope,
    Event.RequestFacts facts,
    byte[] body,
    long payloadSize,
    boolean whole,
    Reason reason,
    @Nullable String detail,
    int responseStatus,
    long receivedAt) {

  /** The same with no more of the body than this. */
  Refused cutTo(int bytesMax) {
    return body.length <= bytesMax
        ? this
        : new Refused(
            sourceId,
            scope,
            facts,
            Arrays.copyOf(body, bytesMax),
            payloadSize,
            whole,
            reason,
            detail,
            responseStatus,
            receivedAt);
  }

  /** Whether some of the body is missing. */
  public boolean isTruncated() {
    return !whole || body.length < payloadSize;
  }

  /** About how many bytes it holds in memory. */
  long weight() {
    return body.length
        + 2L * (facts.headersJson().length() + facts.queryJson().length())
        + (detail == null ? 0L : 2L * detail.length())
        + 512;
  }
}
