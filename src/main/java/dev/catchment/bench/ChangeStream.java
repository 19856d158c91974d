package dev.catchment.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of a collection's changes, on a thread of its own: how long after the scheduled
 * time of its event each change arrives, in microseconds.
 */
final class ChangeStream implements AutoCloseable {
  /** The member {@code at} of the event, whose text is a member of the record. */
  private static final String SCHEDULED = "\\\"at\\\":\\\"";

  private static final int SCHEDULED_DIGITS = 16;
  private static final long READY_SECONDS_MAX = 10;

  private final Histogram latencies = new Histogram(3);
  private final AtomicLong changes = new AtomicLong();
  private final CountDownLatch ready = new CountDownLatch(1);
  private final LongSupplier ticks;
  private final InputStream body;
  private volatile @Nullable IOException failure;

  /**
   * Subscribes from now on and waits until the server says that it listens.
   *
   * @param ticks nanoseconds since the bench began, from which the events' times are counted
   */
  ChangeStream(Target target, String collection, LongSupplier ticks) {
    this.ticks = ticks;
    HttpResponse<InputStream> answer = target.changes(collection);
    if (answer.statusCode() != 200) {
      throw new VoidRun("The changes of a collection answered " + answer.statusCode());
    }
    this.body = answer.body();
    try {
      Thread.ofPlatform().daemon(true).name("bench-changes").start(this::read);
      if (!ready.await(READY_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new VoidRun("The stream of changes never became ready");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VoidRun("Interrupted", e);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: ready")) {
          ready.countDown();
        }
        int at = line.startsWith("data:") ? line.indexOf(SCHEDULED) : -1;
        if (at >= 0) {
          int from = at + SCHEDULED.length();
          long micros = Long.parseLong(line.substring(from, from + SCHEDULED_DIGITS));
          latencies.recordValue(Math.max(0, ticks.getAsLong() / 1_000 - micros));
          changes.incrementAndGet();
        }
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  /** Changes that have arrived. */
  long changes() {
    return changes.get();
  }

  /** The latencies; only once no more changes are on their way. */
  Histogram latencies() {
    IOException failed = failure;
    if (failed != null) {
      throw new VoidRun("The stream of changes broke", failed);
    }
    return latencies;
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      // Nothing is read from it any more.
      failure = e;
    }
  }
}
