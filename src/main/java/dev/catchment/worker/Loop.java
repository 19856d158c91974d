package dev.catchment.worker;

import dev.catchment.base.Failure;
import dev.catchment.observe.Log;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs a step on a thread of its own: at once while there is work, at the time the step names, and
 * whenever it is woken. Between, it sleeps without waking up. A step that throws is tried again
 * after a growing pause, for ever.
 */
public final class Loop {
  private static final long BACKOFF_MILLIS_MIN = 50;
  private static final long BACKOFF_MILLIS_MAX = 5_000;

  /** Even a loop that lost every wake-up looks again after this long. */
  private static final long SLEEP_MILLIS_MAX = 60_000;

  private static final Log LOG = Log.of("worker.loop");

  private final String name;
  private final Step step;
  private final InstantSource clock;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Semaphore bell = new Semaphore(0);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private long backoffMillis;
  private volatile @Nullable String trouble;
  private @Nullable Thread thread;

  /** A loop that has not been started. */
  public Loop(String name, Step step, InstantSource clock) {
    this.name = name;
    this.step = step;
    this.clock = clock;
  }

  public String name() {
    return name;
  }

  /** Why the last step failed; null when it did not. */
  public @Nullable String trouble() {
    return trouble;
  }

  /** There may be something to do. Cheap, and callable from any thread, which waits for nobody. */
  public void wake() {
    if (!woken.getAndSet(true)) {
      bell.release();
    }
  }

  void start() {
    thread = Thread.ofPlatform().name("catchment-" + name).daemon(true).start(this::run);
  }

  /** Lets the running step end, then ends the thread; waits at most that long. */
  void stop(long millis) {
    stopping.countDown();
    bell.release();
    Thread running = thread;
    if (running != null) {
      try {
        running.join(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    while (!isStopping()) {
      Step.Next next = runStep();
      try {
        await(next);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private Step.Next runStep() {
    // A wake-up during the step must lead to another step, so it is forgotten before, not after.
    bell.drainPermits();
    woken.set(false);
    try {
      Step.Next next = step.step();
      if (trouble != null) {
        LOG.info("loop.recovered", "loop", name);
        trouble = null;
      }
      backoffMillis = 0;
      return next;
    } catch (RuntimeException | Error e) {
      // An error that ended the thread would leave a node that looks well and does nothing.
      return backOff(e);
    }
  }

  private Step.Next backOff(Throwable e) {
    backoffMillis = Math.min(BACKOFF_MILLIS_MAX, Math.max(BACKOFF_MILLIS_MIN, backoffMillis * 2));
    if (trouble == null && e instanceof Failure) {
      LOG.warn("loop.waiting", "loop", name, "reason", e.getMessage());
    } else if (trouble == null) {
      LOG.error("loop.failed", e, "loop", name);
    }
    trouble = String.valueOf(e.getMessage());
    return Step.at(clock.millis() + backoffMillis);
  }

  private void await(Step.Next next) throws InterruptedException {
    long millis =
        switch (next) {
          case Step.Next.Again again -> 0;
          case Step.Next.WhenWoken whenWoken -> SLEEP_MILLIS_MAX;
          case Step.Next.At at -> Math.min(SLEEP_MILLIS_MAX, at.epochMillis() - clock.millis());
          case Step.Next.Rest rest -> Math.min(SLEEP_MILLIS_MAX, rest.millis());
        };
    if (backoffMillis > 0 || next instanceof Step.Next.Rest) {
      // While backing off or resting, wake-ups do not cut the pause short.
      stopping.await(millis, TimeUnit.MILLISECONDS);
    } else if (!isStopping() && !woken.get()) {
      bell.tryAcquire(millis, TimeUnit.MILLISECONDS);
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }
}
