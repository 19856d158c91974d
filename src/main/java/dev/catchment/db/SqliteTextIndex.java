package dev.catchment.db;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The texts in a full-text table of trigrams that keeps neither the texts nor where in them a
 * trigram stands. Each text begins with a run of private characters that stands for its generation.
 */
final class SqliteTextIndex implements TextIndex {
  /** The first character of planes 15 and 16, which nobody's text has a use for. */
  private static final int PRIVATE = 0xF0000;

  private static final int DIGIT_BITS = 12;

  /** Stands for a text too long to be kept. */
  private static final String LONG = "\uE000\uE001\uE002";

  private static String mark(long generation) {
    StringBuilder mark = new StringBuilder();
    for (int digit = 0; digit < PART_MIN; digit++) {
      long value = (generation >> (digit * DIGIT_BITS)) & ((1 << DIGIT_BITS) - 1);
      mark.appendCodePoint(PRIVATE + (digit << DIGIT_BITS) + (int) value);
    }
    return mark.toString();
  }

  @Override
  public void put(Tx tx, long generation, List<Text> texts) {
    String mark = mark(generation);
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Text text : texts) {
      rows.add(
          new @Nullable Object[] {
            mark + (text.text().length() > TEXT_MAX ? LONG : text.text()), generation, text.key()
          });
    }
    tx.batch(
        """
        INSERT OR REPLACE INTO record_texts (rowid, text)
        SELECT number, ? FROM records WHERE generation = ? AND record_key = ?
        """,
        rows);
  }

  @Override
  public void remove(Tx tx, long generation, List<String> keys) {
    tx.batch(
        """
        DELETE FROM record_texts WHERE rowid =
          (SELECT number FROM records WHERE generation = ? AND record_key = ?)
        """,
        keys.stream().map(key -> new @Nullable Object[] {generation, key}).toList());
  }

  @Override
  public int sweep(Tx tx, long generation, int max) {
    List<Long> numbers =
        tx.list(
            "SELECT rowid AS n FROM record_texts WHERE record_texts MATCH ? LIMIT ?",
            row -> row.number("n"),
            quoted(mark(generation)),
            max);
    tx.batch(
        "DELETE FROM record_texts WHERE rowid = ?",
        numbers.stream().map(number -> new @Nullable Object[] {number}).toList());
    return numbers.size();
  }

  @Override
  public void each(Tx tx, long generation, String part, int max, Predicate<Row> taker) {
    String runs =
        Runs.of(part).stream().map(SqliteTextIndex::quoted).collect(Collectors.joining(" AND "));
    tx.each(
        """
        SELECT r.* FROM (SELECT rowid AS number FROM record_texts WHERE record_texts MATCH ?
            ORDER BY rowid DESC LIMIT ?) f
          CROSS JOIN records r ON r.number = f.number
         WHERE r.generation = ? AND r.deleted = 0
        """,
        taker,
        quoted(mark(generation)) + " AND ((" + runs + ") OR " + quoted(LONG) + ")",
        max,
        generation);
  }

  private static String quoted(String run) {
    return '"' + run.replace("\"", "\"\"") + '"';
  }
}
