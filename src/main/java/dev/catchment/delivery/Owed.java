package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.log.StoredEvent;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that somebody owes a receiver: the newest row of its attempts.
 *
 * @param id of the attempt
 * @param event what to deliver
 * @param claimNumber which claim of the row this is; 0 while nobody holds it
 * @param transform the hash of the expression that makes its body; null for the body as it came
 * @param turn when it may be sent
 */
public record Owed(
    String id,
    Scope scope,
    StoredEvent event,
    String connectionId,
    String destinationId,
    Numbers numbers,
    long claimNumber,
    @Nullable String transform,
    Turn turn) {
  /** One that waits for no other. */
  public Owed(
      String id,
      Scope scope,
      StoredEvent event,
      String connectionId,
      String destinationId,
      Numbers numbers,
      long claimNumber,
      @Nullable String transform) {
    this(id, scope, event, connectionId, destinationId, numbers, claimNumber, transform, Turn.FREE);
  }

  /**
   * When a delivery may be sent.
   *
   * @param line the line it stands in, made by {@link Lines#of}; null when it stands in none
   * @param probe whether it tries a receiver whose circuit is open, so that it alone may be sent
   */
  public record Turn(@Nullable String line, boolean probe) {
    /** At any time. */
    public static final Turn FREE = new Turn(null, false);

    /** Once it is the first of its line; null is no line. */
    public static Turn in(@Nullable String line) {
      return line == null ? FREE : new Turn(line, false);
    }
  }

  /** The same delivery as the probe of its destination's circuit. */
  Owed asProbe() {
    return new Owed(
        id,
        scope,
        event,
        connectionId,
        destinationId,
        numbers,
        claimNumber,
        transform,
        new Turn(turn.line(), true));
  }

  /**
   * Which attempt it is.
   *
   * @param attempt from 1
   * @param firstOfRound the number of the attempt that began the present set of attempts
   * @param trigger {@code initial}, {@code retry}, {@code manual} or {@code replay}
   * @param replay what asked for the delivery; null when it was routed
   */
  public record Numbers(int attempt, int firstOfRound, String trigger, @Nullable Replay replay) {
    /** Of a delivery that was routed. */
    public Numbers(int attempt, int firstOfRound, String trigger) {
      this(attempt, firstOfRound, trigger, null);
    }

    /** The first attempt of a delivery that a replay asked for. */
    public static Numbers of(Replay replay) {
      return new Numbers(1, 1, "replay", replay);
    }

    /** The number of the attempt in its set, from 1. */
    int inRound() {
      return attempt - firstOfRound + 1;
    }

    /** The numbers of the attempt that follows when this one has failed. */
    Numbers ofRetry() {
      return new Numbers(attempt + 1, firstOfRound, "retry", replay);
    }

    /** Whether a failure leads to another attempt and at last to a dead letter. */
    boolean retries() {
      return replay == null || replay.retries();
    }
  }

  /**
   * The replay that asked for a delivery.
   *
   * @param retries false: it is given up after one failure and is no dead letter
   * @param aside whether the event had deliveries before, whose state alone is that of the event
   */
  public record Replay(String id, boolean retries, boolean aside) {}

  /** How the row of a new delivery begins. */
  public enum Begin {
    /** This node sends it itself. */
    CLAIMED,
    /** Whoever comes first may claim it. */
    DUE,
    /** Nobody may, until it is released. */
    HELD,
    /** Nobody may, until the circuit of its destination lets it. */
    WAITING
  }

  /** A new delivery together with how its row begins. */
  public record New(Owed owed, Begin begin, String url, String method) {}
}
