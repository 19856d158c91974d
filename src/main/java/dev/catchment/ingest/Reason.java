package dev.catchment.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why a request did not become an event. */
public enum Reason {
  TOO_LARGE(413),
  SOURCE_PAUSED(503),
  SOURCE_DISABLED(403),
  SESSION_EXPIRED(410),
  IP_DENIED(403),
  IP_NOT_ALLOWED(403),
  RATE_LIMITED(429),
  QUOTA_EXCEEDED(429),
  SIGNATURE_MISSING(401),
  SIGNATURE_INVALID(401),
  TIMESTAMP_OUT_OF_TOLERANCE(401),
  VERIFIER_MISCONFIGURED(401),
  SCHEMA_INVALID(422),
  /** Not a refusal: the request was a provider's question and was answered as it asks. */
  HANDSHAKE(200);

  private final int responseStatus;

  Reason(int responseStatus) {
    this.responseStatus = responseStatus;
  }

  /** The HTTP status that its senders see, unless they are not told or a provider words it. */
  public int responseStatus() {
    return responseStatus;
  }

  /** The word on the wire and in the store: {@code too_large}, … */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The reason of a word; empty for any other word. */
  public static Optional<Reason> of(String word) {
    return Arrays.stream(values()).filter(reason -> reason.word().equals(word)).findFirst();
  }

  /** All words. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Reason::word).toList();
  }
}
