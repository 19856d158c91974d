package dev.catchment.collections;

import dev.catchment.db.BulkInsert;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.expr.RecordPath;
import dev.catchment.expr.RecordView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tables of declared indexes and their values.
 *
 * <p>Whoever writes records of a generation writes their values in the same transaction, from the
 * moment the index has a row; what was there before is filled in slices. Both lock the index's row,
 * so that a slice never brings back a value that has changed meanwhile.
 */
final class RecordIndexes {
  private static final BulkInsert VALUES =
      BulkInsert.into("record_values")
          .numbers("index_id")
          .bytes("sort_key")
          .texts("id", "record_key")
          .numbers("updated_at");

  /** What changed takes the place of what is there; a new record has nothing there. */
  private static final BulkInsert CHANGED_VALUES =
      VALUES.onConflict(
          "ON CONFLICT (index_id, sort_key, id) DO UPDATE SET updated_at = excluded.updated_at");

  /** What is filled in does not. */
  private static final BulkInsert OLD_VALUES =
      VALUES.onConflict("ON CONFLICT (index_id, sort_key, id) DO NOTHING");

  private RecordIndexes() {}

  /**
   * An index of one generation.
   *
   * @param filledTo values of records with keys up to here are in it
   * @param complete whether those of all are
   * @param dropped whether it is to go
   */
  record Index(
      long id,
      String collectionId,
      long generation,
      RecordPath path,
      String filledTo,
      boolean complete,
      boolean dropped) {}

  private static Index index(Row row) {
    return new Index(
        row.number("id"),
        row.string("collection_id"),
        row.number("generation"),
        RecordPath.parse(row.string("path")),
        row.string("filled_to"),
        row.flag("complete"),
        row.flag("dropped"));
  }

  /** The complete indexes of a collection's records. */
  static DeclaredIndexes ready(Tx tx, CollectionRow collection) {
    if (collection.fold().options().reading().indexes().isEmpty()) {
      return DeclaredIndexes.none();
    }
    Map<RecordPath, Long> numbers = new HashMap<>();
    tx.list(
            """
            SELECT * FROM record_indexes WHERE generation = ? AND complete = 1 AND dropped = 0
            """,
            RecordIndexes::index,
            collection.table().generation())
        .forEach(index -> numbers.put(index.path(), index.id()));
    return new DeclaredIndexes(Map.copyOf(numbers));
  }

  /** Every index of every collection; each has at most eight for each of its two generations. */
  static List<Index> all(Tx tx) {
    return tx.list("SELECT * FROM record_indexes ORDER BY id", RecordIndexes::index);
  }

  /** The index, held until the transaction ends; empty once it is gone. */
  static Optional<Index> lock(Tx tx, long id) {
    return tx.find(
        "SELECT * FROM record_indexes WHERE id = ?" + tx.dialect().locking(),
        RecordIndexes::index,
        id);
  }

  /** Makes the rows of a generation what its collection declares. */
  static void declare(Tx tx, CollectionRow collection, long generation) {
    List<RecordPath> declared = collection.fold().options().reading().indexes();
    for (Index index : locked(tx, generation)) {
      boolean wanted = declared.contains(index.path());
      if (!wanted && !index.dropped()) {
        // Under another name, so that it can be declared anew before it is gone.
        tx.update(
            "UPDATE record_indexes SET dropped = 1, path = ? WHERE id = ?",
            "[\"dropped\"][" + index.id() + "]",
            index.id());
      }
    }
    for (RecordPath path : declared) {
      tx.update(
          """
          INSERT INTO record_indexes
            (collection_id, generation, path, filled_to, complete, dropped)
          VALUES (?, ?, ?, '', 0, 0) ON CONFLICT (generation, path) DO NOTHING
          """,
          collection.id(),
          generation,
          path.toString());
    }
  }

  /** Makes the indexes of a collection what its options say, now that they may say otherwise. */
  static void declare(Tx tx, CollectionRow collection) {
    declare(tx, collection, collection.table().generation());
    if (collection.table().building() != null) {
      declare(tx, collection, collection.table().building());
    }
    if (Boolean.TRUE.equals(collection.fold().options().reading().searchIndex())) {
      SearchIndexes.want(tx, collection);
    }
  }

  private static List<Index> locked(Tx tx, long generation) {
    return tx.list(
        "SELECT * FROM record_indexes WHERE generation = ? ORDER BY id" + tx.dialect().locking(),
        RecordIndexes::index,
        generation);
  }

  /**
   * Writes the values of changed records, if the collection declares indexes. The changes must have
   * been folded by the collection as it is.
   */
  static void write(Tx tx, CollectionRow collection, long generation, List<RecordChange> changes) {
    if (changes.isEmpty() || collection.fold().options().reading().indexes().isEmpty()) {
      return;
    }
    List<Index> indexes = locked(tx, generation);
    if (indexes.stream().noneMatch(index -> !index.dropped())) {
      // A generation that is new: its first records bring its indexes.
      declare(tx, collection, generation);
      indexes = locked(tx, generation);
    }
    List<@Nullable Object[]> old = new ArrayList<>();
    List<@Nullable Object[]> fresh = new ArrayList<>();
    List<@Nullable Object[]> changed = new ArrayList<>();
    for (RecordChange change : changes) {
      RecordRow before = visible(change.before());
      RecordRow after = visible(change.after());
      RecordView was = before == null ? null : before.view();
      RecordView is = after == null ? null : after.view();
      for (Index index : indexes) {
        if (index.dropped()) {
          continue;
        }
        byte[] left = was == null ? null : index.path().sortKey(was);
        byte[] entered = is == null ? null : index.path().sortKey(is);
        if (before != null && !Arrays.equals(left, entered)) {
          old.add(new @Nullable Object[] {index.id(), left, before.id()});
        }
        if (after != null && !isSame(before, left, after, entered)) {
          (change.before() == null ? fresh : changed).add(value(index, entered, after));
        }
      }
    }
    tx.batch("DELETE FROM record_values WHERE index_id = ? AND sort_key = ? AND id = ?", old);
    tx.insert(VALUES, fresh);
    tx.insert(CHANGED_VALUES, changed);
  }

  private static boolean isSame(
      @Nullable RecordRow before,
      byte @Nullable [] left,
      RecordRow after,
      byte @Nullable [] entered) {
    return before != null
        && before.updatedAt() == after.updatedAt()
        && Arrays.equals(left, entered);
  }

  private static @Nullable RecordRow visible(@Nullable RecordRow row) {
    return row == null || row.deleted() ? null : row;
  }

  private static @Nullable Object[] value(Index index, byte @Nullable [] key, RecordRow row) {
    return new @Nullable Object[] {index.id(), key, row.id(), row.key(), row.updatedAt()};
  }

  /**
   * Fills in the next records; the index must be locked.
   *
   * @param max records at most
   */
  static void fill(Tx tx, Index index, int max) {
    List<@Nullable Object[]> values = new ArrayList<>();
    String[] last = {index.filledTo()};
    int[] seen = {0};
    tx.each(
        """
        SELECT * FROM records WHERE generation = ? AND record_key > ?
         ORDER BY record_key LIMIT ?
        """,
        row -> {
          seen[0]++;
          last[0] = row.string("record_key");
          if (!row.flag("deleted")) {
            RecordRow record = Records.row(row);
            values.add(value(index, index.path().sortKey(record.view()), record));
          }
          return true;
        },
        index.generation(),
        index.filledTo(),
        max);
    tx.insert(OLD_VALUES, values);
    tx.update(
        "UPDATE record_indexes SET filled_to = ?, complete = ? WHERE id = ?",
        last[0],
        seen[0] < max,
        index.id());
  }

  /**
   * Removes the next values of an index, or the index when it has none left.
   *
   * @param max values at most
   */
  static void sweep(Tx tx, Index index, int max) {
    List<@Nullable Object[]> ends =
        tx.list(
            "SELECT sort_key, id FROM record_values WHERE index_id = ? ORDER BY sort_key, id LIMIT ?",
            row -> new @Nullable Object[] {index.id(), row.bytes("sort_key"), row.string("id")},
            index.id(),
            max);
    if (!ends.isEmpty()) {
      tx.update(
          "DELETE FROM record_values WHERE index_id = ? AND (sort_key, id) <= (?, ?)",
          ends.getLast());
    }
    if (ends.size() < max) {
      tx.update("DELETE FROM record_indexes WHERE id = ?", index.id());
    }
  }
}
