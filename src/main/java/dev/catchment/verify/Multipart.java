package dev.catchment.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds one field of a {@code multipart/form-data} body (RFC 7578), as far as providers need it.
 */
final class Multipart {
  private static final Pattern BOUNDARY =
      Pattern.compile(
          "boundary=(?:\"([^\"]{1,70})\"|([^\\s;,\"]{1,70}))", Pattern.CASE_INSENSITIVE);

  /** Bytes of the head of a part. */
  private static final int HEAD_BYTES_MAX = 4_096;

  private Multipart() {}

  /** The bytes of the first field of that name; null when there is none. */
  static byte @Nullable [] field(SignedRequest request, String name) {
    String type = request.header("Content-Type");
    Matcher boundary = BOUNDARY.matcher(type == null ? "" : type);
    if (!request.isOfType("multipart/form-data") || !boundary.find()) {
      throw Refusal.invalid("The body is not a multipart form");
    }
    String word = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
    byte[] line = ("--" + word).getBytes(StandardCharsets.ISO_8859_1);
    byte[] body = request.body();
    int start = indexOf(body, line, 0, body.length);
    for (int part = 0; part < Limits.PARTS_MAX && start >= 0; part++) {
      int from = start + line.length;
      int end = indexOf(body, line, from, body.length);
      if (end < 0) {
        return null;
      }
      byte[] found = named(body, from, end, name);
      if (found != null) {
        return found;
      }
      start = end;
    }
    return null;
  }

  private static byte @Nullable [] named(byte[] body, int from, int end, String name) {
    byte[] blank = {'\r', '\n', '\r', '\n'};
    int head = indexOf(body, blank, from, Math.min(end, from + HEAD_BYTES_MAX));
    if (head < 0 || end - 2 < head + blank.length) {
      return null;
    }
    String lines =
        new String(body, from, head - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    boolean ours =
        lines.contains(" name=\"" + name + "\"") || lines.contains(";name=\"" + name + "\"");
    return ours ? Arrays.copyOfRange(body, head + blank.length, end - 2) : null;
  }

  private static int indexOf(byte[] body, byte[] wanted, int from, int end) {
    for (int i = from; i <= end - wanted.length; i++) {
      if (Arrays.equals(body, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }
}
