package dev.catchment.outbound;

import dev.catchment.base.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy through which every outgoing connection goes.
 *
 * @param authorization the value of {@code Proxy-Authorization}; empty for none
 */
public record Proxy(String host, int port, Secret authorization) {
  private static final int PORT_MAX = 65_535;

  /** Reads {@code http://[user:password@]host:port}; empty for anything else. */
  public static Optional<Proxy> parse(String url) {
    try {
      URI uri = new URI(url);
      boolean plain =
          (uri.getRawPath() == null || uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null;
      if (!"http".equalsIgnoreCase(uri.getScheme())
          || uri.getHost() == null
          || uri.getPort() < 1
          || uri.getPort() > PORT_MAX
          || !plain) {
        return Optional.empty();
      }
      String host =
          uri.getHost().startsWith("[")
              ? uri.getHost().substring(1, uri.getHost().length() - 1)
              : uri.getHost();
      return Optional.of(new Proxy(host, uri.getPort(), authorization(uri.getUserInfo())));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static Secret authorization(@Nullable String user) {
    return new Secret(
        user == null
            ? ""
            : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
  }
}
