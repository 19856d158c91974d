package dev.catchment.expr;

/** A text that is not a path; {@link #problem()} says why in words that are safe to show. */
public final class PathSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String problem;

  PathSyntaxException(String problem) {
    super("Not a path: " + problem);
    this.problem = problem;
  }

  /** What is wrong, without a capital or a full stop: {@code a name is missing at 3}. */
  public String problem() {
    return problem;
  }
}
