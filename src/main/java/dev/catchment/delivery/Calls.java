package dev.catchment.delivery;

import dev.catchment.observe.Log;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes one attempt: the request, the call, and what follows from its result. */
final class Calls {
  private static final Log LOG = Log.of("delivery.calls");

  private final HttpRequests requests;
  private final Sender sender;
  private final RandomGenerator random;
  private final InstantSource clock;

  /**
   * @param random for the jitter of retries
   */
  Calls(HttpRequests requests, Sender sender, RandomGenerator random, InstantSource clock) {
    this.requests = requests;
    this.sender = sender;
    this.random = random;
    this.clock = clock;
  }

  /** Blocking; never throws for trouble with the request or the receiver. */
  Outcome make(Owed owed, Destination destination) {
    @Nullable String sent = null;
    SendResult result;
    try {
      Outgoing request = requests.request(destination, owed, clock.millis());
      sent = HttpRequests.masked(request, destination.target());
      result = sender.send(request);
    } catch (RuntimeException e) {
      // A fault of ours, but an attempt all the same, or it would be made again without end.
      LOG.error("delivery.failed", e, "attempt", owed.id());
      result = new SendResult.Unanswered(SendResult.Kind.OTHER, "The request could not be made", 0);
    }
    long now = clock.millis();
    return new Outcome(
        owed,
        result,
        RetryPolicy.decide(
            destination.retry(), owed.numbers().inRound(), result, now, random.nextDouble()),
        sent,
        now);
  }
}
