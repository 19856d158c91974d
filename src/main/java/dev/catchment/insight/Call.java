package dev.catchment.insight;

import dev.catchment.base.Failure;
import dev.catchment.expr.RecordPath;
import org.jspecify.annotations.Nullable;

/**
 * A word of a query such as {@code sum(amount)}.
 *
 * @param name what stands before the bracket
 * @param path null when there are no brackets
 */
record Call(String name, @Nullable RecordPath path) {
  /** Reads one; throws {@code INVALID}, naming the parameter, for a path that is none. */
  static Call parse(String word, String parameter) {
    int open = word.indexOf('(');
    return open < 0 || !word.endsWith(")")
        ? new Call(word, null)
        : new Call(
            word.substring(0, open).strip(),
            RecordPath.parse(word.substring(open + 1, word.length() - 1).strip(), parameter));
  }

  /** The path; throws {@code INVALID} when there is none. */
  RecordPath required(String parameter) {
    if (path == null) {
      throw Failure.query(
          parameter, "must name a path for " + name + ", like " + name + "(amount)");
    }
    return path;
  }

  @Override
  public String toString() {
    return path == null ? name : name + "(" + path + ")";
  }
}
