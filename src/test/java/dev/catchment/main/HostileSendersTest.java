package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Timeout;

/** Senders that mean ill, or know no better, harm neither the node nor the other senders. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileSendersTest {
  private static final int LIMIT = 10_485_760;
  private static final byte[] PLAIN = "{ \"id\" : 1 }".getBytes(StandardCharsets.UTF_8);

  @BothDatabases
  void hostileSendersOnOneNode(BothDatabases.Store store) throws Exception {
    try (LiveNode node = new LiveNode(store)) {
      String source = node.source("s", Json.object().build());
      node.ingest(source, PLAIN);
      tooLarge(node, source);
      headerBombs(node, source);
      pipelined(node, source);
      halfClosed(node, source);
      if (!store.isPostgres()) {
        // The store has no part in these.
        idleAndDripping(node, source);
        neverReading(node, source);
        exploding(node);
      }
      node.ingest(source, PLAIN);
      node.assertHealthy();
    }
  }

  private static String head(String source, String... headers) {
    return "POST /v1/ingest/"
        + source
        + " HTTP/1.1\r\nHost: x\r\n"
        + String.join("\r\n", headers)
        + "\r\n\r\n";
  }

  private static void tooLarge(LiveNode node, String source) throws IOException {
    int before = node.events(source);
    try (RawConnection sender = new RawConnection(node.port())) {
      // Refused before a byte of the body is sent.
      sender.send(head(source, "Content-Length: " + (LIMIT + 1), "Expect: 100-continue"));
      assertThat(sender.answer("POST").orElseThrow().status()).isEqualTo(413);
    }
    try (RawConnection sender = new RawConnection(node.port())) {
      sender.send(head(source, "Transfer-Encoding: chunked"));
      sender.trySend(chunk(LIMIT));
      sender.trySend(chunk(1));
      RawConnection.Answer answer = sender.answer("POST").orElseThrow();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.text()).contains("Payload too large: limit is " + LIMIT + " bytes");
    }
    assertThat(node.events(source)).isEqualTo(before);
    try (RawConnection sender = new RawConnection(node.port())) {
      sender.send(head(source, "Transfer-Encoding: chunked"));
      sender.send(chunk(LIMIT));
      sender.send("0\r\n\r\n");
      RawConnection.Answer answer = sender.answer("POST").orElseThrow();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(node.stored(LiveNode.text(answer.body(), "event_id"))).hasSize(LIMIT);
    }
  }

  private static byte[] chunk(int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 16);
    out.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[length]);
    out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  private static void headerBombs(LiveNode node, String source) throws IOException {
    for (String bomb :
        List.of(
            "X-A: " + "a".repeat(70_000),
            "X-A: 123\r\n".repeat(10_000) + "X-B: 2",
            "a".repeat(200_000))) {
      try (RawConnection sender = new RawConnection(node.port())) {
        sender.trySend(head(source, bomb, "Content-Length: 0").getBytes(StandardCharsets.US_ASCII));
        assertThat(sender.answer("POST").orElseThrow().status()).isIn(400, 431);
      } catch (IOException e) {
        assertThat(e).as("cut while it still sent").isInstanceOf(java.net.SocketException.class);
      }
    }
    try (RawConnection sender = new RawConnection(node.port())) {
      sender.send(head(source, "a:\r\n".repeat(10_000) + "Content-Length: 0"));
      assertThat(sender.answer("POST").orElseThrow().status()).isEqualTo(200);
    }
  }

  private static void pipelined(LiveNode node, String source) throws IOException {
    int before = node.events(source);
    int requests = 200;
    try (RawConnection sender = new RawConnection(node.port())) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < requests; i++) {
        all.append(head(source, "Content-Length: 4")).append(1_000 + i);
      }
      sender.send(all.toString());
      for (int i = 0; i < requests; i++) {
        RawConnection.Answer answer = sender.answer("POST").orElseThrow();
        assertThat(answer.status()).isEqualTo(200);
        if (i % 50 == 7) {
          assertThat(node.stored(LiveNode.text(answer.body(), "event_id")))
              .asString(StandardCharsets.US_ASCII)
              .isEqualTo("" + (1_000 + i));
        }
      }
    }
    assertThat(node.events(source)).isEqualTo(before + requests);
  }

  private static void halfClosed(LiveNode node, String source) throws IOException {
    int before = node.events(source);
    try (RawConnection sender = new RawConnection(node.port())) {
      sender.send(head(source, "Content-Length: 4") + "once");
      sender.endOfSending();
      assertThat(sender.answer("POST").orElseThrow().status()).isEqualTo(200);
      assertThat(sender.isCut()).isTrue();
    }
    try (RawConnection sender = new RawConnection(node.port())) {
      sender.send(head(source, "Content-Length: 4") + "hal");
      sender.endOfSending();
      assertThat(sender.isCut()).isTrue();
    }
    assertThat(node.events(source)).isEqualTo(before + 1);
  }

  private static void idleAndDripping(LiveNode node, String source) throws IOException {
    List<RawConnection> others = new ArrayList<>();
    try {
      for (int i = 0; i < 1_000; i++) {
        RawConnection idle = new RawConnection(node.port());
        others.add(idle);
        idle.send(head(source, "Content-Length: 4") + "once");
        assertThat(idle.answer("POST").orElseThrow().status()).isEqualTo(200);
      }
      List<RawConnection> dripping = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        RawConnection slow = new RawConnection(node.port());
        others.add(slow);
        dripping.add(slow);
        slow.send(
            i % 2 == 0
                ? "POST /v1/ingest/" + source + " HTTP/1.1\r\nX-A: "
                : head(source, "Content-Length: 1000000"));
      }
      long began = System.nanoTime();
      for (int i = 0; i < 50; i++) {
        for (RawConnection slow : dripping) {
          slow.send("a");
        }
        node.ingest(source, PLAIN);
      }
      // 50 commits and 15,000 drips take well under a second when nothing stands in the way.
      assertThat(System.nanoTime() - began).isLessThan(30_000_000_000L);
      RawConnection stillThere = others.getFirst();
      stillThere.send(head(source, "Content-Length: 4") + "more");
      assertThat(stillThere.answer("POST").orElseThrow().status()).isEqualTo(200);
    } finally {
      for (RawConnection other : others) {
        other.close();
      }
    }
  }

  /** It asks for much more than it reads; the node must not keep all of that. */
  private static void neverReading(LiveNode node, String source) throws Exception {
    long used = LiveNode.usedBytes();
    byte[] asks =
        "GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
            .repeat(2_000)
            .getBytes(StandardCharsets.US_ASCII);
    try (RawConnection sender = new RawConnection(node.port(), 4_096)) {
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> sender.trySend(asks), task -> Thread.ofVirtual().start(task));
      for (int i = 0; i < 200; i++) {
        node.ingest(source, PLAIN);
      }
      assertThat(LiveNode.usedBytes() - used).as("kept unread").isLessThan(100L << 20);
      sender.close();
      sending.get();
    }
  }

  /** A thousandfold when it is unpacked; only those who look into bodies would unpack it. */
  private static void exploding(LiveNode node) throws IOException {
    byte[] tooLong = bomb(500L << 20, " ", "\"", "\"");
    byte[] tooMany = bomb(90L << 20, "0,", "[", "0]");
    assertThat(tooLong).hasSizeLessThan(LIMIT);
    long used = LiveNode.usedBytes();
    List<String> sources =
        List.of(
            node.source("collected", Json.object().build()),
            node.source(
                "keyed",
                rules("'dedup_enabled':1,'dedup_strategy':'body_field','dedup_field':'id'")),
            node.source(
                "checked",
                rules(
                    "'schema_validation_enabled':1,'json_schema':{'type':'object'},"
                        + "'schema_action':'warn'")));
    String collection =
        node.make(
            "collection",
            rules(
                "'name':'L','slug':'l','primary_key_path':'id','source_id':'"
                    + sources.getFirst()
                    + "'"));
    for (String source : sources) {
      for (byte[] bomb : List.of(tooLong, tooMany)) {
        String event = node.ingest(source, bomb, "Content-Encoding", "gzip");
        assertThat(node.stored(event)).isEqualTo(bomb);
      }
    }
    node.ingest(sources.getFirst(), "{\"id\":\"last\"}".getBytes(StandardCharsets.UTF_8));
    LiveNode.await(
        "the collection passes the bomb",
        () ->
            node.call("GET", "/v1/collections/" + collection + "/records/last", new byte[0])
                    .statusCode()
                == 200);
    assertThat(LiveNode.usedBytes() - used).as("kept").isLessThan(200L << 20);
  }

  private static Json.Obj rules(String members) {
    return (Json.Obj) Json.read(("{" + members + "}").replace('\'', '"'));
  }

  /** The same text over and over between a beginning and an end, packed. */
  private static byte[] bomb(long plainBytes, String text, String begin, String end)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] block = text.repeat((1 << 20) / text.length()).getBytes(StandardCharsets.US_ASCII);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(begin.getBytes(StandardCharsets.US_ASCII));
      for (long written = 0; written < plainBytes; written += block.length) {
        gzip.write(block);
      }
      gzip.write(end.getBytes(StandardCharsets.US_ASCII));
    }
    return out.toByteArray();
  }
}
