package dev.catchment.verify;

import org.jspecify.annotations.Nullable;

/** What a verification says of one request. */
public sealed interface Verdict {
  /**
   * The request is its sender's.
   *
   * @param id the delivery's id, where the scheme signs one
   * @param timeMillis when it was signed, in milliseconds since 1970, where the scheme says
   */
  record Verified(@Nullable String id, @Nullable Long timeMillis) implements Verdict {}

  /**
   * The request is not to be accepted.
   *
   * @param detail a sentence for the owner of the source; holds no secret and no right signature
   */
  record Refused(Reason reason, String detail) implements Verdict {}

  /**
   * Nothing can be said without a key of the provider. Fetch it, and check again with a source that
   * has it; refuse when it cannot be had.
   */
  record NeedsKey(Fetch fetch) implements Verdict {}
}
