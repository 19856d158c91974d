package dev.catchment.log;

import dev.catchment.base.Scope;
import org.jspecify.annotations.Nullable;

/**
 * What came in, as it came in. Never changed after append.
 *
 * @param id 32 lower-case hex digits, UUIDv7 of the time of receipt
 * @param scope whose it is
 * @param sourceId the source it came to
 * @param request the request's facts
 * @param body the raw bytes; not to be modified
 * @param receivedAt milliseconds since 1970
 * @param checks what its source found out about it
 */
public record Event(
    String id,
    Scope scope,
    String sourceId,
    RequestFacts request,
    byte[] body,
    long receivedAt,
    Checks checks) {
  /** What stands for the method of a seed; no request can have it. */
  public static final String SEED_METHOD = "IMPORT";

  /** An event that nothing was asked of. */
  public Event(
      String id, Scope scope, String sourceId, RequestFacts request, byte[] body, long receivedAt) {
    this(id, scope, sourceId, request, body, receivedAt, Checks.NONE);
  }

  /**
   * What the source found out about an event before it was stored.
   *
   * @param verification {@code verified}, {@code schema_invalid}; null for none
   * @param verificationError why it does not fit the schema; null for none
   * @param dedup null when it is not looked for duplicates
   */
  public record Checks(
      @Nullable String verification, @Nullable String verificationError, @Nullable Dedup dedup) {
    /** Nothing was asked. */
    public static final Checks NONE = new Checks(null, null, null);
  }

  /**
   * The key by which duplicates are told.
   *
   * @param hash SHA-256 of the key in hex
   * @param windowMillis for how long after an original others are its duplicates
   * @param duplicateOf the id of the original, known once the event is stored; null for an original
   */
  public record Dedup(String hash, long windowMillis, @Nullable String duplicateOf) {}

  /** Whether it repeats another event: it is kept, and nobody acts on it. */
  public boolean isDuplicate() {
    return checks.dedup() != null && checks.dedup().duplicateOf() != null;
  }

  /**
   * Whether connections and live feeds of deliveries are to see it: neither a duplicate nor a seed,
   * which only fills collections.
   */
  public boolean isRouted() {
    return !isDuplicate() && !isSeed();
  }

  /** Whether it was imported to fill a collection. */
  public boolean isSeed() {
    return request.method().equals(SEED_METHOD);
  }

  Event duplicateOf(Dedup dedup, String original) {
    return new Event(
        id,
        scope,
        sourceId,
        request,
        body,
        receivedAt,
        new Checks(
            checks.verification(),
            checks.verificationError(),
            new Dedup(dedup.hash(), dedup.windowMillis(), original)));
  }

  /**
   * The facts of the request beside its body.
   *
   * @param method {@code POST}, …
   * @param headersJson a JSON object of lower-case names to values, repeated values joined by
   *     {@code ", "}
   * @param queryJson a JSON object of names to a value or an array of values
   * @param contentType as sent
   * @param sourceIp the client's address as text
   */
  public record RequestFacts(
      String method,
      String headersJson,
      String queryJson,
      @Nullable String contentType,
      @Nullable String sourceIp) {}

  /** About how many bytes it holds in memory. */
  long weight() {
    return body.length + 2L * (request.headersJson().length() + request.queryJson().length()) + 512;
  }
}
