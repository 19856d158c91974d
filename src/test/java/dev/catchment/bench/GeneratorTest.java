package dev.catchment.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

final class GeneratorTest {
  private static final long MILLIS = 1_000_000L;
  private static final LongSupplier TICKS = sinceNow();

  private final Payload payload = new Payload(200, 50);
  private final Ledger ledger = new Ledger();

  @Test
  void aClosedLoopCountsExactlyWhatTheServerStored() throws IOException {
    try (FakeNode node = new FakeNode(FakeNode.Flaws.NONE, 0);
        Generator generator = generator(node, 8)) {
      Tally tally = generator.run(Pass.open(0, 300 * MILLIS));

      assertThat(ledger.sent()).isGreaterThan(100);
      assertThat(ledger.acknowledgedCount()).isEqualTo(ledger.sent());
      assertThat(node.stored()).isEqualTo(ledger.sent());
      assertThat(node.keys()).hasSize(ledger.distinctKeys(payload, false));
      assertThat(ledger.sharedIds()).isZero();
      assertThat(ledger.unnamed()).isZero();
      assertThat(tally.latencies().getTotalCount()).isEqualTo(ledger.sent());
    }
  }

  @Test
  void anOpenLoopSendsItsScheduleAndNothingElse() throws IOException {
    try (FakeNode node = new FakeNode(FakeNode.Flaws.NONE, 0);
        Generator generator = generator(node, 8)) {
      generator.run(Pass.open(500, 200 * MILLIS));
      Tally tally = generator.run(Pass.open(1_000, 500 * MILLIS));

      assertThat(ledger.sent()).isEqualTo(600);
      assertThat(node.stored()).isEqualTo(600);
      assertThat(tally.issued()).isEqualTo(500);
      assertThat(tally.unsent()).isZero();
      assertThat(tally.perSecond()).isBetween(1.0, 1_000.0);
    }
  }

  @Test
  void refusedAndFailedEventsAreNotAcknowledged() throws IOException {
    try (FakeNode node = new FakeNode(new FakeNode.Flaws(0, 10, 25, 0, 0), 0);
        Generator generator = generator(node, 4)) {
      generator.run(Pass.open(1_000, 200 * MILLIS));

      // Every 50th is both a tenth and a twenty-fifth, and refused first.
      assertThat(ledger.sent()).isEqualTo(200);
      assertThat(ledger.refused()).isEqualTo(20);
      assertThat(ledger.uncertainCount()).isEqualTo(4);
      assertThat(ledger.acknowledgedCount()).isEqualTo(176);
      assertThat(node.stored()).isEqualTo(180);
    }
  }

  @Test
  void aStallIsChargedToEveryEventThatHadToWait() throws IOException {
    try (Stalling server = new Stalling(200);
        Generator generator = new Generator(server.aim(), payload, 1, ledger, TICKS)) {
      Tally tally = generator.run(Pass.open(1_000, 300 * MILLIS));

      // One answer took 200 ms; the 200 events due meanwhile waited 100 ms on average.
      assertThat(ledger.acknowledgedCount()).isEqualTo(300);
      assertThat(tally.latencies().getCountBetweenValues(50_000, Long.MAX_VALUE / 4))
          .isGreaterThan(100);
      assertThat(tally.latencies().getMaxValue()).isGreaterThan(190_000);
    }
  }

  @Test
  void anAnswerThatNeverComesLeavesItsEventUncertain() throws IOException {
    try (Stalling server = new Stalling(-1);
        Generator generator = new Generator(server.aim(), payload, 1, ledger, TICKS)) {
      generator.run(Pass.open(100, 200 * MILLIS));

      assertThat(ledger.sent()).isEqualTo(20);
      assertThat(ledger.uncertainCount()).isEqualTo(1);
      assertThat(ledger.acknowledgedCount()).isEqualTo(19);
    }
  }

  @Test
  void aClosedLoopWaitsWhileItMayNotIssue() throws IOException {
    try (FakeNode node = new FakeNode(FakeNode.Flaws.NONE, 0);
        Generator generator = generator(node, 8)) {
      generator.run(Pass.held(100 * MILLIS, sent -> sent < 7));

      assertThat(ledger.sent()).isEqualTo(7);
    }
  }

  private Generator generator(FakeNode node, int connections) throws IOException {
    return new Generator(
        Aim.at(node.url(), "/v1/ingest/source1"), payload, connections, ledger, TICKS);
  }

  private static LongSupplier sinceNow() {
    long origin = System.nanoTime();
    return () -> System.nanoTime() - origin;
  }

  /** Answers one request at a time; the tenth late, or by closing the connection. */
  private static final class Stalling implements AutoCloseable {
    private final ServerSocket listener;
    private final long stallMillis;
    private int requests;

    Stalling(long stallMillis) throws IOException {
      this.stallMillis = stallMillis;
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::serve);
    }

    Aim aim() {
      return new Aim(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()),
          "x",
          "/",
          null);
    }

    private void serve() {
      while (!listener.isClosed()) {
        try (Socket socket = listener.accept()) {
          answer(socket);
        } catch (IOException e) {
          // The generator hung up or the listener was closed; the loop's condition tells which.
          requests = Math.max(requests, 10);
        }
      }
    }

    private void answer(Socket socket) throws IOException {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      byte[] bytes = new byte[4_096];
      int count = 0;
      while (true) {
        int got = in.read(bytes, count, bytes.length - count);
        if (got < 0) {
          return;
        }
        count += got;
        int end = MessageHead.end(bytes, count);
        if (end < 0 || count < end + MessageHead.read(bytes, end).length()) {
          continue;
        }
        count = 0;
        if (++requests == 10) {
          if (stallMillis < 0) {
            return;
          }
          LockSupport.parkNanos(stallMillis * MILLIS);
        }
        String body = String.format("{\"event_id\":\"%032x\"}", requests);
        socket
            .getOutputStream()
            .write(
                ("HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII));
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}
