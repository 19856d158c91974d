package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;

/** Five thousand clients who follow a collection cost memory that is known, and no statements. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class IdleFollowersTest {
  private static final int CLIENTS = 5_000;

  /** With the channels of the clients, which live in this process too. */
  private static final long BYTES_EACH_MAX = 48 << 10;

  private static final long WATCHED_MILLIS = 2_000;
  private static final long LOOK_MILLIS = 100;

  private static final Pattern STATEMENTS =
      Pattern.compile("catchment_sql_statements(?:_total)? ([0-9.E]+)");

  /** A client that reads when it is asked to, without a thread or buffers of its own. */
  private static final class Client implements AutoCloseable {
    private final SocketChannel channel;
    private final StringBuilder read = new StringBuilder();

    Client(LiveNode node, String path) throws IOException {
      channel =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
      channel.write(
          ByteBuffer.wrap(
              ("GET " + path + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
                  .getBytes(UTF_8)));
    }

    /** Reads up to a text. */
    void await(String text, ByteBuffer buffer) throws IOException {
      while (read.indexOf(text) < 0) {
        buffer.clear();
        assertThat(channel.read(buffer)).as("stream has ended after %s", read).isPositive();
        read.append(UTF_8.decode(buffer.flip()));
      }
      read.setLength(0);
      read.trimToSize();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @BothDatabases
  void fiveThousandFollowersWaitForFree(BothDatabases.Store store) throws Exception {
    List<Client> clients = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.allocate(8_192);
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("things", Json.object().build());
      String id =
          node.make(
              "collection",
              Json.object()
                  .put("name", "things")
                  .put("slug", "things")
                  .put("source_id", source)
                  .put("primary_key_path", "id")
                  .build());
      String path = "/v1/collections/" + id + "/changes?token=" + LiveNode.KEY;
      connect(clients, node, path, 10, buffer);
      long before = LiveNode.usedBytes();
      connect(clients, node, path, CLIENTS, buffer);
      long each = (LiveNode.usedBytes() - before) / CLIENTS;
      assertThat(each).as("bytes each").isLessThan(BYTES_EACH_MAX);

      double statements = atRest(node);
      // Nothing can end this wait but its time: what is measured is that nothing happens.
      assertThat(new CountDownLatch(1).await(WATCHED_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      double idle = statements(node) - statements;
      // Asking takes statements too, and some parts of a node look after themselves; but whatever
      // one follower cost would be there five thousand times.
      assertThat(idle).as("statements").isLessThan(100);

      statements = statements(node);
      node.ingest(source, "{\"id\":\"k\"}".getBytes(UTF_8));
      for (Client client : clients) {
        client.await("event: upsert", buffer);
      }
      assertThat(statements(node) - statements).as("statements of one change").isLessThan(100);
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  private static void connect(
      List<Client> clients, LiveNode node, String path, int upTo, ByteBuffer buffer)
      throws IOException {
    while (clients.size() < upTo) {
      List<Client> some = new ArrayList<>();
      while (some.size() < 100 && clients.size() + some.size() < upTo) {
        some.add(new Client(node, path));
      }
      clients.addAll(some);
      for (Client client : some) {
        client.await("event: ready", buffer);
      }
    }
  }

  /** The count once those who came last have looked up where they are, which follows "ready". */
  private static double atRest(LiveNode node) throws InterruptedException {
    double before;
    double now = statements(node);
    int looks = 0;
    do {
      assertThat(looks++).as("looks at statements that never come to rest").isLessThan(100);
      before = now;
      assertThat(new CountDownLatch(1).await(LOOK_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      now = statements(node);
    } while (now - before > 10);
    return now;
  }

  private static double statements(LiveNode node) {
    String metrics = new String(node.call("GET", "/metrics", new byte[0]).body(), UTF_8);
    Matcher matcher = STATEMENTS.matcher(metrics);
    assertThat(matcher.find()).as(metrics).isTrue();
    return Double.parseDouble(matcher.group(1));
  }
}
