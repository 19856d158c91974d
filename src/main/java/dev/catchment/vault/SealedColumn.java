package dev.catchment.vault;

import java.util.regex.Pattern;

/**
 * A column whose texts are sealed, each for the row it stands in.
 *
 * @param table the table, in small letters
 * @param key the column that alone tells its rows apart; a text
 * @param column the sealed column; null in a row without a secret
 */
public record SealedColumn(String table, String key, String column) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  /** Refuses what is not three plain names, because they become part of statements. */
  public SealedColumn {
    for (String name : new String[] {table, key, column}) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("Not the name of a table or column: " + name);
      }
    }
  }

  /** A column of a table whose rows are told apart by {@code id}. */
  public SealedColumn(String table, String column) {
    this(table, "id", column);
  }

  /** {@code <table>.<column>}: part of what each of its texts is sealed with. */
  public String name() {
    return table + "." + column;
  }
}
