package dev.catchment.expr;

import dev.catchment.json.Json;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * The place of a value in the one order of all values, as bytes that compare like the values:
 * absent, null, false, true, numbers by exact value, texts by code points, then arrays and objects,
 * which are all equal. The first byte is the kind.
 *
 * <p>A key is cut to {@link #BYTES_MAX}, some 1,000 digits of a number: values that differ only
 * behind that have the same key.
 */
public final class SortKey {
  /** The longest key. */
  public static final int BYTES_MAX = 512;

  static final byte ABSENT = 0x10;
  static final byte NULL = 0x20;
  static final byte FALSE = 0x30;
  static final byte TRUE = 0x40;
  static final byte NUMBER = 0x50;
  static final byte TEXT = 0x60;
  static final byte NESTED = 0x70;

  private static final int NEGATIVE = 1;
  private static final int ZERO = 2;
  private static final int POSITIVE = 3;

  /** Behind the length of an exponent, so that a positive one comes after a negative. */
  private static final int EXPONENT_MIDDLE = 0x80;

  /** Longer exponents than these bytes hold count as their largest. */
  private static final int EXPONENT_BYTES_MAX = 100;

  private SortKey() {}

  /** The key of a value; empty for one that is absent. */
  public static byte[] of(Optional<Json> value) {
    return value.map(SortKey::of).orElseGet(() -> new byte[] {ABSENT});
  }

  static byte[] of(Json value) {
    return switch (value) {
      case Json.Null none -> new byte[] {NULL};
      case Json.Bool bool -> new byte[] {bool.value() ? TRUE : FALSE};
      case Json.Num number -> number(Decimal.of(number.text()));
      case Json.Str string -> text(string.value());
      case Json.Arr array -> new byte[] {NESTED};
      case Json.Obj object -> new byte[] {NESTED};
    };
  }

  private static byte[] number(Decimal value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16);
    if (value.sign() == 0) {
      out.write(ZERO);
    } else {
      out.write(value.sign() < 0 ? NEGATIVE : POSITIVE);
      exponent(out, value.exponent());
      digits(out, value.digits());
    }
    byte[] key = out.toByteArray();
    for (int i = 1; value.sign() < 0 && i < key.length; i++) {
      // Of two negative numbers the longer one is the smaller.
      key[i] = (byte) ~key[i];
    }
    return cut(NUMBER, key);
  }

  private static void exponent(ByteArrayOutputStream out, BigInteger exponent) {
    byte[] magnitude = exponent.abs().toByteArray();
    if (magnitude.length > EXPONENT_BYTES_MAX) {
      magnitude = new byte[EXPONENT_BYTES_MAX];
      Arrays.fill(magnitude, (byte) 0xFF);
    }
    boolean negative = exponent.signum() < 0;
    out.write(EXPONENT_MIDDLE + (negative ? -magnitude.length : magnitude.length));
    for (byte part : magnitude) {
      out.write(negative ? ~part : part);
    }
  }

  /** Two digits a byte, from 1 on; the end is less than any of them. */
  private static void digits(ByteArrayOutputStream out, String digits) {
    for (int i = 0; i < digits.length() && out.size() < BYTES_MAX; i += 2) {
      int ones = i + 1 < digits.length() ? digits.charAt(i + 1) - '0' : 0;
      out.write((digits.charAt(i) - '0') * 10 + ones + 1);
    }
    out.write(0);
  }

  private static byte[] text(String value) {
    // By hand, for UTF-8 has no bytes for the half pairs that JSON can hold.
    ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(value.length() + 1, BYTES_MAX));
    int at = 0;
    while (at < value.length() && out.size() < BYTES_MAX) {
      int point = value.codePointAt(at);
      at += Character.charCount(point);
      if (point < 0x80) {
        out.write(point);
      } else if (point < 0x800) {
        out.write(0xC0 | (point >> 6));
        out.write(0x80 | (point & 0x3F));
      } else if (point < 0x10000) {
        out.write(0xE0 | (point >> 12));
        out.write(0x80 | ((point >> 6) & 0x3F));
        out.write(0x80 | (point & 0x3F));
      } else {
        out.write(0xF0 | (point >> 18));
        out.write(0x80 | ((point >> 12) & 0x3F));
        out.write(0x80 | ((point >> 6) & 0x3F));
        out.write(0x80 | (point & 0x3F));
      }
    }
    return cut(TEXT, out.toByteArray());
  }

  private static byte[] cut(byte kind, byte[] rest) {
    byte[] key = new byte[Math.min(BYTES_MAX, rest.length + 1)];
    key[0] = kind;
    System.arraycopy(rest, 0, key, 1, key.length - 1);
    return key;
  }
}
