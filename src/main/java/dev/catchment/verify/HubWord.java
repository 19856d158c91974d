package dev.catchment.verify;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a WebSub hub said of a subscription.
 *
 * @param leaseSeconds for how long it was granted; null when the hub did not say, or did not grant
 * @param reason why it was denied, in the hub's words
 */
public record HubWord(State state, @Nullable Long leaseSeconds, @Nullable String reason) {
  private static final int REASON_CHARS_MAX = 500;

  /** Cuts a reason that is too long to be kept. */
  public HubWord {
    if (reason != null && reason.length() > REASON_CHARS_MAX) {
      reason = reason.substring(0, REASON_CHARS_MAX);
    }
  }

  /** How the subscription stands. */
  public enum State {
    GRANTED,
    ENDED,
    DENIED;

    /** The word in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A sentence for the owner of the source. */
  String sentence() {
    return switch (state) {
      case GRANTED ->
          "The hub granted the subscription"
              + (leaseSeconds == null ? "" : " for " + leaseSeconds + " s");
      case ENDED -> "The hub ended the subscription";
      case DENIED -> "The hub denied the subscription" + (reason == null ? "" : ": " + reason);
    };
  }
}
