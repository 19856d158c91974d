package dev.catchment.feedapi;

import dev.catchment.http.Request;
import java.util.Optional;
import java.util.regex.Pattern;

/** The address by which a request reached the server. */
@FunctionalInterface
public interface Address {
  /** A host name or an address, with or without a port (RFC 9110, section 7.2). */
  Pattern HOST = Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?");

  /** {@code https://host:port}; empty when the host is none. */
  Optional<String> of(Request.Head head);

  /** The address as the request itself tells it, whoever sent it. */
  static Address ofRequest() {
    return head ->
        HOST.matcher(head.host()).matches()
            ? Optional.of(head.scheme() + "://" + head.host())
            : Optional.empty();
  }
}
