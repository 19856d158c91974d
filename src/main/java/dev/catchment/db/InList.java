package dev.catchment.db;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The condition that a column has one of some values. The number of marks is rounded up to a power
 * of two, with the last value repeated, so that lists of every length do not each take a place
 * among the prepared statements.
 */
public final class InList {
  /** How many values one statement names, and how many rows one writes. */
  static final int VALUES_MAX = 256;

  private final String condition;
  private final @Nullable Object[] args;

  private InList(String condition, @Nullable Object[] args) {
    this.condition = condition;
    this.args = args;
  }

  /** Many values in the parts that one statement each may name. */
  public static <T> List<List<T>> parts(List<T> values) {
    List<List<T>> parts = new ArrayList<>();
    for (int from = 0; from < values.size(); from += VALUES_MAX) {
      parts.add(values.subList(from, Math.min(values.size(), from + VALUES_MAX)));
    }
    return parts;
  }

  /** A condition on a column; there must be at least one value. */
  public static InList of(String column, List<?> values) {
    List<?> padded = padded(values);
    return new InList(column + " IN (" + "?,".repeat(padded.size() - 1) + "?)", padded.toArray());
  }

  /** At least one value, and the last one again up to the next power of two. */
  static <T> List<T> padded(List<T> values) {
    List<T> padded = new ArrayList<>(values);
    int size = Integer.highestOneBit(2 * values.size() - 1);
    while (padded.size() < size) {
      padded.add(values.getLast());
    }
    return padded;
  }

  /** The condition as SQL. */
  public String condition() {
    return condition;
  }

  /** What stands for its marks. */
  public @Nullable Object[] args() {
    return Arrays.copyOf(args, args.length);
  }
}
