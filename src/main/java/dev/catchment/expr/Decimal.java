package dev.catchment.expr;

import java.math.BigInteger;

/**
 * A JSON number ready for exact comparison: {@code 0.digits × 10^exponent}.
 *
 * <p>Works on the digits as text, because a number such as {@code 1e999999999} must cost no more
 * than its eleven characters, and BigDecimal refuses exponents beyond an int.
 *
 * @param sign -1, 0 or 1
 * @param digits without leading or trailing zeros; empty for zero
 */
record Decimal(int sign, String digits, BigInteger exponent) implements Comparable<Decimal> {
  private static final Decimal ZERO = new Decimal(0, "", BigInteger.ZERO);

  /** The value of a valid JSON number. */
  static Decimal of(String text) {
    int start = text.charAt(0) == '-' ? 1 : 0;
    int e = exponentAt(text);
    int dot = text.indexOf('.', start);
    int wholeEnd = dot < 0 || dot > e ? e : dot;
    String all =
        wholeEnd == e
            ? text.substring(start, e)
            : text.substring(start, wholeEnd) + text.substring(wholeEnd + 1, e);
    int first = 0;
    while (first < all.length() && all.charAt(first) == '0') {
      first++;
    }
    int last = all.length();
    while (last > first && all.charAt(last - 1) == '0') {
      last--;
    }
    if (first == last) {
      return ZERO;
    }
    BigInteger exponent = BigInteger.valueOf((long) wholeEnd - start - first);
    if (e < text.length()) {
      int digitsAt = text.charAt(e + 1) == '+' ? e + 2 : e + 1;
      exponent = exponent.add(new BigInteger(text.substring(digitsAt)));
    }
    return new Decimal(start == 1 ? -1 : 1, all.substring(first, last), exponent);
  }

  private static int exponentAt(String text) {
    int lower = text.indexOf('e');
    int at = lower >= 0 ? lower : text.indexOf('E');
    return at >= 0 ? at : text.length();
  }

  @Override
  public int compareTo(Decimal other) {
    if (sign != other.sign) {
      return Integer.compare(sign, other.sign);
    }
    int size = exponent.compareTo(other.exponent);
    return sign * (size != 0 ? size : digits.compareTo(other.digits));
  }
}
