package dev.catchment.outbound;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a URL leads, read once for both the check and the connection, so that they cannot disagree.
 *
 * @param scheme {@code http} or {@code https}
 * @param host lower-case ASCII, without brackets and trailing dot
 * @param port -1 for the scheme's own
 * @param path path and query in ASCII, at least {@code /}
 */
record Target(String scheme, String host, int port, String path) {
  static final int URL_CHARACTERS_MAX = 2048;

  private static final int HOST_CHARACTERS_MAX = 253;
  private static final int PORT_MAX = 65_535;
  private static final String NOT_A_URL = "must be a valid URL";

  /** A URL that cannot be called; the message is a rule such as {@code must name a host}. */
  static final class UnfitUrlException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String rule;

    private UnfitUrlException(String rule) {
      super(rule);
      this.rule = rule;
    }

    String rule() {
      return rule;
    }
  }

  /** Throws {@link UnfitUrlException} for a URL that cannot be called. */
  static Target parse(String url) {
    if (url.codePointCount(0, url.length()) > URL_CHARACTERS_MAX) {
      throw new UnfitUrlException("must be at most " + URL_CHARACTERS_MAX + " characters");
    }
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new UnfitUrlException(NOT_A_URL);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new UnfitUrlException("must be an http or https URL");
    }
    String authority = uri.getRawAuthority();
    if (authority == null) {
      throw new UnfitUrlException("must name a host");
    }
    if (authority.indexOf('@') >= 0) {
      throw new UnfitUrlException("must not hold user information");
    }
    int hostEnd = hostEnd(authority);
    return new Target(
        scheme,
        host(authority.substring(0, hostEnd)),
        port(authority.substring(hostEnd)),
        path(uri));
  }

  private static int hostEnd(String authority) {
    if (authority.startsWith("[")) {
      return authority.indexOf(']') + 1;
    }
    int colon = authority.indexOf(':');
    return colon < 0 ? authority.length() : colon;
  }

  private static int port(String text) {
    if (text.isEmpty() || text.equals(":")) {
      return -1;
    }
    if (!text.matches(":[0-9]{1,5}")) {
      throw new UnfitUrlException(NOT_A_URL);
    }
    int port = Integer.parseInt(text.substring(1));
    if (port < 1 || port > PORT_MAX) {
      throw new UnfitUrlException("must have a port from 1 to " + PORT_MAX);
    }
    return port;
  }

  private static String host(String text) {
    if (text.startsWith("[")) {
      String inner = text.substring(1, text.length() - 1);
      if (IpLiteral.parse(inner).isEmpty()) {
        throw new UnfitUrlException(NOT_A_URL);
      }
      return inner.toLowerCase(Locale.ROOT);
    }
    String host = ascii(text);
    host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    if (host.isEmpty()) {
      throw new UnfitUrlException("must name a host");
    }
    // Underscores are no host name to the letter of the law, but container networks use them.
    boolean fits =
        host.length() <= HOST_CHARACTERS_MAX && host.matches("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");
    if (!fits || (IpLiteral.endsInNumber(host) && IpLiteral.parse(host).isEmpty())) {
      throw new UnfitUrlException(NOT_A_URL);
    }
    return host;
  }

  /** Full-width digits and other look-alikes become what a resolver would make of them. */
  private static String ascii(String host) {
    try {
      return IDN.toASCII(host).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw new UnfitUrlException(NOT_A_URL);
    }
  }

  private static String path(URI uri) {
    URI ascii = URI.create(uri.toASCIIString());
    String path = ascii.getRawPath();
    String query = ascii.getRawQuery();
    return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }
}
