package dev.catchment.main;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A sender that may send anything; what it is answered is held to HTTP/1.1. */
final class RawConnection implements AutoCloseable {
  /** No answer within this time is a hang. */
  private static final int ANSWER_MILLIS_MAX = 20_000;

  private static final Pattern STATUS_LINE =
      Pattern.compile("\\S+/[0-9]\\.[0-9] ([1-5][0-9]{2})( .*)?");
  private static final Pattern HEADER_LINE =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*)");

  private final Socket socket = new Socket();
  private final InputStream in;

  /**
   * An answer.
   *
   * @param headers by their names in lower case
   */
  record Answer(int status, Map<String, String> headers, byte[] body) {
    boolean closes() {
      return "close".equalsIgnoreCase(headers.get("connection"));
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  RawConnection(int port) throws IOException {
    this(port, 0);
  }

  /**
   * @param receiveBufferBytes how much may wait here unread; 0 for the usual
   */
  RawConnection(int port, int receiveBufferBytes) throws IOException {
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(ANSWER_MILLIS_MAX);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends what is taken of it; a server that has refused need not read on. */
  void trySend(byte[] bytes) {
    try {
      send(bytes);
    } catch (IOException e) {
      // What it answered before may still be read.
    }
  }

  /** Says that nothing more will be sent; answers can still be read. */
  void endOfSending() throws IOException {
    socket.shutdownOutput();
  }

  /** The next answer, or empty when the server ends the connection instead. */
  Optional<Answer> answer(String method) throws IOException {
    while (true) {
      String line = line();
      if (line == null) {
        return Optional.empty();
      }
      var status = STATUS_LINE.matcher(line);
      if (!status.matches()) {
        throw new AssertionError("No status line: " + line);
      }
      int code = Integer.parseInt(status.group(1));
      Map<String, String> headers = headers();
      if (code >= 200) {
        return Optional.of(new Answer(code, headers, body(method, code, headers)));
      }
    }
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(); line == null || !line.isEmpty(); line = line()) {
      var header = HEADER_LINE.matcher(String.valueOf(line));
      if (line == null || !header.matches()) {
        throw new AssertionError("No header line: " + line);
      }
      headers.put(header.group(1).toLowerCase(Locale.ROOT), header.group(2));
    }
    return headers;
  }

  private byte[] body(String method, int status, Map<String, String> headers) throws IOException {
    if (method.equals("HEAD") || status == 204 || status == 304) {
      return new byte[0];
    }
    String length = headers.get("content-length");
    if (length == null && "close".equals(headers.get("connection"))) {
      return in.readAllBytes();
    }
    if (length == null) {
      throw new AssertionError("An answer of unknown length: " + status + " " + headers);
    }
    byte[] body = in.readNBytes(Integer.parseInt(length));
    if (body.length < Integer.parseInt(length)) {
      throw new AssertionError("Half an answer: " + status + " " + headers);
    }
    return body;
  }

  private @org.jspecify.annotations.Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        if (line.size() > 0) {
          throw new AssertionError("Half a line: " + line.toString(StandardCharsets.ISO_8859_1));
        }
        return null;
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** Whether the server ends the connection, in whichever way, without another byte. */
  boolean isCut() {
    try {
      return in.read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
