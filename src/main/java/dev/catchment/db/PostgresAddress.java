package dev.catchment.db;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Where a PostgreSQL is and who logs in there.
 *
 * @param jdbc the driver's form of the address, without the login
 * @param user empty when the address names none
 * @param password empty when the address names none
 */
record PostgresAddress(String jdbc, String user, String password) {
  /** The address in a text {@code postgresql://user:password@host:port/name}. */
  static PostgresAddress of(String url) {
    URI uri = URI.create(url);
    String jdbc =
        "jdbc:postgresql://"
            + uri.getHost()
            + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
            + uri.getPath();
    String login = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
    int colon = login.indexOf(':');
    return colon < 0
        ? new PostgresAddress(jdbc, decode(login), "")
        : new PostgresAddress(
            jdbc, decode(login.substring(0, colon)), decode(login.substring(colon + 1)));
  }

  private static String decode(String text) {
    // The decoder is one for forms, where a plus is a space; in an address it is a plus.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
