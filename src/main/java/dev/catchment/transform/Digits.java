package dev.catchment.transform;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A number whose digits a double would not keep, such as {@code 1.50} or {@code 1e400}. Passed
 * through it keeps them all; arithmetic sees the nearest double.
 */
final class Digits extends Number implements Comparable<Digits> {
  private static final long serialVersionUID = 1L;

  private final String text;
  private final double nearest;

  /** The digits of a valid JSON number. */
  Digits(String text) {
    this.text = text;
    this.nearest = Double.parseDouble(text);
  }

  /**
   * A JSON number as the library likes it: an Integer or a Long for a whole one that fits, a Double
   * when that keeps all digits, else itself.
   */
  static Number of(String text) {
    if (text.length() <= Long.toString(Long.MIN_VALUE).length()) {
      Number whole = whole(text);
      if (whole != null) {
        return whole;
      }
    }
    Digits digits = new Digits(text);
    return Double.isFinite(digits.nearest) && text(digits.nearest).equals(text)
        ? (Number) digits.nearest
        : digits;
  }

  private static @Nullable Number whole(String text) {
    try {
      long value = Long.parseLong(text);
      if (!Long.toString(value).equals(text)) {
        return null;
      }
      return (int) value == value ? (Number) Integer.valueOf((int) value) : (Number) value;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The JSON number of a finite double: plain unless that takes more than 21 digits. */
  static String text(double value) {
    BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
    return exact.precision() - exact.scale() <= 21 && exact.scale() <= 21
        ? exact.toPlainString()
        : exact.toString();
  }

  @Override
  public int intValue() {
    return (int) nearest;
  }

  @Override
  public long longValue() {
    return (long) nearest;
  }

  @Override
  public float floatValue() {
    return (float) nearest;
  }

  @Override
  public double doubleValue() {
    return nearest;
  }

  @Override
  public int compareTo(Digits other) {
    return Double.compare(nearest, other.nearest);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Number number && number.doubleValue() == nearest;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(nearest);
  }

  @Override
  public String toString() {
    return text;
  }
}
