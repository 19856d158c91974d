package dev.catchment.transform;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Jobs that wait, in turns: each key is served once before any is served again, so that one slow
 * expression with a thousand bodies does not hold back another with one. Not safe for use by
 * several threads.
 */
final class Turns<T> {
  private final Map<String, Deque<T>> waiting = new LinkedHashMap<>();

  void add(String key, T job) {
    waiting.computeIfAbsent(key, any -> new ArrayDeque<>()).add(job);
  }

  /** Forgets a job that waits; false when it does not. */
  boolean remove(String key, T job) {
    Deque<T> jobs = waiting.get(key);
    boolean removed = jobs != null && jobs.remove(job);
    if (jobs != null && jobs.isEmpty()) {
      waiting.remove(key);
    }
    return removed;
  }

  /** Whoever is next; empty when nobody waits. */
  Optional<T> next() {
    var first = waiting.entrySet().iterator();
    if (!first.hasNext()) {
      return Optional.empty();
    }
    Map.Entry<String, Deque<T>> turn = first.next();
    String key = turn.getKey();
    Deque<T> jobs = turn.getValue();
    waiting.remove(key);
    T job = jobs.removeFirst();
    if (!jobs.isEmpty()) {
      waiting.put(key, jobs);
    }
    return Optional.of(job);
  }
}
