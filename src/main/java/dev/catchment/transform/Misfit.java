package dev.catchment.transform;

/** A text that is not an expression, or one that may not be compiled. */
final class Misfit extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final int position;

  /**
   * A problem.
   *
   * @param problem a sentence without its subject
   * @param position of the character, from 0; negative when nobody knows
   */
  Misfit(String problem, int position) {
    super(problem, null, false, false);
    this.problem = problem;
    this.position = position;
  }

  /** The problem with its position, counted from 1. */
  String sentence() {
    return position < 0 ? problem : problem + " at position " + (position + 1);
  }
}
