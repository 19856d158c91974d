package dev.catchment.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A WebSocket client that may send anything, and reads when it is told to. */
public final class RawWebSocket implements AutoCloseable {
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;

  private static final int ANSWER_MILLIS_MAX = 20_000;

  private final Socket socket = new Socket();
  private final DataInputStream in;

  /** The status line of the answer to the handshake. */
  public final String status;

  public final List<String> headers = new ArrayList<>();

  /** A frame of the server; after the end of the connection one with opcode -1. */
  public record Frame(int opcode, byte[] payload) {
    /** The code of a close; -1 for anything else. */
    public int code() {
      return opcode == CLOSE && payload.length >= 2 ? ByteBuffer.wrap(payload).getShort() : -1;
    }

    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    public boolean isEnd() {
      return opcode < 0;
    }
  }

  /** Connects and shakes hands; more headers are lines without their ends. */
  public RawWebSocket(int port, String path, String... more) throws IOException {
    this(port, path, 0, more);
  }

  /**
   * @param receiveBufferBytes how much may wait here unread; 0 for the usual
   */
  public RawWebSocket(int port, String path, int receiveBufferBytes, String... more)
      throws IOException {
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(ANSWER_MILLIS_MAX);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
    StringBuilder request =
        new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n")
            .append("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n")
            .append("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    for (String line : more) {
      request.append(line).append("\r\n");
    }
    raw(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    status = line();
    for (String line = line(); !line.isEmpty(); line = line()) {
      headers.add(line);
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.readUnsignedByte(); next != '\n'; next = in.readUnsignedByte()) {
      line.write(next);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  /** Sends bytes as they are. */
  public void raw(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** The same, but for a server that has already closed. */
  public boolean tryRaw(byte[] bytes) {
    try {
      raw(bytes);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  public void text(String text) throws IOException {
    raw(frame(true, TEXT, text.getBytes(StandardCharsets.UTF_8)));
  }

  /** A masked frame. */
  public static byte[] frame(boolean last, int opcode, byte[] payload) {
    return frame((last ? 0x80 : 0) | opcode, payload.length, payload);
  }

  /** A masked frame with any first byte and any announced length. */
  public static byte[] frame(int first, long announced, byte[] payload) {
    ByteBuffer out = ByteBuffer.allocate(14 + payload.length);
    out.put((byte) first);
    if (announced >= 0 && announced < 126) {
      out.put((byte) (0x80 | announced));
    } else if (announced >= 0 && announced <= 0xffff) {
      out.put((byte) 0xfe).putShort((short) announced);
    } else {
      out.put((byte) 0xff).putLong(announced);
    }
    byte[] mask = {17, 42, -3, 99};
    out.put(mask);
    for (int i = 0; i < payload.length; i++) {
      out.put((byte) (payload[i] ^ mask[i & 3]));
    }
    byte[] frame = new byte[out.position()];
    out.flip().get(frame);
    return frame;
  }

  /** The next frame, or the end of the connection in whichever way. */
  public Frame next() throws IOException {
    try {
      int first = in.readUnsignedByte();
      int shortLength = in.readUnsignedByte();
      if ((first & 0x80) == 0 || (first & 0x70) != 0 || (shortLength & 0x80) != 0) {
        throw new AssertionError("A server sends whole frames without a mask");
      }
      int length =
          switch (shortLength) {
            case 126 -> in.readUnsignedShort();
            case 127 -> (int) in.readLong();
            default -> shortLength;
          };
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(first & 0x0f, payload);
    } catch (EOFException | SocketException e) {
      return new Frame(-1, new byte[0]);
    }
  }

  /** The next frame that is no ping. */
  public Frame nextButPing() throws IOException {
    Frame frame = next();
    while (frame.opcode() == PING) {
      frame = next();
    }
    return frame;
  }

  /** Says that nothing more will be sent. */
  public void endOfSending() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
