package dev.catchment.collections;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Places in the log in rising order, packed: each is its distance from the one before as a base-128
 * number, low seven bits first, the high bit set on all bytes but the last (LEB128). Neighbours of
 * one key lie near each other, so most take two or three bytes.
 */
final class Places {
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;
  private static final long[] NONE = {};

  private Places() {}

  /**
   * The packed form; null for none.
   *
   * @param base less than the first
   * @param rising each greater than the one before
   */
  static byte @Nullable [] pack(long base, long[] rising) {
    if (rising.length == 0) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(rising.length * 3);
    long before = base;
    for (long place : rising) {
      long rest = place - before;
      while (rest >= MORE) {
        bytes.write(((int) rest & (MORE - 1)) | MORE);
        rest >>>= BITS;
      }
      bytes.write((int) rest);
      before = place;
    }
    return bytes.toByteArray();
  }

  /** What was packed. */
  static long[] unpack(long base, byte @Nullable [] packed) {
    if (packed == null) {
      return NONE;
    }
    long[] places = new long[packed.length];
    int count = 0;
    long place = base;
    int shift = 0;
    for (byte one : packed) {
      place += (long) (one & (MORE - 1)) << shift;
      if (one < 0) {
        shift += BITS;
      } else {
        places[count++] = place;
        shift = 0;
      }
    }
    return Arrays.copyOf(places, count);
  }

  /** Both, in rising order, none twice. */
  static long[] merge(long[] some, long[] others) {
    long[] all = Arrays.copyOf(some, some.length + others.length);
    System.arraycopy(others, 0, all, some.length, others.length);
    return Arrays.stream(all).sorted().distinct().toArray();
  }
}
