package dev.catchment.collections;

import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import java.util.Locale;
import java.util.Optional;

/** The table of rebuilds under way. */
final class Rebuilds {
  /**
   * How far the numbers of a rebuild's changes lie above those of the records that are read: more
   * than there can be changes of these before it ends.
   */
  static final long AHEAD = 1L << 40;

  private Rebuilds() {}

  /**
   * Begins a rebuild.
   *
   * @param head the end of the log: later events are followed, earlier ones are folded as stored
   * @return the generation that it fills
   */
  static long begin(Tx tx, CollectionRow collection, long head) {
    long generation = Generations.make(tx, collection.id());
    long first = collection.table().changeNumber() + AHEAD;
    tx.update(
        """
        INSERT INTO rebuilds (generation, collection_id, phase, position, compared_key, told,
          first_change, change_number, record_count, tombstone_count, applied_count, stale_count,
          skipped_count, skipped_reasons, time_fallback_count)
        VALUES (?, ?, 'fold', ?, '', 0, ?, ?, 0, 0, 0, 0, 0, '{}', 0)
        """,
        generation,
        collection.id(),
        head,
        first,
        first);
    return generation;
  }

  /** Lets go of a rebuild and of what it has built. */
  static void discard(Tx tx, long generation) {
    forget(tx, generation);
    Generations.drop(tx, generation);
  }

  /** Lets go of a rebuild whose generation is read now. */
  static void forget(Tx tx, long generation) {
    tx.update("DELETE FROM rebuilds WHERE generation = ?", generation);
  }

  /** The rebuild that fills a generation; empty once it has ended. */
  static Optional<Rebuild> find(Tx tx, long generation) {
    return tx.find("SELECT * FROM rebuilds WHERE generation = ?", Rebuilds::row, generation);
  }

  /** The rebuild that fills a generation, which must be under way. */
  static Rebuild get(Tx tx, long generation) {
    return find(tx, generation).orElseThrow();
  }

  /**
   * Everything stored is folded; from here on what is read is compared with changes after these.
   */
  static void folded(Tx tx, long generation, long told) {
    tx.update(
        "UPDATE rebuilds SET phase = 'compare', told = ? WHERE generation = ?", told, generation);
  }

  /** Keys up to there have been compared. */
  static void compared(Tx tx, long generation, String key) {
    tx.update("UPDATE rebuilds SET compared_key = ? WHERE generation = ?", key, generation);
  }

  /** All keys have been compared. */
  static void follow(Tx tx, long generation) {
    tx.update("UPDATE rebuilds SET phase = 'follow' WHERE generation = ?", generation);
  }

  /** Events up to that position are in it, and changes up to that number were compared. */
  static void followed(Tx tx, long generation, long position, long told) {
    tx.update(
        "UPDATE rebuilds SET position = ?, told = ? WHERE generation = ?",
        position,
        told,
        generation);
  }

  /** Adds tombstones that no event of the generation made, each a change of its own. */
  static void addTombstones(Tx tx, long generation, int tombstones) {
    tx.update(
        "UPDATE rebuilds SET tombstone_count = tombstone_count + ? WHERE generation = ?",
        tombstones,
        generation);
  }

  /** Takes so many numbers for changes, and says the one before the first of them. */
  static long takeNumbers(Tx tx, long generation, int numbers) {
    return tx.number(
            """
            UPDATE rebuilds SET change_number = change_number + ? WHERE generation = ?
            RETURNING change_number AS n
            """,
            numbers,
            generation)
        - numbers;
  }

  private static Rebuild row(Row row) {
    return new Rebuild(
        row.number("generation"),
        Rebuild.Phase.valueOf(row.string("phase").toUpperCase(Locale.ROOT)),
        row.number("position"),
        row.string("compared_key"),
        row.number("told"),
        row.number("first_change"),
        new Rebuild.Counts(
            row.number("change_number"),
            row.number("record_count"),
            row.number("tombstone_count"),
            row.number("applied_count"),
            row.number("stale_count"),
            row.number("skipped_count"),
            (Json.Obj) Json.read(row.string("skipped_reasons")),
            row.number("time_fallback_count"),
            row.findNumber("last_sync_at")));
  }
}
