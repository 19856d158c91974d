package dev.catchment.db;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The texts as arrays of numbers with an inverted index. Each number mixes a run of three
 * characters with the generation, so that the texts of others are not in the way; two runs that
 * share a number only make for candidates that fail the caller's check.
 */
final class PostgresTextIndex implements TextIndex {
  private static final long ODD = 0x9E3779B97F4A7C15L;

  /** Stands for a text too long to be kept. */
  private static final String LONG = "\uE000\uE001\uE002";

  private static int number(long generation, String run) {
    long mixed = generation;
    for (int i = 0; i < run.length(); i++) {
      mixed = (mixed + run.charAt(i) + 1) * ODD;
      mixed ^= mixed >>> 29;
    }
    return (int) (mixed >>> 16);
  }

  /** In ascending order, in which the index takes them without sorting. */
  private static int[] array(long generation, List<String> runs) {
    return runs.stream().mapToInt(run -> number(generation, run)).sorted().distinct().toArray();
  }

  @Override
  public void put(Tx tx, long generation, List<Text> texts) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Text text : texts) {
      List<String> runs = text.text().length() > TEXT_MAX ? List.of(LONG) : Runs.all(text.text());
      rows.add(new @Nullable Object[] {generation, text.key(), array(generation, runs)});
    }
    tx.batch(
        """
        INSERT INTO record_texts (generation, record_key, grams)
        VALUES (?, ?, CAST(? AS INTEGER[]))
        ON CONFLICT (generation, record_key) DO UPDATE SET grams = excluded.grams
        """,
        rows);
  }

  @Override
  public void remove(Tx tx, long generation, List<String> keys) {
    tx.batch(
        "DELETE FROM record_texts WHERE generation = ? AND record_key = ?",
        keys.stream().map(key -> new @Nullable Object[] {generation, key}).toList());
  }

  @Override
  public int sweep(Tx tx, long generation, int max) {
    return tx.update(
        """
        DELETE FROM record_texts WHERE generation = ? AND record_key <=
          (SELECT MAX(record_key) FROM (SELECT record_key FROM record_texts
            WHERE generation = ? ORDER BY record_key LIMIT ?) AS slice)
        """,
        generation,
        generation,
        max);
  }

  /** The store does that by itself. */
  @Override
  public boolean wantsTidying() {
    return false;
  }

  @Override
  public boolean tidy(Tx tx) {
    return false;
  }

  @Override
  public void each(Tx tx, long generation, List<String> runs, int max, Predicate<Row> taker) {
    tx.each(
        """
        WITH found AS MATERIALIZED (
          SELECT record_key FROM record_texts
           WHERE grams @> CAST(? AS INTEGER[]) OR grams @> CAST(? AS INTEGER[]) LIMIT ?)
        SELECT r.* FROM found f
          JOIN records r ON r.generation = ? AND r.record_key = f.record_key
         WHERE r.deleted = 0
        """,
        taker,
        array(generation, runs),
        array(generation, List.of(LONG)),
        max,
        generation);
  }
}
