package dev.catchment.delivery;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A lock for which only those wait who can afford to. The others leave what is to be done, and
 * whoever holds the lock does it before going.
 *
 * <p>Virtual threads must not wait for what a loop needs: a lock that is handed to one of hundreds
 * of them stands still until a carrier is free to run it, and the loop stands behind it. What is
 * left is at most a few pieces for each delivery under way.
 */
final class Turns {
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Runnable> left = new ConcurrentLinkedQueue<>();

  /** Waits for the lock; for loops and others with a thread of their own. */
  <T> T now(Supplier<T> work) {
    lock.lock();
    try {
      doWhatIsLeft();
      return work.get();
    } finally {
      lock.unlock();
      lookAgain();
    }
  }

  /** The same for work without a result. */
  void now(Runnable work) {
    now(() -> {
      work.run();
      return true;
    });
  }

  /** Never waits: the work is done by this thread if the lock is free, else by who holds it. */
  void soon(Runnable work) {
    left.add(work);
    lookAgain();
  }

  /**
   * What was left while the lock was being given up has nobody else to do it. Nobody goes in front
   * of a thread that waits for the lock: that one looks, too.
   */
  private void lookAgain() {
    while (!left.isEmpty() && !lock.hasQueuedThreads() && lock.tryLock()) {
      try {
        doWhatIsLeft();
      } finally {
        lock.unlock();
      }
    }
  }

  private void doWhatIsLeft() {
    for (Runnable work = left.poll(); work != null; work = left.poll()) {
      work.run();
    }
  }
}
