package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.format.util.DualIPv4v6Tries;
import org.jspecify.annotations.Nullable;

/** IPv4 and IPv6 addresses and CIDR ranges. Immutable and safe for use by several threads. */
public final class AddressList {
  /** How many entries a list may have. */
  public static final int ENTRIES_MAX = 1_000;

  /** Plain addresses and prefixes only: no wildcards, ranges, zones or short forms of IPv4. */
  private static final IPAddressStringParameters PLAIN =
      new IPAddressStringParameters.Builder()
          .allowEmpty(false)
          .allowAll(false)
          .allowMask(false)
          .allowWildcardedSeparator(false)
          .setRangeOptions(inet.ipaddr.AddressStringParameters.RangeParameters.NO_RANGE)
          .getIPv4AddressParametersBuilder()
          .allow_inet_aton(false)
          .getParentBuilder()
          .getIPv6AddressParametersBuilder()
          .allowZone(false)
          .getParentBuilder()
          .toParams();

  private final DualIPv4v6Tries entries = new DualIPv4v6Tries();

  private AddressList() {}

  /**
   * The list of an array of strings.
   *
   * @param field what to name in a failure
   */
  public static AddressList parse(Json.Arr array, String field) {
    if (array.items().size() > ENTRIES_MAX) {
      throw Failure.body(field, "may have at most " + ENTRIES_MAX + " entries");
    }
    AddressList list = new AddressList();
    for (int i = 0; i < array.items().size(); i++) {
      IPAddress entry =
          array.items().get(i) instanceof Json.Str(String text) ? address(text.strip()) : null;
      if (entry == null) {
        throw Failure.body(field + "[" + i + "]", "must be an IPv4 or IPv6 address or CIDR range");
      }
      list.entries.add(entry.toPrefixBlock());
    }
    return list;
  }

  /** Whether the address is one of the list or in one of its ranges; no address never is. */
  boolean contains(@Nullable String text) {
    IPAddress address = text == null ? null : address(text);
    return address != null && entries.elementContains(address.withoutPrefixLength());
  }

  private static @Nullable IPAddress address(String text) {
    IPAddress address = new IPAddressString(text, PLAIN).getAddress();
    if (address == null || !address.isIPv6() || !address.toIPv6().isIPv4Mapped()) {
      return address;
    }
    // An IPv4 client may look like either.
    Integer prefix = address.getNetworkPrefixLength();
    IPAddress embedded = address.toIPv6().withoutPrefixLength().getEmbeddedIPv4Address();
    return prefix == null
        ? embedded
        : prefix >= 96 ? embedded.setPrefixLength(prefix - 96) : address;
  }
}
