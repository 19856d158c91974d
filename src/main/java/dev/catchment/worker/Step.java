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

    /**
     * There may be more to do, and it pays to let it gather: run again after that pause, which
     * being woken does not cut short.
     *
     * @param millis short, for whatever is woken for waits as long
     */
    record Rest(long millis) implements Next {}
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

  /**
   * Runs again after a pause in proportion to what came in while the last one lasted, so that what
   * comes in quick succession is done together and what comes alone waits for nothing.
   *
   * @param done how much the step did
   * @param perMilli how much makes the pause a millisecond longer
   * @param millisMax the longest pause
   */
  static Next gather(int done, int perMilli, long millisMax) {
    long millis = Math.min(millisMax, done / perMilli);
    return millis == 0 ? again() : new Next.Rest(millis);
  }
}
