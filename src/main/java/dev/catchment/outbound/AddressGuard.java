package dev.catchment.outbound;

import dev.catchment.base.Failure;
import inet.ipaddr.ipv6.IPv6Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Decides which addresses outgoing connections may go to: the public ones, those of the allowed
 * networks, or all when private addresses are allowed.
 *
 * <p>A name is judged when the connection is made, by {@link #resolve}; only what it gives may be
 * connected to, so a second look-up cannot give another answer. Immutable, safe for use by several
 * threads.
 */
public final class AddressGuard {
  private final boolean allowPrivate;
  private final Networks allowed;
  private final Resolver resolver;

  /**
   * Throws IllegalArgumentException when one of the networks is not in CIDR notation.
   *
   * @param allowPrivate whether every address may be called
   * @param allowNetworks networks that may be called although they are not public
   */
  public AddressGuard(boolean allowPrivate, List<String> allowNetworks, Resolver resolver) {
    this.allowPrivate = allowPrivate;
    this.allowed = Networks.of(allowNetworks);
    this.resolver = resolver;
  }

  /** {@code points to <address>, which is not allowed (…)}; empty when it may be called. */
  public Optional<String> refusal(InetAddress address) {
    return mayCall(address.getAddress()) ? Optional.empty() : Optional.of(sentence(text(address)));
  }

  /**
   * The addresses of a host name or literal, looked up once; each may be connected to. One answer
   * that may not be called refuses the whole name with a {@link BlockedAddressException}. Blocking.
   */
  public List<InetAddress> resolve(String host) throws UnknownHostException {
    Optional<InetAddress> literal = IpLiteral.parse(host);
    List<InetAddress> answers =
        literal.isPresent() ? List.of(literal.get()) : List.of(resolver.resolve(host));
    if (answers.isEmpty()) {
      throw new UnknownHostException(host);
    }
    for (InetAddress answer : answers) {
      Optional<String> refusal = refusal(answer);
      if (refusal.isPresent()) {
        throw new BlockedAddressException("The URL " + refusal.get());
      }
    }
    return answers;
  }

  /**
   * Refuses, as a {@link Failure} of the request field, a URL that can never be called: not http or
   * https, with user information, without a host, malformed, over 2,048 characters, or with a
   * literal address or {@code localhost} that is not allowed. Names are not looked up here.
   */
  public void checkOnSave(String url, String field) {
    String host;
    try {
      host = Target.parse(url).host();
    } catch (Target.UnfitUrlException e) {
      throw Failure.body(field, e.rule());
    }
    Optional<String> refusal =
        isLocalhost(host)
            ? refusal(InetAddress.getLoopbackAddress()).map(loopback -> sentence(host))
            : IpLiteral.parse(host).flatMap(this::refusal);
    refusal.ifPresent(sentence -> {
      throw Failure.body(field, sentence);
    });
  }

  private static boolean isLocalhost(String host) {
    return host.equals("localhost") || host.endsWith(".localhost");
  }

  private boolean mayCall(byte[] address) {
    return allowPrivate || allowed.contain(address) || isPublic(address);
  }

  private boolean isPublic(byte[] address) {
    if (address.length == 4) {
      return !Ranges.isReserved(address);
    }
    for (byte[] inner : EmbeddedV4.in(address)) {
      if (!mayCall(inner)) {
        return false;
      }
    }
    return EmbeddedV4.isShell(address) || !Ranges.isReserved(address);
  }

  private static String sentence(String address) {
    return "points to "
        + address
        + ", which is not allowed (set delivery.allow_private=true to allow private addresses)";
  }

  private static String text(InetAddress address) {
    return address instanceof Inet6Address
        ? new IPv6Address(address.getAddress()).toCanonicalString()
        : address.getHostAddress();
  }
}
