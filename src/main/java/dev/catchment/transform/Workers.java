package dev.catchment.transform;

import dev.catchment.base.Failure;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that evaluate, and a thread for each text that is compiled. Java cannot end a
 * thread that does not want to end; one that computes for too long is given up and replaced. Only
 * so many are given up at a time: beyond that a slot stays taken until its thread has come to its
 * end.
 *
 * <p>Whoever waits for a job watches over it, so no thread does nothing but watch.
 */
final class Workers implements AutoCloseable {
  /** The most threads that were given up and still run. */
  static final int RUNAWAYS_MAX = 4;

  /** Evaluation as deep as the guard lets it be needs about a fifth of it. */
  private static final long STACK_BYTES = 8L << 20;

  /** How long a job waits for its turn at most: threads that cannot be ended may hold them all. */
  static final long TURN_WAIT_MILLIS = 60_000;

  private static final int PLACES = 2;
  private static final long PLACE_WAIT_SECONDS = 10;
  private static final long WATCH_MILLIS = 250;

  private final Meter meter;
  private final int threadsMax;
  private final long turnWaitMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  private final Turns<Job<?>> turns = new Turns<>();
  private final Set<Job<?>> runaways = new HashSet<>();

  /** Each is held until its thread has ended. */
  private final Semaphore places = new Semaphore(PLACES);

  private int threads;
  private int idle;
  private int queued;
  private boolean closed;

  /**
   * @param threadsMax how many jobs are run at once
   * @param turnWaitMillis how long a job waits for its turn at most
   */
  Workers(Meter meter, int threadsMax, long turnWaitMillis) {
    this.meter = meter;
    this.threadsMax = threadsMax;
    this.turnWaitMillis = turnWaitMillis;
  }

  /** Something that one of the threads runs. */
  private static final class Job<T> {
    private final Callable<T> work;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile long computedBefore;
    private volatile @Nullable T result;
    private volatile @Nullable Throwable fault;
    private final boolean pooled;
    private boolean givenUp;

    Job(Callable<T> work, boolean pooled) {
      this.work = work;
      this.pooled = pooled;
    }

    void run(Meter meter) {
      Thread here = Thread.currentThread();
      computedBefore = meter.computedNanos(here);
      thread = here;
      begun.countDown();
      try {
        result = work.call();
      } catch (Exception | Error e) {
        fault = e;
      } finally {
        done.countDown();
      }
    }

    /** Whether it has computed for too long, or has not ended for long, whatever it did. */
    boolean isOverdue(Meter meter, long waitedNanos) {
      Thread worker = thread;
      long computed = worker == null ? -1 : meter.computedNanos(worker);
      return waitedNanos > Transforms.WALL_NANOS_MAX + Transforms.GRACE_NANOS
          || computed - computedBefore > Transforms.TIME_NANOS_MAX + Transforms.GRACE_NANOS;
    }
  }

  /**
   * Runs a job when its turn has come, and waits for it.
   *
   * @param key jobs of one key wait for each other
   * @return its result; empty when it was given up
   * @throws Failure {@code UNAVAILABLE} when its turn does not come in time
   */
  <T> Optional<T> call(String key, Callable<T> work) throws InterruptedException {
    Job<T> job = new Job<>(work, true);
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("Closed");
      }
      turns.add(key, job);
      queued++;
      // Somebody who was woken and has not taken a job yet still counts as idle.
      if (idle < queued && threads < threadsMax) {
        start();
      }
      added.signal();
    } finally {
      lock.unlock();
    }
    if (!job.begun.await(turnWaitMillis, TimeUnit.MILLISECONDS) && withdrawn(key, job)) {
      throw Failure.retryLater("Service unavailable", PLACE_WAIT_SECONDS);
    }
    job.begun.await();
    return outcome(job);
  }

  private boolean withdrawn(String key, Job<?> job) {
    lock.lock();
    try {
      boolean removed = turns.remove(key, job);
      queued -= removed ? 1 : 0;
      return removed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The same at once, on a thread of its own that ends with the job.
   *
   * @throws Failure when others take all the places
   */
  <T> Optional<T> callAlone(Callable<T> work) throws InterruptedException {
    if (!places.tryAcquire(PLACE_WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw Failure.retryLater("Service unavailable", PLACE_WAIT_SECONDS);
    }
    Job<T> job = new Job<>(work, false);
    thread(
            "alone",
            () -> {
              job.run(meter);
              places.release();
            })
        .start();
    job.begun.await();
    return outcome(job);
  }

  private static Thread thread(String name, Runnable work) {
    return Thread.ofPlatform()
        .daemon()
        .name("catchment-transform-" + name)
        .stackSize(STACK_BYTES)
        .unstarted(work);
  }

  private void start() {
    threads++;
    thread("worker", this::work).start();
  }

  private void work() {
    for (Job<?> job = take(); job != null; job = take()) {
      if (finish(job)) {
        return;
      }
    }
  }

  private @Nullable Job<?> take() {
    lock.lock();
    try {
      idle++;
      Optional<Job<?>> next = turns.next();
      while (next.isEmpty() && !closed) {
        added.awaitUninterruptibly();
        next = turns.next();
      }
      idle--;
      if (next.isEmpty()) {
        threads--;
        return null;
      }
      queued--;
      return next.get();
    } finally {
      lock.unlock();
    }
  }

  /** Runs a job; true when it was given up meanwhile, so that its thread is not needed any more. */
  private boolean finish(Job<?> job) {
    job.run(meter);
    lock.lock();
    try {
      if (job.givenUp && !runaways.remove(job)) {
        // It kept its slot, because too many had been given up.
        return false;
      }
      return job.givenUp;
    } finally {
      lock.unlock();
    }
  }

  private <T> Optional<T> outcome(Job<T> job) throws InterruptedException {
    long begun = meter.nanos();
    while (!job.done.await(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
      if (job.isOverdue(meter, meter.nanos() - begun) && giveUp(job)) {
        return Optional.empty();
      }
    }
    Throwable fault = job.fault;
    return switch (fault) {
      case null -> Optional.ofNullable(job.result);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(fault);
    };
  }

  private boolean giveUp(Job<?> job) {
    lock.lock();
    try {
      if (job.done.getCount() == 0) {
        return false;
      }
      job.givenUp = true;
      if (job.pooled && runaways.size() < RUNAWAYS_MAX) {
        runaways.add(job);
        threads--;
        if (queued > idle) {
          start();
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      added.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
