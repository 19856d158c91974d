package dev.catchment.collections;

import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares the records of a generation that is being built with those that are read, some keys at a
 * time, so that the numbers of its changes tell readers of changes the real differences and no
 * more:
 *
 * <ul>
 *   <li>a state that is the same takes over the number and the time of the change;
 *   <li>one that differs has a number above all that readers know;
 *   <li>a key that is gone gets a tombstone with such a number, and one that was deleted before
 *       keeps the tombstone it had. Any event is newer than these tombstones.
 * </ul>
 *
 * May be repeated for the same keys as often as one of the two sides changes.
 */
final class Comparison {
  /** How many keys one slice compares. */
  static final int KEYS_MAX = 2_000;

  /** How many keys one statement names. */
  private static final int LISTED_MAX = 256;

  /** Before the earliest time that an event can have. */
  private static final long BEFORE_ALL = -62_167_219_200_001L;

  /** The end of the year 9999: after the receipt of any event. */
  private static final long AFTER_ALL = 253_402_300_799_999L;

  private static final String SAME =
      """
      ((n.deleted = 1 AND o.deleted = 1) OR (n.deleted = 0 AND o.deleted = 0 AND n.data = o.data
        AND n.event_type IS NOT DISTINCT FROM o.event_type
        AND n.source_event_id = o.source_event_id AND n.source_event_at = o.source_event_at
        AND n.position = o.position AND n.created_at = o.created_at
        AND n.updated_at = o.updated_at))
      """;

  private final Tx tx;
  private final long read;
  private final Rebuild rebuild;
  private final boolean keepsIds;

  /**
   * A comparison in a transaction that holds the collection's row.
   *
   * @param collection the collection with the generation that is read
   */
  Comparison(Tx tx, CollectionRow collection, Rebuild rebuild) {
    this.tx = tx;
    this.read = collection.table().generation();
    this.rebuild = rebuild;
    // Items of a feed are known by their ids.
    this.keepsIds = collection.identity().contentType() != null;
  }

  /** Some keys as a condition on a column. */
  private record Keys(String condition, List<@Nullable Object> args) {
    String on(String alias) {
      return condition.replace("record_key", alias + ".record_key");
    }
  }

  /**
   * How far a slice goes.
   *
   * @param full the last of as many keys as a slice has; null where neither side has so many left
   * @param last the last key that was looked at; null where none is left
   */
  private record Reach(@Nullable String full, @Nullable String last) {}

  /**
   * Compares the next keys in their order, on both sides.
   *
   * @return the last of them; empty when nothing comes after
   */
  Optional<String> slice(String after) {
    Reach reach = reach(after);
    // Where neither side has a full slice left, the rest is one.
    String through = reach.full() == null ? reach.last() : reach.full();
    if (through != null) {
      compare(
          new Keys(
              "record_key > ? AND record_key <= ?", List.<@Nullable Object>of(after, through)));
    }
    return Optional.ofNullable(reach.full());
  }

  private Reach reach(String after) {
    return tx.find(
            """
            SELECT MIN(CASE WHEN keys = ? THEN last_key END) AS full_key, MAX(last_key) AS last_key
             FROM (
              SELECT MAX(record_key) AS last_key, COUNT(*) AS keys FROM (
                SELECT record_key FROM records WHERE generation = ? AND record_key > ?
                 ORDER BY record_key LIMIT ?) a
              UNION ALL
              SELECT MAX(record_key) AS last_key, COUNT(*) AS keys FROM (
                SELECT record_key FROM records WHERE generation = ? AND record_key > ?
                 ORDER BY record_key LIMIT ?) b) ends
            """,
            row -> new Reach(row.find("full_key"), row.find("last_key")),
            KEYS_MAX,
            read,
            after,
            KEYS_MAX,
            rebuild.generation(),
            after,
            KEYS_MAX)
        .orElseThrow();
  }

  /** Compares these keys. */
  void keys(Collection<String> keys) {
    List<String> all = List.copyOf(keys);
    for (int from = 0; from < all.size(); from += LISTED_MAX) {
      InList some =
          InList.of("record_key", all.subList(from, Math.min(all.size(), from + LISTED_MAX)));
      compare(new Keys(some.condition(), Arrays.asList(some.args())));
    }
  }

  private void compare(Keys keys) {
    takeOverNumbers(keys);
    forgetUnknownTombstones(keys);
    numberDifferences(keys);
    addTombstones(keys);
    if (keepsIds) {
      run(
          "UPDATE records AS n SET id = o.id FROM records o"
              + " WHERE n.generation = ? AND o.generation = ? AND o.record_key = n.record_key"
              + " AND n.id <> o.id AND "
              + keys.on("n"),
          keys,
          rebuild.generation(),
          read);
    }
  }

  private void takeOverNumbers(Keys keys) {
    run(
        "UPDATE records AS n SET change_number = o.change_number, changed_at = o.changed_at"
            + " FROM records o"
            + " WHERE n.generation = ? AND o.generation = ? AND o.record_key = n.record_key"
            + " AND n.change_number <> o.change_number AND "
            + SAME
            + " AND "
            + keys.on("n"),
        keys,
        rebuild.generation(),
        read);
  }

  /** Readers who never knew a record need not hear that it is deleted. */
  private void forgetUnknownTombstones(Keys keys) {
    List<@Nullable Object> args = new ArrayList<>(List.of(rebuild.generation(), read));
    args.addAll(keys.args());
    List<@Nullable Object[]> unknown = new ArrayList<>();
    tx.each(
        "SELECT n.record_key, n.deleted, n.change_number FROM records n WHERE n.generation = ?"
            + " AND NOT EXISTS (SELECT 1 FROM records o"
            + " WHERE o.generation = ? AND o.record_key = n.record_key) AND "
            + keys.on("n"),
        row -> {
          if (row.flag("deleted") && isNew(row)) {
            unknown.add(new @Nullable Object[] {rebuild.generation(), row.string("record_key")});
          }
          return true;
        },
        args.toArray());
    tx.batch(
        "UPDATE records SET change_number = 0 WHERE generation = ? AND record_key = ?", unknown);
  }

  /**
   * Whether readers are told of a row. Looked at in the row: a statement that names the numbers, or
   * tombstones, is entered by them, and reads those of all keys for each few.
   */
  private boolean isNew(Row row) {
    return row.number("change_number") >= rebuild.firstChange();
  }

  /** What was the same when it was compared before, and is no more. */
  private void numberDifferences(Keys keys) {
    List<@Nullable Object> args = new ArrayList<>(List.of(read, rebuild.generation()));
    args.addAll(keys.args());
    List<String> different = new ArrayList<>();
    tx.each(
        "SELECT n.record_key, n.change_number FROM records n"
            + " LEFT JOIN records o ON o.generation = ? AND o.record_key = n.record_key"
            + " WHERE n.generation = ?"
            + " AND (n.deleted = 0 OR o.record_key IS NOT NULL)"
            + " AND (o.record_key IS NULL OR NOT "
            + SAME
            + ") AND "
            + keys.on("n")
            + " ORDER BY n.record_key",
        row -> {
          if (!isNew(row)) {
            different.add(row.string("record_key"));
          }
          return true;
        },
        args.toArray());
    if (different.isEmpty()) {
      return;
    }
    long number = Rebuilds.takeNumbers(tx, rebuild.generation(), different.size());
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (String key : different) {
      number++;
      rows.add(new @Nullable Object[] {number, tx.now(), rebuild.generation(), key});
    }
    tx.batch(
        """
        UPDATE records SET change_number = ?, changed_at = ? WHERE generation = ? AND record_key = ?
        """,
        rows);
  }

  private void addTombstones(Keys keys) {
    String missing =
        " FROM records o LEFT JOIN records n ON n.generation = ? AND n.record_key = o.record_key"
            + " WHERE o.generation = ? AND n.record_key IS NULL AND "
            + keys.on("o");
    List<@Nullable Object> args = new ArrayList<>(List.of(rebuild.generation(), read));
    args.addAll(keys.args());
    int count = (int) tx.number("SELECT COUNT(*) AS n" + missing, args.toArray());
    if (count == 0) {
      return;
    }
    long number = Rebuilds.takeNumbers(tx, rebuild.generation(), count);
    args.addAll(
        0, List.of(rebuild.generation(), BEFORE_ALL, AFTER_ALL, tx.now(), number, tx.now()));
    tx.update(
        """
        INSERT INTO records (generation, record_key, id, data, source_event_id, source_event_at,
          position, deleted, created_at, updated_at, change_number, changed_at)
        SELECT ?, o.record_key, o.id, 'null', o.source_event_id, ?, 0, 1, ?,
          CASE WHEN o.deleted = 1 THEN o.updated_at ELSE ? END,
          CASE WHEN o.deleted = 1 THEN o.change_number
            ELSE ? + ROW_NUMBER() OVER (ORDER BY o.record_key) END,
          CASE WHEN o.deleted = 1 THEN o.changed_at ELSE ? END
        """
            + missing,
        args.toArray());
    Rebuilds.addTombstones(tx, rebuild.generation(), count);
  }

  private void run(String sql, Keys keys, @Nullable Object... first) {
    List<@Nullable Object> args = new ArrayList<>(Arrays.asList(first));
    args.addAll(keys.args());
    tx.update(sql, args.toArray());
  }
}
