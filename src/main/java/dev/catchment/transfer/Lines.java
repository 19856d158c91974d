package dev.catchment.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines of a stream, each within a bound; blank ones are passed over. For one thread. */
final class Lines {
  private static final int CHUNK_BYTES = 64 << 10;

  private final InputStream in;
  private final int lineMax;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private byte[] line = new byte[1_024];
  private int length;
  private int at;
  private int end;
  private long number;

  Lines(InputStream in, int lineMax) {
    this.in = in;
    this.lineMax = lineMax;
  }

  /**
   * One line.
   *
   * @param number counted from 1, blank lines included
   * @param text without its end; null when it is too long
   */
  record Line(long number, byte @Nullable [] text) {}

  /** The next line that is not blank; null behind the last. */
  @Nullable Line next() throws IOException {
    while (true) {
      boolean tooLong = false;
      length = 0;
      boolean any = false;
      while (true) {
        if (at == end && !fill()) {
          break;
        }
        any = true;
        int newline = find();
        int stop = newline < 0 ? end : newline;
        tooLong |= length + (long) (stop - at) > lineMax;
        if (!tooLong) {
          add(stop);
        }
        at = newline < 0 ? end : newline + 1;
        if (newline >= 0) {
          break;
        }
      }
      if (!any) {
        return null;
      }
      number++;
      if (tooLong) {
        return new Line(number, null);
      }
      if (!isBlank()) {
        return new Line(number, Arrays.copyOf(line, length));
      }
    }
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(chunk, 0, chunk.length));
    return end > 0;
  }

  private int find() {
    for (int i = at; i < end; i++) {
      if (chunk[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void add(int stop) {
    int some = stop - at;
    if (length + some > line.length) {
      line = Arrays.copyOf(line, Math.max(length + some, 2 * line.length));
    }
    System.arraycopy(chunk, at, line, length, some);
    length += some;
  }

  private boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
        return false;
      }
    }
    return true;
  }
}
