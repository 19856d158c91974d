package dev.catchment.outbound;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Reads an address written where a host name may stand, in every form that some system call takes
 * for an address: dotted, decimal, octal, hexadecimal and short IPv4 (as inet_aton does), and IPv6.
 */
final class IpLiteral {
  private static final int PARTS_MAX = 4;

  private IpLiteral() {}

  /** The address; empty for a name. IPv6 stands without brackets, one trailing dot is ignored. */
  static Optional<InetAddress> parse(String host) {
    if (host.indexOf(':') >= 0) {
      return host.indexOf('%') >= 0 ? Optional.empty() : parseV6(host);
    }
    return parseV4(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
  }

  /** Whether a host must be an IPv4 address or nothing, because its last label is a number. */
  static boolean endsInNumber(String host) {
    return number(host.substring(host.lastIndexOf('.') + 1)) >= 0;
  }

  private static Optional<InetAddress> parseV6(String host) {
    try {
      return Optional.of(Inet6Address.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<InetAddress> parseV4(String host) {
    String[] parts = host.split("\\.", -1);
    if (parts.length > PARTS_MAX) {
      return Optional.empty();
    }
    long address = 0;
    for (int i = 0; i < parts.length; i++) {
      long part = number(parts[i]);
      boolean last = i == parts.length - 1;
      // The last part fills all the bytes that are left.
      int bytes = last ? PARTS_MAX - i : 1;
      if (part < 0 || part >= 1L << (8 * bytes)) {
        return Optional.empty();
      }
      address = (address << (8 * bytes)) | part;
    }
    byte[] bytes = {
      (byte) (address >>> 24), (byte) (address >>> 16), (byte) (address >>> 8), (byte) address
    };
    try {
      return Optional.of(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("Four bytes are an address", e);
    }
  }

  /** The value of decimal, octal ({@code 017}) or hexadecimal ({@code 0x1f}) digits, or -1. */
  private static long number(String digits) {
    int radix = 10;
    String rest = digits;
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      radix = 16;
      rest = digits.substring(2);
      if (rest.isEmpty()) {
        return 0;
      }
    } else if (digits.length() > 1 && digits.startsWith("0")) {
      radix = 8;
    }
    long value = rest.isEmpty() ? -1 : 0;
    for (int i = 0; i < rest.length() && value >= 0; i++) {
      int digit = rest.charAt(i) < 128 ? Character.digit(rest.charAt(i), radix) : -1;
      if (digit < 0) {
        value = radix == 8 ? decimal(rest) : -1;
        break;
      }
      // Beyond 32 bits only "too large" counts, and further digits must not overflow.
      value = Math.min(value * radix + digit, 1L << 40);
    }
    return value;
  }

  /** {@code 089} is no octal number, but still all digits, so it must not pass for a name. */
  private static long decimal(String digits) {
    return digits.chars().allMatch(c -> c >= '0' && c <= '9') ? 1L << 40 : -1;
  }
}
