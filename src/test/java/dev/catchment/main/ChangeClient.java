package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.catchment.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that reads the changes of a collection as {@code curl -N} shows them. */
final class ChangeClient implements AutoCloseable {
  private final Socket socket = new Socket();
  private final BufferedReader in;

  /** The first line of the answer. */
  final String status;

  /** The id of the last message. */
  String cursor = "";

  /** One message, but for its id. */
  record Message(String event, Json.Obj data) {
    String at(String name) {
      Json value = data.members().getOrDefault(name, Json.nil());
      return value instanceof Json.Str(String text) ? text : value.text();
    }
  }

  ChangeClient(LiveNode node, String collection, String query, String... headers)
      throws IOException {
    this(node, 1 << 20, collection, query, headers);
  }

  /** The same with so many bytes that the machine takes for a client that does not read. */
  ChangeClient(LiveNode node, int receiveBytes, String collection, String query, String... headers)
      throws IOException {
    socket.setReceiveBufferSize(receiveBytes);
    socket.setSoTimeout(30_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8), 512);
    List<String> lines = new ArrayList<>();
    lines.add("GET /v1/collections/" + collection + "/changes" + query + " HTTP/1.1");
    lines.add("Host: x");
    lines.add("Connection: close");
    lines.add("Accept: text/event-stream");
    lines.addAll(List.of(headers));
    socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(UTF_8));
    status = in.readLine();
    String header = in.readLine();
    while (header != null && !header.isEmpty()) {
      header = in.readLine();
    }
  }

  static ChangeClient of(LiveNode node, String collection, String cursor) throws IOException {
    return new ChangeClient(node, collection, "?cursor=" + cursor, "X-API-Key: " + LiveNode.KEY);
  }

  /** The next message; null when the stream has ended. */
  @Nullable Message read() throws IOException {
    String event = "";
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith("id: ")) {
        cursor = line.substring(4);
      } else if (line.startsWith("event: ")) {
        event = line.substring(7);
      } else if (line.startsWith("data: ")) {
        return new Message(event, (Json.Obj) Json.read(line.substring(6)));
      }
    }
    return null;
  }

  Message next() throws IOException {
    Message message = read();
    if (message == null) {
      throw new AssertionError("The stream has ended");
    }
    return message;
  }

  /** Reads one change into a table of keys and data. */
  void applyTo(Map<String, String> table) throws IOException {
    apply(next(), table);
  }

  /** What a change does to a table of keys and data. */
  static void apply(Message message, Map<String, String> table) {
    if (message.event().equals("delete")) {
      table.remove(message.at("record_key"));
    } else if (message.event().equals("upsert")) {
      table.put(message.at("record_key"), LiveNode.text(message.data().bytes(), "record", "data"));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
