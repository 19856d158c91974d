package dev.catchment.transform;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Applies JSONata expressions to bodies. Each text is compiled once and kept; evaluation takes
 * place on a few threads of its own and is bounded in time, depth and memory. Whatever an
 * expression says, the caller gets an answer about a second after its turn has come, and other
 * expressions go on. One whose evaluation could not be stopped is not evaluated again.
 */
public final class Transforms implements AutoCloseable {
  /** The longest expression, in UTF-16 units; the characters of one are at most as many. */
  public static final int TEXT_CHARS_MAX = 64 * 1024;

  /** The deepest nesting of brackets in an expression. */
  public static final int NESTING_MAX = 50;

  /** How long an evaluation may compute. */
  static final long TIME_NANOS_MAX = 500_000_000;

  /** How long an evaluation may last on a machine that has no time for it. */
  static final long WALL_NANOS_MAX = 5_000_000_000L;

  /** How long after its time an evaluation may take to notice. */
  static final long GRACE_NANOS = 250_000_000;

  /** How many calls of functions may stand within each other. */
  public static final int CALL_DEPTH_MAX = 200;

  /** The largest result, as compact JSON. */
  public static final int RESULT_BYTES_MAX = 10 << 20;

  /** What compiled expressions are kept; the compiled form takes some hundred times the text. */
  private static final int KEPT_MAX = 1_000;

  private static final int KEPT_CHARS_MAX = 512 * 1024;
  private static final int BROKEN_MAX = 1_000;

  private final Meter meter;
  private final Builtins builtins = new Builtins();
  private final Workers workers;
  private final Map<String, Expression> kept = new LinkedHashMap<>(64, 0.75f, true);
  private final Set<String> broken =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > BROKEN_MAX;
            }
          });
  private int keptChars;

  /**
   * Transforms on threads that start when they are needed.
   *
   * @param clock what {@code $now()} and {@code $millis()} tell
   * @param nanoTime a time in nanoseconds that only goes forward
   */
  public Transforms(InstantSource clock, LongSupplier nanoTime, TransformSettings settings) {
    this.meter = new Meter(clock, nanoTime, settings.allocatedBytesMax());
    this.workers = new Workers(meter, settings.threads(), Workers.TURN_WAIT_MILLIS);
  }

  /**
   * Throws unless a text is an expression that can be evaluated.
   *
   * @param field the field of the request that holds it
   * @throws Failure {@code INVALID} with the position of what is wrong, counted from 1
   */
  public void check(String expression, String field) {
    try {
      compiled(expression);
    } catch (Misfit e) {
      throw Failure.body(field, e.sentence());
    }
  }

  /**
   * Applies an expression to a parsed body. Waits for its turn, up to a minute, and then for about
   * a second at most; to be called by threads that may wait.
   *
   * @param body empty when the body did not parse
   * @param event the value of {@code $event}
   * @throws Failure {@code UNAVAILABLE} when others take all the threads meanwhile
   */
  public TransformResult apply(String expression, Optional<Json> body, Json.Obj event) {
    if (body.isEmpty()) {
      return new TransformResult.Failed("the body is neither JSON nor a form");
    }
    if (isBroken(expression)) {
      return new TransformResult.Failed(
          "it could not be stopped before, and is not evaluated again until it is changed");
    }
    try {
      return evaluated(expression, compiled(expression), body.get(), event);
    } catch (Misfit e) {
      return new TransformResult.Failed("the expression " + e.sentence());
    }
  }

  private TransformResult evaluated(String text, Expression expression, Json body, Json.Obj event) {
    Guarded guarded = new Guarded();
    Optional<TransformResult> result =
        waiting(() ->
            workers.call(
                text, () -> expression.apply(body, event, guarded.begin(expression.guard(meter)))));
    if (result.isEmpty()) {
      guarded.cancel();
      mark(text);
    }
    return result.orElse(new TransformResult.Failed("it could not be stopped in time"));
  }

  /** The guard of an evaluation that may not have begun. */
  private static final class Guarded {
    private volatile Optional<Guard> guard = Optional.empty();

    Guard begin(Guard begun) {
      guard = Optional.of(begun);
      return begun;
    }

    void cancel() {
      guard.ifPresent(Guard::cancel);
    }
  }

  private Expression compiled(String text) {
    synchronized (kept) {
      Expression known = kept.get(text);
      if (known != null) {
        return known;
      }
    }
    Expression made =
        waiting(() -> workers.callAlone(() -> Expression.compile(text, builtins)))
            .orElseThrow(() -> new Misfit("takes too long to compile", -1));
    synchronized (kept) {
      if (kept.put(text, made) == null) {
        keptChars += text.length();
      }
      var eldest = kept.keySet().iterator();
      while (kept.size() > 1 && (kept.size() > KEPT_MAX || keptChars > KEPT_CHARS_MAX)) {
        keptChars -= eldest.next().length();
        eldest.remove();
      }
    }
    return made;
  }

  private boolean isBroken(String text) {
    synchronized (broken) {
      return broken.contains(text);
    }
  }

  private void mark(String text) {
    synchronized (broken) {
      broken.add(text);
    }
  }

  @FunctionalInterface
  private interface Interruptible<T> {
    T get() throws InterruptedException;
  }

  private static <T> T waiting(Interruptible<T> call) {
    try {
      return call.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.unavailable(e);
    }
  }

  @Override
  public void close() {
    workers.close();
  }
}
