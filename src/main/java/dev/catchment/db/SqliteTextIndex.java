package dev.catchment.db;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** What one step of merging writes at most, roughly: two milliseconds. */
  private static final int MERGED_PAGES = 8;

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
    Map<String, Long> numbers = numbers(tx, generation, texts.stream().map(Text::key).toList());
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Text text : texts) {
      Long number = numbers.get(text.key());
      if (number != null) {
        rows.add(
            new @Nullable Object[] {
              number, mark + (text.text().length() > TEXT_MAX ? LONG : text.text())
            });
      }
    }
    tx.batch("INSERT OR REPLACE INTO record_texts (rowid, text) VALUES (?, ?)", rows);
  }

  @Override
  public void remove(Tx tx, long generation, List<String> keys) {
    tx.batch(
        "DELETE FROM record_texts WHERE rowid = ?",
        numbers(tx, generation, keys).values().stream()
            .map(number -> new @Nullable Object[] {number})
            .toList());
  }

  /**
   * The numbers of records, asked for by a statement of their own: one that both looked them up and
   * wrote would open a savepoint, at which the index writes all it has gathered, for each text.
   */
  private static Map<String, Long> numbers(Tx tx, long generation, List<String> keys) {
    Map<String, Long> numbers = HashMap.newHashMap(keys.size());
    for (List<String> some : InList.parts(keys)) {
      InList these = InList.of("record_key", some);
      List<@Nullable Object> args = new ArrayList<>();
      args.add(generation);
      args.addAll(Arrays.asList(these.args()));
      tx.each(
          "SELECT record_key, number FROM records WHERE generation = ? AND " + these.condition(),
          row -> {
            numbers.put(row.string("record_key"), row.number("number"));
            return true;
          },
          args.toArray());
    }
    return numbers;
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
  public boolean wantsTidying() {
    return true;
  }

  @Override
  public boolean tidy(Tx tx) {
    long before = changes(tx);
    tx.update("INSERT INTO record_texts (record_texts, rank) VALUES ('merge', ?)", MERGED_PAGES);
    // Where nothing was to be merged only the statement itself counts (sqlite.org/fts5.html, 6.8).
    return changes(tx) - before >= 2;
  }

  private static long changes(Tx tx) {
    return tx.number("SELECT total_changes() AS n");
  }

  @Override
  public void each(Tx tx, long generation, List<String> runs, int max, Predicate<Row> taker) {
    String all = runs.stream().map(SqliteTextIndex::quoted).collect(Collectors.joining(" AND "));
    tx.each(
        """
        SELECT r.* FROM (SELECT rowid AS number FROM record_texts WHERE record_texts MATCH ?
            ORDER BY rowid DESC LIMIT ?) f
          CROSS JOIN records r ON r.number = f.number
         WHERE r.generation = ? AND r.deleted = 0
        """,
        taker,
        quoted(mark(generation)) + " AND ((" + all + ") OR " + quoted(LONG) + ")",
        max,
        generation);
  }

  private static String quoted(String run) {
    return '"' + run.replace("\"", "\"\"") + '"';
  }
}
