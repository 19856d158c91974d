package dev.catchment.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds fields of a {@code multipart/form-data} body (RFC 7578), as far as providers need them. */
final class Multipart {
  private static final Pattern BOUNDARY =
      Pattern.compile(
          "boundary=(?:\"([^\"]{1,70})\"|([^\\s;,\"]{1,70}))", Pattern.CASE_INSENSITIVE);

  /** Bytes of the head of a part. */
  private static final int HEAD_BYTES_MAX = 4_096;

  private static final byte[] BLANK_LINE = {'\r', '\n', '\r', '\n'};

  private Multipart() {}

  /** The bytes of the first field of each of these names; a missing one is left out. */
  static Map<String, byte[]> fields(SignedRequest request, List<String> names) {
    byte[] line = delimiter(request);
    byte[] body = request.body();
    Map<String, byte[]> found = new HashMap<>();
    int start = indexOf(body, line, 0, body.length);
    for (int part = 0; part < Limits.PARTS_MAX && start >= 0; part++) {
      int from = start + line.length;
      int end = indexOf(body, line, from, body.length);
      if (end < 0) {
        break;
      }
      String name = name(body, from, end, names);
      if (name != null && !found.containsKey(name)) {
        found.put(name, content(body, from, end));
        if (found.size() == names.size()) {
          break;
        }
      }
      start = end;
    }
    return found;
  }

  private static byte[] delimiter(SignedRequest request) {
    String type = request.header("Content-Type");
    Matcher boundary = BOUNDARY.matcher(type == null ? "" : type);
    if (!request.isOfType("multipart/form-data") || !boundary.find()) {
      throw Refusal.invalid("The body is not a multipart form");
    }
    String word = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
    return ("--" + word).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Which of the names the part has; null for none, and for a part that is not whole. */
  private static @Nullable String name(byte[] body, int from, int end, List<String> names) {
    int head = head(body, from, end);
    if (head < 0 || end - 2 < head + BLANK_LINE.length) {
      return null;
    }
    String lines =
        new String(body, from, head - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    for (String name : names) {
      if (lines.contains(" name=\"" + name + "\"") || lines.contains(";name=\"" + name + "\"")) {
        return name;
      }
    }
    return null;
  }

  private static byte[] content(byte[] body, int from, int end) {
    return Arrays.copyOfRange(body, head(body, from, end) + BLANK_LINE.length, end - 2);
  }

  private static int head(byte[] body, int from, int end) {
    return indexOf(body, BLANK_LINE, from, Math.min(end, from + HEAD_BYTES_MAX));
  }

  private static int indexOf(byte[] body, byte[] wanted, int from, int end) {
    for (int i = from; i <= end - wanted.length; i++) {
      if (body[i] == wanted[0]
          && Arrays.equals(body, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }
}
