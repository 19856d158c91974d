package dev.catchment.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the requests of one connection, one after another. */
final class RequestReader {
  private static final int LINE_BYTES_MAX = 64 * 1024;

  /** The first byte of a TLS hello, which holds no line break to wait for. */
  private static final int TLS_HANDSHAKE = 0x16;

  private final InputStream in;

  RequestReader(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /** A request without its place among the others. */
  @SuppressWarnings("ArrayRecordComponent") // Handed on at once; nothing compares it.
  record Parts(
      String method,
      String path,
      Map<String, String> headers,
      List<String> headerLines,
      byte[] body) {
    Received received(int number, int connection) {
      return new Received(number, connection, method, path, headers, headerLines, body);
    }
  }

  /** The next request, null when the other side has closed between two of them. */
  @Nullable Parts next() throws IOException {
    String first = line();
    if (first == null) {
      return null;
    }
    String[] words = first.split(" ", 3);
    if (words.length != 3) {
      throw new IOException("Not a request line: " + first);
    }
    List<String> lines = new ArrayList<>();
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = more(); !line.isEmpty(); line = more()) {
      lines.add(line);
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (one, two) -> one + ", " + two);
    }
    return new Parts(words[0], words[1], headers, lines, body(headers));
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = Integer.parseInt(more(), 16); size > 0; size = Integer.parseInt(more(), 16)) {
      body.write(exactly(size));
      more();
    }
    more();
    return body.toByteArray();
  }

  private byte[] exactly(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException();
    }
    return bytes;
  }

  private String more() throws IOException {
    String line = line();
    if (line == null) {
      throw new EOFException();
    }
    return line;
  }

  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return null;
      }
      if (line.size() == 0 && next == TLS_HANDSHAKE) {
        throw new IOException("The other side speaks TLS");
      }
      if (line.size() == LINE_BYTES_MAX) {
        throw new IOException("A line is too long");
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
