package dev.catchment.transform;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watches over one evaluation: how long it computes, how deep it is, what it allocates, and how
 * large the values are that it makes. Asked at each step of the library and at each call of a
 * function; used by the thread that evaluates, but for {@link #cancel}.
 *
 * <p>Values are weighed as they would be written out. Shared parts count each time, for forty
 * doublings of a small object would be a small graph and a body of a terabyte.
 */
final class Guard {
  /** A body, a value in between or a result may weigh this much: about a million values. */
  static final int WEIGHT_MAX = 32 << 20;

  /** Each value weighs this, and a text or the name of a member its characters on top. */
  static final int VALUE_WEIGHT = 32;

  /** The deepest nesting of a value, as the JSON parser allows it. */
  static final int VALUE_DEPTH_MAX = 512;

  private static final int EVALUATIONS_DEPTH_MAX = 4_000;
  private static final int STEPS_BETWEEN_LOOKS = 16;
  private static final int REFERENCE_BYTES = 4;
  private static final int REMEMBERED_FROM = 16;

  private final Meter meter;
  private final long startedNanos;
  private final long computedAtStart;
  private final long allocatedAtStart;
  private final boolean remembers;
  private final IdentityHashMap<Object, Integer> weights = new IdentityHashMap<>();
  private volatile boolean cancelled;
  private int steps;
  private int depth;
  private int calls;
  private int visited;
  private @Nullable Stopped stopped;

  /**
   * A guard that starts now.
   *
   * @param remembers whether a value once weighed stays as it is
   */
  Guard(Meter meter, boolean remembers) {
    this.meter = meter;
    this.remembers = remembers;
    this.startedNanos = meter.nanos();
    this.computedAtStart = meter.computedNanos();
    this.allocatedAtStart = meter.allocatedBytes();
  }

  /** Milliseconds since 1970 at which the evaluation sees itself. */
  long now() {
    return meter.now();
  }

  /** Asks the evaluation to end at its next step. May be called by any thread. */
  void cancel() {
    cancelled = true;
  }

  /** Why the evaluation had to end, even if the library has covered that up; null if it had not. */
  @Nullable Stopped stopped() {
    return stopped;
  }

  /** The library begins to evaluate a part of the expression. */
  void enter(boolean call) {
    depth++;
    calls += call ? 1 : 0;
    if (calls > Transforms.CALL_DEPTH_MAX) {
      throw stop("it calls itself deeper than " + Transforms.CALL_DEPTH_MAX + " calls");
    }
    if (depth > EVALUATIONS_DEPTH_MAX) {
      throw stop("it is nested too deeply");
    }
    count(1);
  }

  private void count(int done) {
    steps += done;
    if (steps >= STEPS_BETWEEN_LOOKS) {
      steps = 0;
      look();
    }
  }

  /** The library has evaluated a part of the expression. */
  void leave(boolean call, @Nullable Object result) {
    depth--;
    calls -= call ? 1 : 0;
    weigh(result);
    if (result instanceof List<?> list) {
      // A join binds each of them to everything bound so far, before it enters another part.
      count(Math.min(list.size(), STEPS_BETWEEN_LOOKS));
    }
  }

  /**
   * Ends the evaluation if a wildcard over a value would use up its memory: for each list among an
   * object's members the library copies all it has found so far, and does not ask meanwhile.
   */
  void expand(@Nullable Object value) {
    Object object = value instanceof List<?> list && !list.isEmpty() ? list.getFirst() : value;
    if (!(object instanceof Map<?, ?> members)) {
      return;
    }
    long found = 0;
    long copied = 0;
    for (Object member : members.values()) {
      if (member instanceof List<?> list) {
        copied += found * REFERENCE_BYTES;
        found += leaves(list);
      } else {
        found++;
      }
    }
    if (copied > meter.allocatedBytesMax()) {
      throw tooMuchMemory();
    }
  }

  private static long leaves(List<?> list) {
    long leaves = 0;
    for (Object value : list) {
      leaves += value instanceof List<?> inner ? leaves(inner) : 1;
    }
    return leaves;
  }

  /** Ends the evaluation if it has used up its time or memory. */
  void look() {
    if (cancelled) {
      throw stop("it was broken off");
    }
    long wall = meter.nanos() - startedNanos;
    if (wall > Transforms.TIME_NANOS_MAX && isOverTime(wall)) {
      throw stop("it took longer than " + Transforms.TIME_NANOS_MAX / 1_000_000 + " ms");
    }
    if (meter.allocatedBytes() - allocatedAtStart > meter.allocatedBytesMax()) {
      throw tooMuchMemory();
    }
  }

  private Stopped tooMuchMemory() {
    return stop("it used more than " + (meter.allocatedBytesMax() >> 20) + " MiB of memory");
  }

  /** A machine that stood still or is overloaded is not the expression's fault, up to a point. */
  private boolean isOverTime(long wall) {
    return wall > Transforms.WALL_NANOS_MAX
        || meter.computedNanos() - computedAtStart > Transforms.TIME_NANOS_MAX;
  }

  /** Ends the evaluation if a value is too large or too deep; says what it weighs. */
  int weigh(@Nullable Object value) {
    if (value instanceof String text && text.length() < WEIGHT_MAX - VALUE_WEIGHT) {
      return VALUE_WEIGHT + text.length();
    }
    if (!(value instanceof List || value instanceof Map || value instanceof String)) {
      return VALUE_WEIGHT;
    }
    return checked(weight(value, 0));
  }

  /** Ends the evaluation if these together are too large. */
  void weighAll(List<?> values) {
    long sum = 0;
    for (Object value : values) {
      sum += weigh(value);
    }
    checked(sum);
  }

  /** The weight if it is allowed. */
  int checked(long weight) {
    if (weight > WEIGHT_MAX) {
      throw stop("a value of it grew larger than " + (WEIGHT_MAX >> 20) + " MiB");
    }
    return (int) weight;
  }

  private long weight(@Nullable Object value, int above) {
    if (value instanceof String text) {
      return VALUE_WEIGHT + (long) text.length();
    }
    if (!(value instanceof List || value instanceof Map)) {
      return VALUE_WEIGHT;
    }
    Integer known = weights.get(value);
    if (known != null) {
      return known;
    }
    if (above >= VALUE_DEPTH_MAX) {
      throw stop("a value of it is nested deeper than " + VALUE_DEPTH_MAX + " levels");
    }
    int before = visited;
    long weight =
        value instanceof List<?> list ? ofList(list, above) : ofMap((Map<?, ?>) value, above);
    if (remembers && visited - before >= REMEMBERED_FROM) {
      weights.put(value, checked(weight));
    }
    return weight;
  }

  private long ofList(List<?> list, int above) {
    long weight = checked(VALUE_WEIGHT * (1L + list.size()));
    visited += list.size();
    for (Object item : list) {
      weight = checked(weight + weight(item, above + 1) - VALUE_WEIGHT);
    }
    return weight;
  }

  private long ofMap(Map<?, ?> map, int above) {
    long weight = VALUE_WEIGHT;
    visited += map.size();
    for (Map.Entry<?, ?> member : map.entrySet()) {
      int name = String.valueOf(member.getKey()).length();
      weight = checked(weight + name + weight(member.getValue(), above + 1));
    }
    return weight;
  }

  /** What ends the evaluation; the first reason counts. */
  Stopped stop(String reason) {
    if (stopped == null) {
      stopped = new Stopped(reason);
    }
    return stopped;
  }
}
