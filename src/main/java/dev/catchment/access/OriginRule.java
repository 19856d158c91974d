package dev.catchment.access;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may make a browser change something with the cookie it holds.
 *
 * @param origins {@code scheme://host} or {@code scheme://host:port}, in lower case
 */
public record OriginRule(Set<String> origins) {
  /** Pages of the public URL, and of the origins in {@code api.cors_origins}. */
  public static OriginRule of(String publicUrl, Set<String> corsOrigins) {
    Set<String> all = corsOrigins.stream().map(OriginRule::normal).collect(Collectors.toSet());
    all.add(normal(publicUrl));
    return new OriginRule(Set.copyOf(all));
  }

  /**
   * Whether a changing request that is authorised by cookie may go on. One without an {@code
   * Origin} was not sent by a page; one whose page came from the very host it calls is the server's
   * own.
   *
   * @param origin the header {@code Origin}
   * @param host the header {@code Host}
   */
  public boolean allows(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return true;
    }
    String page = normal(origin);
    int authority = page.indexOf("://");
    return origins.contains(page)
        || (host != null
            && !host.isEmpty()
            && authority > 0
            && page.substring(authority + 3).equals(host.toLowerCase(Locale.ROOT)));
  }

  /** Without the path, and without the port that the scheme means anyway. */
  private static String normal(String url) {
    String text = url.strip().toLowerCase(Locale.ROOT);
    int authority = text.indexOf("://");
    int path = authority < 0 ? -1 : text.indexOf('/', authority + 3);
    String origin = path < 0 ? text : text.substring(0, path);
    boolean usualPort =
        (origin.startsWith("https://") && origin.endsWith(":443"))
            || (origin.startsWith("http://") && origin.endsWith(":80"));
    return usualPort ? origin.substring(0, origin.lastIndexOf(':')) : origin;
  }
}
