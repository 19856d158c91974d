package dev.catchment.ingest;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who sent a request: the TCP peer or, only when the peer is a trusted proxy, whom the proxy names.
 */
public final class ClientAddress {
  /** {@code for=192.0.2.7}, {@code for="192.0.2.7:4711"} or {@code for="[2001:db8::7]:4711"}. */
  private static final Pattern FORWARDED_FOR =
      Pattern.compile(
          "(?:^|;)\\s*for=\"?(?:\\[([0-9a-f:.]{2,45})\\]|([0-9.]{7,15}))(?::[0-9]{1,5})?\"?\\s*(?:;|$)",
          Pattern.CASE_INSENSITIVE);

  /** Some proxies name the port as well: {@code 192.0.2.1:80} and {@code [2001:db8::1]:80}. */
  private static final Pattern PORT =
      Pattern.compile("^(?:\\[([0-9A-Fa-f:.]+)\\](?::\\d{1,5})?|([0-9.]+):\\d{1,5})$");

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
        .or(() ->
            headers.apply("Forwarded").map(ClientAddress::hops).flatMap(this::nearestStranger))
        .orElse(address.get())
        .toCanonicalString();
  }

  /** The right-most address that is not itself a trusted proxy. */
  private Optional<IPAddress> nearestStranger(String forwardedFor) {
    for (String hop : List.of(forwardedFor.split(",", -1)).reversed()) {
      Optional<IPAddress> address = parse(PORT.matcher(hop.strip()).replaceFirst("$1$2"));
      if (address.isEmpty()) {
        return Optional.empty();
      }
      if (!isTrusted(address.get())) {
        return address;
      }
    }
    return Optional.empty();
  }

  /**
   * The hops of a {@code Forwarded} header (RFC 7239) in the form of {@code X-Forwarded-For}; a hop
   * that names nobody is left blank.
   */
  private static String hops(String forwarded) {
    return Stream.of(forwarded.split(",", -1))
        .map(element -> {
          Matcher node = FORWARDED_FOR.matcher(element);
          if (!node.find()) {
            return "";
          }
          return node.group(1) == null ? String.valueOf(node.group(2)) : node.group(1);
        })
        .collect(Collectors.joining(","));
  }

  private boolean isTrusted(IPAddress address) {
    return trusted.stream().anyMatch(range -> range.contains(address));
  }

  private static Optional<IPAddress> parse(String text) {
    // The library takes no text for the loopback address.
    IPAddress address = text.isBlank() ? null : new IPAddressString(text.strip()).getAddress();
    if (address == null) {
      return Optional.empty();
    }
    return Optional.of(
        address.isIPv6() && address.toIPv6().isIPv4Mapped()
            ? address.toIPv6().getEmbeddedIPv4Address()
            : address);
  }
}
