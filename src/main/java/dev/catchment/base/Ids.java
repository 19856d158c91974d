package dev.catchment.base;

import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Makes and reads ids: UUIDv7 (RFC 9562, section 5.7) as 32 lower-case hex digits without dashes.
 *
 * <p>The first 48 bits are milliseconds since 1970, the next 12 a counter inside the millisecond,
 * so the ids of one maker sort by creation even when the clock stands or steps back. Safe for use
 * by several threads.
 */
public final class Ids {
  private static final Set<String> PREFIXES =
      Set.of(
          "org", "env", "src", "dst", "conn", "evt", "da", "att", "col", "rec", "top", "sub", "app",
          "ep", "msg", "iss", "ar", "nc", "rpl", "job", "ak", "usr", "dest");
  private static final int COUNTER_MAX = 0xFFF;
  private static final HexFormat HEX = HexFormat.of();

  private final InstantSource clock;
  private final RandomGenerator random;
  private long lastMillis;
  private int counter;

  /** Ids stamped by {@code clock}, made unguessable by {@code random}. */
  public Ids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** A new id, greater than every id this maker gave before. */
  public String next() {
    long high;
    long low;
    synchronized (this) {
      long now = clock.millis();
      if (now > lastMillis) {
        lastMillis = now;
        // The upper counter bit stays free, so a burst has room before it borrows the next tick.
        counter = random.nextInt(COUNTER_MAX / 2);
      } else if (++counter > COUNTER_MAX) {
        lastMillis++;
        counter = 0;
      }
      high = (lastMillis << 16) | 0x7000L | counter;
      low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
    }
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }

  /**
   * The smallest id of that millisecond: every id made at or after it is at least this, every id
   * made before it is less.
   */
  public static String floor(long epochMillis) {
    return HEX.toHexDigits(Math.max(0, epochMillis)).substring(4) + "0".repeat(20);
  }

  /**
   * The id in its one form. Accepts a known prefix such as {@code evt_}, upper-case digits and the
   * dashed UUID form; empty for anything else.
   */
  public static Optional<String> parse(String text) {
    String digits = text;
    int underscore = text.indexOf('_');
    if (underscore > 0 && PREFIXES.contains(text.substring(0, underscore))) {
      digits = text.substring(underscore + 1);
    }
    if (digits.length() == 36
        && digits.charAt(8) == '-'
        && digits.charAt(13) == '-'
        && digits.charAt(18) == '-'
        && digits.charAt(23) == '-') {
      digits = digits.replace("-", "");
    }
    if (digits.length() != 32) {
      return Optional.empty();
    }
    for (int i = 0; i < 32; i++) {
      if (!HexFormat.isHexDigit(digits.charAt(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(digits.toLowerCase(Locale.ROOT));
  }
}
