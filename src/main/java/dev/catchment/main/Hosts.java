package dev.catchment.main;

import dev.catchment.http.Request;
import dev.catchment.http.Router;
import dev.catchment.http.Site;
import java.util.Locale;
import java.util.Set;

/**
 * Which API answers: the feed API below {@code /feeds}, and on the hosts of {@code feeds.hosts}
 * also at {@code /v1}, where only intake and health of the gateway remain; the gateway everywhere
 * else.
 */
final class Hosts implements Site {
  private final Router gateway;
  private final Router feeds;
  private final boolean feedsEnabled;
  private final Set<String> feedHosts;

  Hosts(Router gateway, Router feeds, Config.Feeds settings) {
    this.gateway = gateway;
    this.feeds = feeds;
    this.feedsEnabled = settings.enabled();
    this.feedHosts = Set.copyOf(settings.doors().hosts());
  }

  @Override
  public Door door(Request.Head head) {
    String path = head.path();
    if (!feedsEnabled) {
      return new Door(gateway, path);
    }
    if (isBelow(path, "/feeds")) {
      return new Door(feeds, path);
    }
    if (feedHosts.isEmpty() || !feedHosts.contains(hostName(head.host()))) {
      return new Door(gateway, path);
    }
    boolean gatewayKeepsIt =
        isBelow(path, "/v1/ingest")
            || isBelow(path, "/v1/ws/ingest")
            || isBelow(path, "/v1/health");
    return gatewayKeepsIt ? new Door(gateway, path) : new Door(feeds, "/feeds" + path);
  }

  private static boolean isBelow(String path, String folder) {
    return path.startsWith(folder)
        && (path.length() == folder.length() || path.charAt(folder.length()) == '/');
  }

  /** The host of a Host header in lower case, without its port. */
  private static String hostName(String host) {
    int colon = host.lastIndexOf(':');
    boolean hasPort = colon > host.lastIndexOf(']');
    return (hasPort ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
  }
}
