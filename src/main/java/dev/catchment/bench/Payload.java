package dev.catchment.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The JSON body that is sent, {@code {"seq":"…","at":"…","id":"k…","type":"bench","pad":"…"}}. Its
 * three numbers have a fixed place and width, so each event is patched in place and the receiver
 * finds them without parsing.
 */
final class Payload {
  private static final String HEAD =
      "{\"seq\":\"000000000000\",\"at\":\"0000000000000000\",\"id\":\"k00000000\",\"type\":\"bench\",\"pad\":\"";
  private static final String TAIL = "\"}";
  private static final String ALPHABET =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ";
  private static final int SEQ_DIGITS = 12;
  private static final int AT_DIGITS = 16;
  private static final int KEY_DIGITS = 8;
  private static final int SEQ_AT = HEAD.indexOf('0');
  private static final int AT_AT = HEAD.indexOf("\"at\":\"") + 6;
  private static final int KEY_AT = HEAD.indexOf("\"k0") + 2;

  /** The smallest body: one without padding. */
  static final int BYTES_MIN = HEAD.length() + TAIL.length();

  /** Shares no divisor with any number of keys. */
  private static final long PRIME = 1_000_000_007;

  /** The most distinct keys the key's digits can tell apart. */
  static final int KEYS_MAX = 100_000_000;

  private final byte[] body;
  private final int keys;

  /**
   * Bodies of that size.
   *
   * @param bytes at least {@link #BYTES_MIN}; less is raised to it
   * @param keys how many distinct values {@code id} takes, 1 to {@link #KEYS_MAX}
   */
  Payload(int bytes, int keys) {
    StringBuilder text = new StringBuilder(HEAD);
    // The padding varies so that a store which compresses gains nothing a real payload would not.
    for (long i = 0; text.length() < bytes - TAIL.length(); i++) {
      text.append(ALPHABET.charAt((int) (mix(i) >>> 58)));
    }
    this.body = text.append(TAIL).toString().getBytes(StandardCharsets.US_ASCII);
    this.keys = keys;
  }

  int size() {
    return body.length;
  }

  byte[] template() {
    return body.clone();
  }

  /**
   * The record key of that event: each key once, out of turn, and from then on spread evenly, so
   * that neighbours may share a key.
   */
  int key(long seq) {
    if (seq < keys) {
      return (int) (seq * PRIME % keys);
    }
    return (int) Long.remainderUnsigned(mix(seq), keys);
  }

  /**
   * Writes an event's numbers into a copy of the template.
   *
   * @param offset where the body begins
   * @param micros the scheduled time, in microseconds since the bench began
   */
  void patch(ByteBuffer request, int offset, long seq, long micros) {
    digits(request, offset + SEQ_AT, SEQ_DIGITS, seq);
    digits(request, offset + AT_AT, AT_DIGITS, micros);
    digits(request, offset + KEY_AT, KEY_DIGITS, key(seq));
  }

  /** The sequence number in a body, -1 when the body is not one of ours. */
  static long seq(byte[] bytes, int offset, int end) {
    return number(bytes, offset + SEQ_AT, SEQ_DIGITS, end);
  }

  /** The scheduled time in a body in microseconds, -1 when the body is not one of ours. */
  static long micros(byte[] bytes, int offset, int end) {
    return number(bytes, offset + AT_AT, AT_DIGITS, end);
  }

  private static void digits(ByteBuffer into, int at, int width, long value) {
    long rest = value;
    for (int i = at + width - 1; i >= at; i--) {
      into.put(i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
  }

  private static long number(byte[] bytes, int at, int width, int end) {
    if (at + width >= end || bytes[at - 1] != '"' || bytes[at + width] != '"') {
      return -1;
    }
    long value = 0;
    for (int i = at; i < at + width; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014): spreads counters over all 64 bits. */
  private static long mix(long value) {
    long z = (value + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
