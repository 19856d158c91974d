package dev.catchment.collections;

import dev.catchment.expr.RecordPath;
import java.util.Map;
import java.util.Optional;

/**
 * The indexes of a generation that hold all of its records, by their path.
 *
 * @param numbers path to the number of its index
 */
record DeclaredIndexes(Map<RecordPath, Long> numbers) {
  /** No index. */
  static DeclaredIndexes none() {
    return new DeclaredIndexes(Map.of());
  }

  /** The number of a path's index. */
  Optional<Long> find(RecordPath path) {
    return Optional.ofNullable(numbers.get(path));
  }
}
