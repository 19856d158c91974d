package dev.catchment.outbound;

import inet.ipaddr.AddressStringParameters.RangeParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.ipv4.IPv4Address;
import inet.ipaddr.ipv6.IPv6Address;
import java.util.List;

/** A set of IPv4 and IPv6 networks in CIDR notation. Immutable. */
final class Networks {
  private static final IPAddressStringParameters CIDR =
      new IPAddressStringParameters.Builder()
          .allowEmpty(false)
          .allowAll(false)
          .allowSingleSegment(false)
          .allowMask(false)
          .setRangeOptions(RangeParameters.NO_RANGE)
          .toParams();

  private final List<IPAddress> blocks;

  private Networks(List<IPAddress> blocks) {
    this.blocks = blocks;
  }

  /**
   * The networks of texts such as {@code 10.0.0.0/8} or {@code ::1}. Throws
   * IllegalArgumentException, with the text in its message, for anything else.
   */
  static Networks of(List<String> texts) {
    return new Networks(texts.stream().map(Networks::block).toList());
  }

  private static IPAddress block(String text) {
    IPAddress address = new IPAddressString(text.strip(), CIDR).getAddress();
    if (address == null) {
      throw new IllegalArgumentException("'" + text + "' is not a network in CIDR notation");
    }
    return address.isPrefixed() ? address.toPrefixBlock() : address;
  }

  /** Whether an address of 4 or 16 bytes lies in one of the networks of its own family. */
  boolean contain(byte[] address) {
    IPAddress wanted = address.length == 4 ? new IPv4Address(address) : new IPv6Address(address);
    return blocks.stream().anyMatch(block -> block.contains(wanted));
  }
}
