package dev.catchment.main;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms that texts of settings take: each gives the one way to write it, or empty. */
final class ConfigForms {
  /** RFC 9110, section 5.6.2. */
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");

  private static final Pattern HOST =
      Pattern.compile(
          "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\\.?");
  private static final Pattern DOTTED = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern COLONS = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Pattern DATABASE = Pattern.compile("/[^/]+");
  private static final Pattern BITS = Pattern.compile("\\d{1,3}");

  private ConfigForms() {}

  /** An http or https URL without user, query or fragment, given without a slash at its end. */
  static Optional<String> webAddress(String text) {
    URI uri = parse(text);
    if (uri == null
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || !("http".equalsIgnoreCase(uri.getScheme())
            || "https".equalsIgnoreCase(uri.getScheme()))) {
      return Optional.empty();
    }
    return Optional.of(text.replaceAll("/+$", ""));
  }

  /** An origin of RFC 6454 as browsers send it: scheme, host and port if it is not the usual. */
  static Optional<String> origin(String text) {
    URI uri = parse(text);
    if (uri == null
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || !uri.getRawPath().isEmpty()
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      return Optional.empty();
    }
    return Optional.of(text.toLowerCase(Locale.ROOT));
  }

  /** An origin, {@code *} or {@code null}. */
  static Optional<String> anyOrigin(String text) {
    return text.equals("*") || text.equals("null") ? Optional.of(text) : origin(text);
  }

  /** The name of a header, or the beginning of one. */
  static Optional<String> headerName(String text) {
    return Optional.of(text).filter(name -> TOKEN.matcher(name).matches());
  }

  /** A host name or an address without port, in lower case. */
  static Optional<String> host(String text) {
    String host = text.toLowerCase(Locale.ROOT);
    if (HOST.matcher(host).matches() || address(host) != null) {
      return Optional.of(host);
    }
    return Optional.empty();
  }

  /** An address, or a network in CIDR form whose bits beyond the prefix are zero. */
  static Optional<String> network(String text) {
    int slash = text.indexOf('/');
    byte[] address = address(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      return Optional.empty();
    }
    if (slash < 0) {
      return Optional.of(text);
    }
    String digits = text.substring(slash + 1);
    int bits = BITS.matcher(digits).matches() ? Integer.parseInt(digits) : Integer.MAX_VALUE;
    if (bits > address.length * 8) {
      return Optional.empty();
    }
    for (int bit = bits; bit < address.length * 8; bit++) {
      if ((address[bit / 8] >> (7 - bit % 8) & 1) != 0) {
        return Optional.empty();
      }
    }
    return Optional.of(text);
  }

  /**
   * Whether it is {@code postgresql://user:password@host:port/name}; password and port may lack.
   */
  static boolean isPostgres(String text) {
    URI uri = parse(text);
    return uri != null
        && ("postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme()))
        && uri.getHost() != null
        && uri.getPort() != 0
        && uri.getPort() <= 65_535
        && uri.getRawUserInfo() != null
        && !uri.getRawUserInfo().isEmpty()
        && !uri.getRawUserInfo().startsWith(":")
        && DATABASE.matcher(uri.getRawPath()).matches()
        && uri.getRawQuery() == null
        && uri.getRawFragment() == null;
  }

  private static @Nullable URI parse(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static byte @Nullable [] address(String text) {
    // The JDK also reads 10.1 and 1 as addresses, and scopes after a percent sign: refused here.
    if (!DOTTED.matcher(text).matches() && !COLONS.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text).getAddress();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
