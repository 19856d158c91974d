package dev.catchment.bench;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends events over a fixed number of connections from the calling thread, one selector and no
 * other machinery, because it shares its processors with the server it measures.
 */
final class Generator implements AutoCloseable {
  private static final long MILLIS = 1_000_000L;

  /** How long an overloaded open loop goes on with what was due before its end. */
  private static final long BACKLOG_NANOS_MAX = 5_000 * MILLIS;

  /** How long an answer may take before its event counts as uncertain. */
  private static final long ANSWER_NANOS_MAX = 30_000 * MILLIS;

  private static final long RECONNECT_NANOS = 100 * MILLIS;

  private static final long SELECT_MILLIS_MAX = 10;

  private final Selector selector;
  private final Ledger ledger;
  private final LongSupplier ticks;
  private final List<Wire> wires = new ArrayList<>();
  private final Deque<Wire> idle = new ArrayDeque<>();
  private final Deque<Wire> broken = new ArrayDeque<>();
  private @Nullable Tally tally;
  private int inFlight;

  /**
   * A generator whose connections are opened by its first pass.
   *
   * @param ticks nanoseconds since the bench began
   */
  Generator(Aim aim, Payload payload, int connections, Ledger ledger, LongSupplier ticks)
      throws IOException {
    this.selector = Selector.open();
    this.ledger = ledger;
    this.ticks = ticks;
    for (int i = 0; i < connections; i++) {
      Wire wire = new Wire(aim, payload);
      wires.add(wire);
      broken.add(wire);
    }
  }

  /** Runs one pass to its end and waits, at most 30 s, for the answers that are still due. */
  Tally run(Pass pass) throws IOException {
    connect();
    Tally current = new Tally(pass, ticks.getAsLong());
    tally = current;
    try (Metronome beats = new Metronome(pass, selector, ticks)) {
      while (step(current)) {
        // A closed loop that is held back has no beat to wake it when it may go on.
        boolean held = current.closedLoop() && !idle.isEmpty();
        selector.select(this::ready, held ? 1 : SELECT_MILLIS_MAX);
      }
    }
    current.close(ticks.getAsLong());
    tally = null;
    return current;
  }

  /** Sends what is due; false when the pass is over. */
  private boolean step(Tally current) {
    long now = ticks.getAsLong();
    reopen(now);
    if (current.unfinished(now, BACKLOG_NANOS_MAX)) {
      issue(current);
      return true;
    }
    if (now > current.end() + BACKLOG_NANOS_MAX + ANSWER_NANOS_MAX) {
      wires.stream().filter(Wire::busy).forEach(wire -> lose(wire, now));
    }
    return inFlight > 0;
  }

  /** Opens what is not open, and notices what the server closed since the last pass. */
  private void connect() throws IOException {
    long giveUp = ticks.getAsLong() + 5_000 * MILLIS;
    selector.selectNow(this::ready);
    while (idle.size() < wires.size() && ticks.getAsLong() < giveUp) {
      reopen(ticks.getAsLong());
      selector.select(this::ready, SELECT_MILLIS_MAX);
    }
  }

  private void reopen(long now) {
    for (Wire wire = broken.peek(); wire != null && wire.retryAt() <= now; wire = broken.peek()) {
      broken.remove();
      try {
        wire.open(selector);
      } catch (IOException e) {
        lose(wire, now);
      }
    }
  }

  private void issue(Tally current) {
    while (!idle.isEmpty() && current.mayIssue(ledger.sent())) {
      long now = ticks.getAsLong();
      long due = current.due(now);
      if (due > now || !current.unfinished(now, BACKLOG_NANOS_MAX)) {
        return;
      }
      Wire wire = idle.remove();
      current.issue();
      inFlight++;
      try {
        wire.send(selector, ledger.begin(), due);
      } catch (IOException e) {
        lose(wire, now);
      }
    }
  }

  private void ready(SelectionKey key) {
    Wire wire = (Wire) key.attachment();
    try {
      if (key.isConnectable()) {
        wire.connected(key);
        idle.add(wire);
        return;
      }
      if (key.isWritable()) {
        wire.flush(key);
      }
      if (key.isReadable()) {
        Wire.Answer answer = wire.read();
        if (answer != null) {
          settle(wire, answer);
        }
      }
    } catch (IOException e) {
      lose(wire, ticks.getAsLong());
    }
  }

  private void settle(Wire wire, Wire.Answer answer) {
    inFlight--;
    long now = ticks.getAsLong();
    if (answer.status() == 200) {
      ledger.acknowledge(wire.seq(), answer.idHigh(), answer.idLow());
      if (tally != null) {
        tally.answer(wire.due(), now);
      }
    } else if (answer.status() < 500) {
      ledger.refuse();
    } else {
      ledger.doubt(wire.seq());
    }
    if (answer.close()) {
      wire.close(now);
      broken.add(wire);
    } else {
      idle.add(wire);
    }
  }

  /** Gives a connection up, and with it the certainty about the event it carried. */
  private void lose(Wire wire, long now) {
    if (wire.busy()) {
      ledger.doubt(wire.seq());
      inFlight--;
    }
    idle.remove(wire);
    wire.close(now + RECONNECT_NANOS);
    broken.add(wire);
  }

  @Override
  public void close() throws IOException {
    wires.forEach(wire -> wire.close(0));
    selector.close();
  }
}
