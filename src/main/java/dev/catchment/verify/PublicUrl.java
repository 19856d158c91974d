package dev.catchment.verify;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL as the sender saw it: the configured one, else the ingest URL, else the one of the
 * request, with the query that came in.
 *
 * @param base without knowledge of the request; null when nothing is known
 */
record PublicUrl(@Nullable String base) {
  /** What HubSpot shows decoded in the URL it signs (its "request validation" page). */
  private static final Pattern DECODED =
      Pattern.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", Pattern.CASE_INSENSITIVE);

  /** Every URL that the sender may mean, at most two. */
  List<String> candidates(SignedRequest request) {
    String known = base == null ? request.url() : base;
    Set<String> urls = new LinkedHashSet<>();
    int mark = known.indexOf('?');
    if (mark >= 0) {
      urls.add(known);
    }
    String query = request.query();
    String bare = mark < 0 ? known : known.substring(0, mark);
    urls.add(query == null ? bare : bare + "?" + query);
    return List.copyOf(urls);
  }

  /** The same URL with some percent escapes decoded, as HubSpot does it. */
  static String partlyDecoded(String url) {
    return DECODED
        .matcher(url)
        .replaceAll(match ->
            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))));
  }

  /** The URL, then without a port, then with the one of its scheme: senders differ. */
  static Set<String> withAndWithoutPort(String url) {
    Set<String> urls = new LinkedHashSet<>(List.of(url));
    int start = url.indexOf("://") + 3;
    int end = start;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    if (start < 3) {
      return urls;
    }
    String authority = url.substring(start, end);
    int colon = authority.lastIndexOf(':');
    String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    String port = url.startsWith("https") ? ":443" : ":80";
    urls.add(url.substring(0, start) + host + url.substring(end));
    urls.add(url.substring(0, start) + host + port + url.substring(end));
    return urls;
  }

  /** Path and query of a URL. */
  static String pathAndQuery(String url) {
    int start = url.indexOf("://");
    int path = url.indexOf('/', start < 0 ? 0 : start + 3);
    return path < 0 ? "/" : url.substring(path);
  }
}
