package dev.catchment.worker;

/**
 * One bounded piece of work that can be run again and again. Tests and simulations call it
 * themselves; a {@link Loop} does in a running server.
 */
@FunctionalInterface
public interface Step {
  /** What to do after a step. */
  sealed interface Next {
    /** There may be more to do: run again at once. */
    record Again() implements Next {}

    /** Nothing to do until somebody wakes the loop. */
    record WhenWoken() implements Next {}

    /**
     * Nothing to do until that time, or until woken.
     *
     * @param epochMillis milliseconds since 1970
     */
    record At(long epochMillis) implements Next {}
  }

  /** Does one piece of work. Whatever it throws is logged, and it is tried again after a pause. */
  Next step();

  static Next again() {
    return new Next.Again();
  }

  static Next whenWoken() {
    return new Next.WhenWoken();
  }

  static Next at(long epochMillis) {
    return new Next.At(epochMillis);
  }
}
