package dev.catchment.schema;

import com.networknt.schema.SchemaException;
import java.util.function.Supplier;

/**
 * What the patterns of a schema may cost while one body is checked. A match takes up to as many
 * steps as the text has characters times the states of the pattern, and a body may have many texts.
 */
final class MatchBudget {
  /** Steps for one body, some seconds at the very worst: 10 MiB against 40 states. */
  static final long STEPS_MAX = 400_000_000L;

  /** The budget of the running thread's check; patterns are matched deep inside the library. */
  private static final ScopedValue<MatchBudget> CURRENT = ScopedValue.newInstance();

  private long left = STEPS_MAX;

  private MatchBudget() {}

  /** Nothing is left. The library passes its own kind of exception on without a word. */
  static final class SpentException extends SchemaException {
    private static final long serialVersionUID = 1L;

    SpentException() {
      super("The patterns take too many steps");
    }
  }

  /** Runs a check with a budget of its own; throws {@link SpentException} when that is spent. */
  static <T> T within(Supplier<T> check) {
    return ScopedValue.where(CURRENT, new MatchBudget()).call(check::get);
  }

  /** Takes the steps of one match before it begins. */
  static void spend(int characters, long states) {
    if (CURRENT.isBound()) {
      MatchBudget budget = CURRENT.get();
      budget.left -= (characters + 1L) * states;
      if (budget.left < 0) {
        throw new SpentException();
      }
    }
  }
}
