package dev.catchment.collections;

import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import java.util.List;
import java.util.Optional;

/** The numbers under which records stand. */
final class Generations {
  private Generations() {}

  /** A number that no other generation of records ever has. */
  static long make(Tx tx, String collectionId) {
    return tx.number(
        "INSERT INTO generations (collection_id) VALUES (?) RETURNING id AS n", collectionId);
  }

  /** Nobody reads or builds it any more: its records go in the background. */
  static void drop(Tx tx, long generation) {
    tx.update("UPDATE generations SET dropped = 1 WHERE id = ?", generation);
    tx.notify(Channel.GENERATIONS);
  }

  /** The same for all generations of a collection. */
  static void dropAll(Tx tx, String collectionId) {
    tx.update("UPDATE generations SET dropped = 1 WHERE collection_id = ?", collectionId);
    tx.notify(Channel.GENERATIONS);
  }

  /** A generation that is to go, with what its skipped events may stand under. */
  record Dropped(long number, String collectionId) {}

  /** The first generation that is to go. */
  static Optional<Dropped> nextDropped(Tx tx) {
    return tx.find(
        "SELECT id, collection_id FROM generations WHERE dropped = 1 ORDER BY id LIMIT 1",
        row -> new Dropped(row.number("id"), row.string("collection_id")));
  }

  /**
   * Removes the next slice of its records, of their events, or of the events it skipped.
   *
   * @return how many rows were removed; 0 when the generation is gone with all it had
   */
  static int sweep(Tx tx, Dropped dropped, int max) {
    int removed = sweepRecords(tx, dropped.number(), max);
    if (removed == 0) {
      removed = EventRuns.sweep(tx, dropped.number(), max);
    }
    if (removed == 0) {
      removed = RecordEvents.sweep(tx, dropped.number(), max);
    }
    if (removed == 0) {
      removed = sweepSkipped(tx, dropped, max);
    }
    if (removed == 0) {
      tx.update("DELETE FROM generations WHERE id = ? AND dropped = 1", dropped.number());
    }
    return removed;
  }

  private static int sweepRecords(Tx tx, long generation, int max) {
    List<String> keys =
        tx.list(
            "SELECT record_key FROM records WHERE generation = ? ORDER BY record_key LIMIT ?",
            row -> row.string("record_key"),
            generation,
            max);
    return keys.isEmpty()
        ? 0
        : tx.update(
            "DELETE FROM records WHERE generation = ? AND record_key >= ? AND record_key <= ?",
            generation,
            keys.getFirst(),
            keys.getLast());
  }

  private static int sweepSkipped(Tx tx, Dropped dropped, int max) {
    // Those of the collection itself go with it; another generation may have taken them over.
    boolean gone =
        tx.number("SELECT COUNT(*) AS n FROM collections WHERE id = ?", dropped.collectionId())
            == 0;
    int removed = sweepSkipped(tx, Long.toString(dropped.number()), max);
    return removed == 0 && gone ? sweepSkipped(tx, dropped.collectionId(), max) : removed;
  }

  private static int sweepSkipped(Tx tx, String of, int max) {
    List<Long> positions =
        tx.list(
            """
            SELECT position FROM skipped_events WHERE collection_id = ? ORDER BY position LIMIT ?
            """,
            row -> row.number("position"),
            of,
            max);
    return positions.isEmpty()
        ? 0
        : tx.update(
            "DELETE FROM skipped_events WHERE collection_id = ? AND position <= ?",
            of,
            positions.getLast());
  }
}
