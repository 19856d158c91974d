package dev.catchment.feedapi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says whose feeds the keys of a request open. Answers from memory. */
@FunctionalInterface
public interface KeyCheck {
  /**
   * Looks at the keys.
   *
   * @param apiKeys the values of all headers {@code X-API-Key}
   */
  Outcome of(List<String> apiKeys);

  /** What the keys have shown. */
  sealed interface Outcome {
    /**
     * The key opens feeds.
     *
     * @param orgId the organisation whose feeds it opens
     * @param envId the only project it opens; null for all of the organisation
     */
    record Granted(String orgId, @Nullable String envId) implements Outcome {}

    /** No key was sent. */
    record Missing() implements Outcome {}

    /** The key is unknown, revoked or expired, or several different ones were sent. */
    record Invalid() implements Outcome {}

    /** The organisation is disabled, or the key does not reach feeds. */
    record Forbidden() implements Outcome {}
  }
}
