package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** What clients of {@code /v1/events/stream} read from a whole node. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EventStreamTest {
  private static final Json.Obj NOTHING = Json.object().build();

  /** One message; the id is empty when it has none. */
  private record Message(String id, String event, String data) {
    String at(String... path) {
      return LiveNode.text(data.getBytes(UTF_8), path);
    }
  }

  /** A client that reads lines as {@code curl -N} shows them. */
  private static final class Lines implements AutoCloseable {
    final Socket socket;
    final BufferedReader in;
    final String status;

    Lines(LiveNode node, String query, String... headers) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
      socket.setSoTimeout(20_000);
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      StringBuilder request =
          new StringBuilder("GET /v1/events/stream" + query + " HTTP/1.1\r\nHost: x\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      socket.getOutputStream().write(request.append("\r\n").toString().getBytes(UTF_8));
      status = in.readLine();
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        assertThat(line).contains(":");
      }
    }

    Message next() throws IOException {
      String id = "";
      String event = "";
      String data = "";
      while (true) {
        String line = in.readLine();
        if (line == null) {
          throw new AssertionError("The stream has ended");
        }
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          event = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        } else if (line.isEmpty() && !event.isEmpty() && !data.isEmpty()) {
          return new Message(id, event, data);
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static String key() {
    return "X-API-Key: " + LiveNode.KEY;
  }

  @BothDatabases
  void eventsComeWithTheIdToGoOnFrom(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("orders", NOTHING);
      String quiet = node.source("quiet", NOTHING);
      List<String> sent = new ArrayList<>();
      String place;
      try (Lines lines = new Lines(node, "", key())) {
        assertThat(lines.status).isEqualTo("HTTP/1.1 200 OK");
        Message welcome = lines.next();
        assertThat(welcome.event()).isEqualTo("welcome");
        assertThat(welcome.id()).isEqualTo("0");
        assertThat(welcome.at("channels")).isEqualTo("[\"events\"]");
        sent.add(node.ingest(source, "1".getBytes(UTF_8)));
        Message first = lines.next();
        assertThat(first.at("data", "id")).isEqualTo(sent.getFirst());
        place = first.id();
      }
      for (int i = 0; i < 450; i++) {
        sent.add(node.ingest(i % 10 == 9 ? quiet : source, ("" + i).getBytes(UTF_8)));
      }
      try (Lines lines = new Lines(node, "", key(), "Last-Event-ID: " + place);
          Lines some =
              new Lines(
                  node, "?channels=events:" + quiet + "&last_event_id=0&token=" + LiveNode.KEY)) {
        assertThat(lines.next().event()).isEqualTo("welcome");
        for (String id : sent.subList(1, sent.size())) {
          assertThat(lines.next().at("data", "id")).isEqualTo(id);
        }
        String last = node.ingest(source, "live again".getBytes(UTF_8));
        assertThat(lines.next().at("data", "id")).isEqualTo(last);
        assertThat(some.next().event()).isEqualTo("welcome");
        for (int i = 10; i < sent.size(); i += 10) {
          assertThat(some.next().at("data", "id")).isEqualTo(sent.get(i));
        }
      }
    }
  }

  @BothDatabases
  void nothingIsMissedOrRepeatedWhileEventsComeIn(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("orders", NOTHING);
      int total = 600;
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < total; i++) {
                  node.ingest(source, ("" + i).getBytes(UTF_8));
                }
              });
      String place = "0";
      int read = 0;
      while (read < total) {
        // Each time the client goes away after a few events and comes back.
        try (Lines lines = new Lines(node, "", key(), "Last-Event-ID: " + place)) {
          assertThat(lines.next().event()).isEqualTo("welcome");
          for (int i = 0; i < 60 && read < total; i++) {
            Message message = lines.next();
            assertThat(message.at("data", "payload")).isEqualTo("" + read);
            place = message.id();
            read++;
          }
        }
      }
      sender.join();
    }
  }

  @BothDatabases
  void aPlaceThatIsGoneIsToldOfFirst(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("orders", NOTHING);
      node.ingest(source, "1".getBytes(UTF_8));
      try (Lines lines = new Lines(node, "", key(), "Last-Event-ID: 999999")) {
        assertThat(lines.next().event()).isEqualTo("welcome");
        assertThat(lines.next().event()).isEqualTo("gap");
        String id = node.ingest(source, "2".getBytes(UTF_8));
        assertThat(lines.next().at("data", "id")).isEqualTo(id);
      }
    }
  }

  @BothDatabases
  void requestsThatMakeNoSenseAreRefusedBeforeTheStream(BothDatabases.Store store)
      throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      try (Lines none = new Lines(node, "");
          Lines bad = new Lines(node, "?last_event_id=x", key());
          Lines absent = new Lines(node, "?channels=events:" + "0".repeat(32), key());
          Lines unknown = new Lines(node, "?channels=a%20b", key())) {
        assertThat(none.status).startsWith("HTTP/1.1 401");
        assertThat(bad.status).startsWith("HTTP/1.1 400");
        assertThat(absent.status).startsWith("HTTP/1.1 404");
        assertThat(unknown.status).startsWith("HTTP/1.1 400");
      }
      try (Lines other = new Lines(node, "?channels=deliveries,issues", key())) {
        Message welcome = other.next();
        assertThat(welcome.id()).isEmpty();
        assertThat(welcome.at("channels")).isEqualTo("[\"deliveries\",\"issues\"]");
      }
    }
  }
}
