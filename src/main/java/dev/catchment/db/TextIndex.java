package dev.catchment.db;

import java.util.List;
import java.util.function.Predicate;

/**
 * An index of the parts of texts of records: of a text all runs of three characters are kept. It
 * gives candidates, which the caller must hold against what is searched for.
 */
public interface TextIndex {
  /** The shortest text that can be searched for, in characters. */
  int PART_MIN = 3;

  /** Texts of more characters than this are candidates of every search. */
  int TEXT_MAX = 1 << 16;

  /** How many runs of a searched text are told apart. */
  int RUNS_MAX = 24;

  /**
   * A text to keep.
   *
   * @param key of its record
   */
  record Text(String key, String text) {}

  /** The one of a database. */
  static TextIndex of(Dialect dialect) {
    return switch (dialect) {
      case SQLITE -> new SqliteTextIndex();
      case POSTGRESQL -> new PostgresTextIndex();
    };
  }

  /** Keeps the texts in place of what was kept of their records, which must be in their table. */
  void put(Tx tx, long generation, List<Text> texts);

  /** Forgets the texts of records. */
  void remove(Tx tx, long generation, List<String> keys);

  /**
   * Forgets texts of a generation, whether or not their records are still there.
   *
   * @return how many, fewer than {@code max} when none is left
   */
  int sweep(Tx tx, long generation, int max);

  /**
   * Whether {@link #tidy} ever has anything to do: a store that tidies up by itself needs no
   * transaction for it.
   */
  boolean wantsTidying();

  /**
   * Brings what was kept by many small commits a little nearer to each other, which makes searching
   * faster; a few milliseconds of work.
   *
   * @return whether there may be more to do
   */
  boolean tidy(Tx tx);

  /** The runs of a text to be searched for, some of them when there are many. */
  static List<String> runs(String part) {
    return Runs.of(part);
  }

  /**
   * Hands over the visible records of the generation whose text has all of some runs, or may have.
   *
   * @param runs at least one; a common one costs much and leaves little out
   * @param max rows at most
   * @param taker answers whether it wants another row
   */
  void each(Tx tx, long generation, List<String> runs, int max, Predicate<Row> taker);
}
