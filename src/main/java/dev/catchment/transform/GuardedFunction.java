package dev.catchment.transform;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.Jsonata;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A function of the language that asks the guard before it runs and has its arguments and its
 * result weighed. The library calls functions in loops of its own, where nothing else is asked.
 */
@SuppressWarnings({"rawtypes", "unchecked"})
final class GuardedFunction extends Jsonata.JFunction {
  private final Supplier<Guard> guards;
  private final @Nullable Body body;

  /** What a function does; fewer arguments may come than it declares. */
  @FunctionalInterface
  interface Body {
    @Nullable Object call(Guard guard, List<?> args) throws Throwable;
  }

  /**
   * A function under its name in the language.
   *
   * @param method the library's own implementation, which also says how many arguments there are
   * @param body what to run in its place; null for the library's own
   */
  GuardedFunction(
      String name, String signature, String method, Supplier<Guard> guards, @Nullable Body body) {
    super(name, signature, Functions.class, null, method);
    this.guards = guards;
    this.body = body;
  }

  @Override
  public @Nullable Object call(@Nullable Object input, List args) {
    Guard guard = guards.get();
    guard.look();
    guard.weighAll(args);
    Object result = body == null ? super.call(input, args) : run(guard, body, args);
    guard.weigh(result);
    return result;
  }

  private static @Nullable Object run(Guard guard, Body body, List<?> args) {
    try {
      return body.call(guard, args);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
