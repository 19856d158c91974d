package dev.catchment.live;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Those who have all changes of one collection's records and wait for more. */
final class RecordTail {
  /** Reads what follows a number; empty when the collection is gone. */
  @FunctionalInterface
  interface Reader {
    Optional<Run> after(long number);
  }

  /**
   * What follows a number.
   *
   * @param reached the number up to which that is everything
   * @param whole whether nothing follows
   */
  record Run(List<RecordNews> news, long reached, boolean whole) {}

  private final Reader reader;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Follower> followers = new HashSet<>();
  private long reached = -1;

  RecordTail(Reader reader) {
    this.reader = reader;
  }

  /**
   * Adds somebody who has everything up to a number.
   *
   * @return false when the tail is ahead of it
   */
  boolean join(Follower follower, long number) {
    lock.lock();
    try {
      if (followers.isEmpty()) {
        reached = number;
      }
      if (reached > number) {
        return false;
      }
      followers.add(follower);
      return true;
    } finally {
      lock.unlock();
    }
  }

  void leave(Follower follower) {
    lock.lock();
    try {
      followers.remove(follower);
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return followers.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Reads once for everyone and tells; false when there is nothing more for now. */
  boolean step() {
    long from;
    lock.lock();
    try {
      if (followers.isEmpty()) {
        return false;
      }
      from = reached;
    } finally {
      lock.unlock();
    }
    Optional<Run> run = reader.after(from);
    lock.lock();
    try {
      if (run.isEmpty()) {
        followers.forEach(Follower::ended);
        followers.clear();
        return false;
      }
      // Everyone may have gone and somebody else come meanwhile, who begins elsewhere.
      if (reached != from) {
        return true;
      }
      followers.removeIf(follower -> !follower.told(run.get().news()));
      reached = run.get().reached();
      return !run.get().whole();
    } finally {
      lock.unlock();
    }
  }
}
