package dev.catchment.outbound;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that knows CONNECT only, and keeps what it was asked. */
final class TunnelProxy implements AutoCloseable {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final ServerSocket server;
  private final String refusal;

  private TunnelProxy(String refusal) throws IOException {
    this.refusal = refusal;
    this.server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().start(this::accept);
  }

  /** One that answers every request with that head; an empty one makes it connect. */
  static TunnelProxy start(String refusal) {
    try {
      return new TunnelProxy(refusal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getLocalPort();
  }

  /** The lines of all requests. */
  List<String> asked() {
    return asked;
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        // Closed.
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1), 1);
      String target = "";
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        asked.add(line);
        target = line.startsWith("CONNECT ") ? line.split(" ")[1] : target;
      }
      OutputStream out = socket.getOutputStream();
      if (!refusal.isEmpty()) {
        out.write(refusal.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        socket.close();
        return;
      }
      int colon = target.lastIndexOf(':');
      Socket onward =
          new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
      open.add(onward);
      out.write(
          "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"
              .getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      Thread.ofVirtual().start(() -> pump(socket, onward));
      pump(onward, socket);
    } catch (IOException e) {
      // One of the two went away, and the tunnel with it.
      close(socket);
    }
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to;
        InputStream in = from.getInputStream()) {
      in.transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One of the two went away, and the tunnel with it.
      close(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(TunnelProxy::close);
  }
}
