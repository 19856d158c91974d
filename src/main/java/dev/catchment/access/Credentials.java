package dev.catchment.access;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request may carry credentials, as it was sent.
 *
 * @param apiKey the header {@code X-API-Key}
 * @param authorization the header {@code Authorization}
 * @param cookies every header {@code Cookie}
 */
public record Credentials(
    @Nullable String apiKey, @Nullable String authorization, List<String> cookies) {

  private static final String SCHEME = "Bearer ";

  /** The keys of the two headers, in the order in which they count. */
  List<String> keys() {
    List<String> keys = new ArrayList<>(2);
    if (apiKey != null && !apiKey.isBlank()) {
      keys.add(apiKey.strip());
    }
    // RFC 9110, section 11.1: the name of a scheme has no case.
    if (authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      keys.add(authorization.substring(SCHEME.length()).strip());
    }
    return keys;
  }
}
