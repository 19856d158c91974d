package dev.catchment.ingest;

import dev.catchment.verify.CertificateSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Certificates that were fetched for verifications, by address. A fetched one is kept, because a
 * certificate's address names its content; one that could not be had is not asked for again for a
 * while, so that forged requests cause no calls.
 */
final class Certificates implements CertificateSource {
  private static final int KEPT_MAX = 100;
  private static final long MISSING_MILLIS = 30_000;

  /**
   * What came of a fetch.
   *
   * @param certificate empty when it could not be had
   */
  private record Known(Optional<byte[]> certificate, long fetchedAt) {}

  private final Function<String, Optional<byte[]>> fetch;
  private final Map<String, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > KEPT_MAX;
        }
      };

  /** Certificates got by a blocking call; empty when there is none. */
  Certificates(Function<String, Optional<byte[]>> fetch) {
    this.fetch = fetch;
  }

  @Override
  public synchronized Optional<byte[]> find(String url) {
    Known found = known.get(url);
    return found == null ? Optional.empty() : found.certificate();
  }

  /** Fetches it unless it is known, or was missing a moment ago. */
  void fetch(String url, long nowMillis) {
    synchronized (this) {
      Known found = known.get(url);
      if (found != null
          && (found.certificate().isPresent() || nowMillis < found.fetchedAt() + MISSING_MILLIS)) {
        return;
      }
      // Whoever comes meanwhile is refused and comes again.
      known.put(url, new Known(Optional.empty(), nowMillis));
    }
    Optional<byte[]> fetched = fetch.apply(url);
    synchronized (this) {
      known.put(url, new Known(fetched, nowMillis));
    }
  }
}
