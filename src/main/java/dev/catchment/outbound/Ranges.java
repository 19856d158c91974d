package dev.catchment.outbound;

import java.util.List;

/**
 * The address ranges that are not public, after the IANA special-purpose address registries (RFC
 * 6890 and its successors).
 */
final class Ranges {
  private static final Networks RESERVED =
      Networks.of(
          List.of(
              "0.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.0.2.0/24",
              "192.88.99.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "198.51.100.0/24",
              "203.0.113.0/24",
              "224.0.0.0/4",
              "240.0.0.0/4",
              "::/8",
              "fc00::/7",
              "fe80::/10",
              "fec0::/10",
              "ff00::/8",
              "2001:db8::/32",
              "3fff::/20",
              "100::/64",
              "5f00::/16",
              "2001::/23",
              "64:ff9b:1::/48"));

  /** What is public inside 2001::/23: anycast services, AMT, AS112, ORCHIDv2 and drone ids. */
  private static final Networks PUBLIC_AFTER_ALL =
      Networks.of(
          List.of(
              "2001:1::1/128",
              "2001:1::2/128",
              "2001:1::3/128",
              "2001:3::/32",
              "2001:4:112::/48",
              "2001:20::/28",
              "2001:30::/28"));

  private Ranges() {}

  /** Whether an address of 4 or 16 bytes lies in a range that is not public. */
  static boolean isReserved(byte[] address) {
    return RESERVED.contain(address) && !PUBLIC_AFTER_ALL.contain(address);
  }
}
