package dev.catchment.collections;

import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;

/** The records of a collection in the order of their last changes. */
public final class RecordChanges {
  /** Characters of data that one read brings into memory, unless a single record has more. */
  private static final long DATA_MAX = 4L << 20;

  private RecordChanges() {}

  /**
   * The last change of a record.
   *
   * @param number of the change, rising within the collection
   * @param changedAt milliseconds since 1970
   */
  public record Change(RecordRow row, long number, long changedAt) {}

  /**
   * A run of changes.
   *
   * @param whole whether nothing follows them
   */
  public record Run(List<Change> changes, boolean whole) {}

  /** What follows a number, tombstones included, in order. */
  public static Run after(Tx tx, long generation, long number, int max) {
    List<Change> changes = new ArrayList<>();
    long[] data = {0};
    boolean[] whole = {true};
    tx.each(
        """
        SELECT * FROM records WHERE generation = ? AND change_number > ?
         ORDER BY change_number LIMIT ?
        """,
        row -> {
          RecordRow record = Records.row(row);
          data[0] += record.data().length();
          boolean fits = changes.isEmpty() || (changes.size() < max && data[0] <= DATA_MAX);
          if (fits) {
            changes.add(new Change(record, row.number("change_number"), row.number("changed_at")));
          }
          whole[0] = fits;
          return fits;
        },
        generation,
        number,
        max + 1);
    return new Run(changes, whole[0]);
  }

  /** The greatest number of a change that nobody can be told of any more. */
  public static long forgotten(Tx tx, String collectionId) {
    return tx.number("SELECT forgotten_change AS n FROM collections WHERE id = ?", collectionId);
  }
}
