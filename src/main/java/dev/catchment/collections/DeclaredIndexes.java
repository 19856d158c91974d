package dev.catchment.collections;

import dev.catchment.db.Tx;
import dev.catchment.expr.KeyRange;
import dev.catchment.expr.RecordPath;
import java.util.List;
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

  /**
   * The fewest values that an index knows to hold all that the ranges allow.
   *
   * @param ranges by path
   * @param max values that are still few
   */
  Optional<IndexedValues> narrowest(Tx tx, Map<RecordPath, List<KeyRange>> ranges, int max) {
    IndexedValues narrowest = null;
    long fewest = max + 1L;
    for (Map.Entry<RecordPath, List<KeyRange>> range : ranges.entrySet()) {
      Long number = numbers.get(range.getKey());
      if (number != null && fewest > 0) {
        IndexedValues values = new IndexedValues(number, range.getValue());
        long count = values.count(tx, fewest);
        if (count < fewest) {
          fewest = count;
          narrowest = values;
        }
      }
    }
    return Optional.ofNullable(narrowest);
  }
}
