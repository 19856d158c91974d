package dev.catchment.collections;

import dev.catchment.db.Channel;
import dev.catchment.db.TextIndex;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table of which generations have their texts indexed, and how far. */
public final class SearchIndexes {
  /** Of data in one slice. */
  private static final long CHARACTERS_MAX = 1L << 20;

  private SearchIndexes() {}

  /**
   * The text index of one generation.
   *
   * @param changeNumber changes of records up to here are in it
   */
  record Index(long generation, String collectionId, long changeNumber) {}

  /** Asks for the index of a collection's texts, unless its options forbid it. */
  public static void want(Tx tx, CollectionRow collection) {
    if (!isAllowed(collection)) {
      return;
    }
    tx.update(
        """
        INSERT INTO search_indexes (generation, collection_id, change_number)
        VALUES (?, ?, 0) ON CONFLICT (generation) DO NOTHING
        """,
        collection.table().generation(),
        collection.id());
    tx.notify(Channel.COLLECTIONS, collection.id());
  }

  /** Whether the options of a collection let its texts be indexed. */
  static boolean isAllowed(CollectionRow collection) {
    return !Boolean.FALSE.equals(collection.fold().options().reading().searchIndex());
  }

  /** The index of a generation, if there is one. */
  static Optional<Index> find(Tx tx, long generation) {
    return tx.find(
        "SELECT * FROM search_indexes WHERE generation = ?",
        row ->
            new Index(
                row.number("generation"), row.string("collection_id"), row.number("change_number")),
        generation);
  }

  /** Every index there is, one for each collection that is searched. */
  static List<Index> all(Tx tx) {
    return tx.list(
        "SELECT * FROM search_indexes ORDER BY generation",
        row ->
            new Index(
                row.number("generation"),
                row.string("collection_id"),
                row.number("change_number")));
  }

  /**
   * Takes in the next changes.
   *
   * @param max changes at most
   * @return whether there may be more
   */
  static boolean follow(Tx tx, Index index, int max) {
    // Held against another node that follows as well; what it has taken in is not taken in twice.
    Optional<Long> reached =
        tx.find(
            "SELECT change_number FROM search_indexes WHERE generation = ?"
                + tx.dialect().locking(),
            row -> row.number("change_number"),
            index.generation());
    if (reached.isEmpty() || reached.get() != index.changeNumber()) {
      return true;
    }
    // Read before the records: whatever has a number up to this is among them.
    long given =
        tx.number(
            "SELECT change_number AS n FROM collections WHERE id = ? AND generation = ?",
            index.collectionId(),
            index.generation());
    List<TextIndex.Text> texts = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    long[] last = {index.changeNumber()};
    long[] length = {0};
    tx.each(
        """
        SELECT record_key, data, deleted, change_number FROM records
         WHERE generation = ? AND change_number > ? ORDER BY change_number LIMIT ?
        """,
        row -> {
          String key = row.string("record_key");
          String data = row.string("data");
          if (row.flag("deleted")) {
            gone.add(key);
          } else {
            texts.add(new TextIndex.Text(key, Needle.fold(key + "\n" + data)));
          }
          last[0] = row.number("change_number");
          length[0] += data.length();
          return length[0] < CHARACTERS_MAX;
        },
        index.generation(),
        index.changeNumber(),
        max);
    TextIndex text = TextIndex.of(tx.dialect());
    text.remove(tx, index.generation(), gone);
    text.put(tx, index.generation(), texts);
    boolean more = texts.size() + gone.size() == max || length[0] >= CHARACTERS_MAX;
    tx.update(
        "UPDATE search_indexes SET change_number = ? WHERE generation = ?",
        // After a rebuild the last numbers that were given out may belong to no record.
        more ? last[0] : Math.max(last[0], given),
        index.generation());
    return more;
  }

  /**
   * Removes the next texts of an index nobody reads, or the index when it has none left.
   *
   * @param max texts at most
   */
  static void sweep(Tx tx, Index index, int max) {
    if (TextIndex.of(tx.dialect()).sweep(tx, index.generation(), max) < max) {
      tx.update("DELETE FROM search_indexes WHERE generation = ?", index.generation());
    }
  }
}
