package dev.catchment.outbound;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A socket that reaches an address through a tunnel of an HTTP proxy (CONNECT, RFC 9110, section
 * 9.3.6). The proxy is told the address that was checked, never a name, so that it has nothing to
 * look up and the check holds behind it too.
 */
final class TunnelSocket extends Socket {
  private static final int ANSWER_BYTES_MAX = 16 * 1024;

  private final Proxy proxy;

  TunnelSocket(Proxy proxy) {
    this.proxy = proxy;
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, 0);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
    if (!(endpoint instanceof InetSocketAddress target) || target.getAddress() == null) {
      throw new IOException("Only a checked address can be reached through the proxy");
    }
    InetSocketAddress address = new InetSocketAddress(proxy.host(), proxy.port());
    if (address.isUnresolved()) {
      throw new ProxyException("could not be resolved");
    }
    super.connect(address, timeoutMillis);
    setSoTimeout(timeoutMillis);
    String where =
        (target.getAddress() instanceof Inet6Address
                ? "[" + target.getAddress().getHostAddress() + "]"
                : target.getAddress().getHostAddress())
            + ":"
            + target.getPort();
    String authorization = proxy.authorization().reveal();
    String head =
        "CONNECT "
            + where
            + " HTTP/1.1\r\nHost: "
            + where
            + "\r\n"
            + (authorization.isEmpty() ? "" : "Proxy-Authorization: " + authorization + "\r\n")
            + "\r\n";
    getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
    getOutputStream().flush();
    checkAnswer(getInputStream());
    setSoTimeout(0);
  }

  /** Reads the head of the answer and not a byte more, for what follows is the receiver's. */
  private static void checkAnswer(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ends = 0;
    while (ends < 2) {
      int next = in.read();
      if (next < 0 || head.size() >= ANSWER_BYTES_MAX) {
        throw new ProxyException("did not answer in HTTP");
      }
      head.write(next);
      if (next == '\n') {
        ends++;
      } else if (next != '\r') {
        ends = 0;
      }
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    if (!text.matches("(?s)HTTP/1\\.[01] 2[0-9][0-9][ \r\n].*")) {
      throw new ProxyException(
          text.matches("(?s)HTTP/1\\.[01] [1-5][0-9][0-9][ \r\n].*")
              ? "answered " + text.substring(9, 12)
              : "did not answer in HTTP");
    }
  }

  /** The proxy refuses or cannot be used; the message goes on from "The proxy". */
  static final class ProxyException extends IOException {
    private static final long serialVersionUID = 1L;

    ProxyException(String message) {
      super(message);
    }
  }
}
