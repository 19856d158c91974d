package dev.catchment.ingest;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who sent a request: the TCP peer or, only when the peer is a trusted proxy, whom the proxy names.
 */
public final class ClientAddress {
  private final List<IPAddress> trusted;
  private final Optional<String> header;

  /**
   * An address rule.
   *
   * @param trustedProxies addresses and CIDR ranges, already checked
   * @param header a header in which trusted proxies put the client, such as {@code
   *     CF-Connecting-IP}; empty for {@code X-Forwarded-For}
   */
  public ClientAddress(List<String> trustedProxies, Optional<String> header) {
    this.trusted =
        trustedProxies.stream().map(text -> new IPAddressString(text).getAddress()).toList();
    this.header = header;
  }

  /**
   * The client's address as text; IPv4 inside IPv6 is shown as IPv4.
   *
   * @param peer the address of the TCP peer
   * @param headers gives the value of a header, repeated values joined by commas
   */
  public String of(String peer, Function<String, Optional<String>> headers) {
    Optional<IPAddress> address = parse(peer);
    if (trusted.isEmpty() || address.isEmpty() || !isTrusted(address.get())) {
      return address.map(IPAddress::toCanonicalString).orElse(peer);
    }
    Optional<IPAddress> named = header.flatMap(headers).flatMap(ClientAddress::parse);
    return named
        .or(() -> headers.apply("X-Forwarded-For").flatMap(this::nearestStranger))
        .orElse(address.get())
        .toCanonicalString();
  }

  /** The right-most address that is not itself a trusted proxy. */
  private Optional<IPAddress> nearestStranger(String forwardedFor) {
    for (String hop : List.of(forwardedFor.split(",", -1)).reversed()) {
      Optional<IPAddress> address = parse(hop);
      if (address.isEmpty()) {
        return Optional.empty();
      }
      if (!isTrusted(address.get())) {
        return address;
      }
    }
    return Optional.empty();
  }

  private boolean isTrusted(IPAddress address) {
    return trusted.stream().anyMatch(range -> range.contains(address));
  }

  private static Optional<IPAddress> parse(String text) {
    IPAddress address = new IPAddressString(text.strip()).getAddress();
    if (address == null) {
      return Optional.empty();
    }
    return Optional.of(
        address.isIPv6() && address.toIPv6().isIPv4Mapped()
            ? address.toIPv6().getEmbeddedIPv4Address()
            : address);
  }
}
