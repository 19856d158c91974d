package dev.catchment.outbound;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Finds the IPv4 addresses that an IPv6 address carries and that packets to it may end up at.
 *
 * <p>Mapped, compatible and translated forms (RFC 4291 section 2.5.5, RFC 2765) and NAT64 (RFC
 * 6052) are mere shells of the inner address. 6to4 (RFC 3056) and ISATAP (RFC 5214) are addresses
 * of their own as well, so the ranges for IPv6 hold for them too.
 */
final class EmbeddedV4 {
  private static final List<byte[]> SHELLS =
      List.of(
          hex("00000000000000000000ffff"), // ::ffff:0:0/96, mapped
          hex("000000000000000000000000"), // ::/96, compatible
          hex("0000000000000000ffff0000"), // ::ffff:0:0:0/96, translated
          hex("0064ff9b0000000000000000")); // 64:ff9b::/96, NAT64
  private static final int SHELL_BYTES = 12;

  private EmbeddedV4() {}

  /** Whether the 16 bytes are nothing but another way to write an IPv4 address. */
  static boolean isShell(byte[] v6) {
    return SHELLS.stream()
        .anyMatch(shell -> Arrays.equals(shell, 0, SHELL_BYTES, v6, 0, SHELL_BYTES));
  }

  /** Every IPv4 address inside the 16 bytes, 4 bytes each; none for most addresses. */
  static List<byte[]> in(byte[] v6) {
    List<byte[]> inner = new ArrayList<>(2);
    if (isShell(v6)) {
      inner.add(Arrays.copyOfRange(v6, 12, 16));
    }
    if (v6[0] == 0x20 && v6[1] == 0x02) {
      inner.add(Arrays.copyOfRange(v6, 2, 6));
    }
    boolean isatap = (v6[8] & ~0x02) == 0 && v6[9] == 0 && v6[10] == 0x5e && v6[11] == (byte) 0xfe;
    if (isatap) {
      inner.add(Arrays.copyOfRange(v6, 12, 16));
    }
    return inner;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
