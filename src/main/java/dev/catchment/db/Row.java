package dev.catchment.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** One row of an answer, read by column name. Valid only while its reader runs. */
public final class Row {
  private final ResultSet results;

  Row(ResultSet results) {
    this.results = results;
  }

  /** Turns a row into a value. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(Row row);
  }

  /** The text of a column that is never null. */
  public String string(String column) {
    String value = find(column);
    if (value == null) {
      throw new IllegalStateException("Column " + column + " is null");
    }
    return value;
  }

  /** The text of a column, or null. */
  public @Nullable String find(String column) {
    try {
      return results.getString(column);
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }

  /** The number of a column that is never null. */
  public long number(String column) {
    try {
      return results.getLong(column);
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }

  /** The number of a column, or null. */
  public @Nullable Long findNumber(String column) {
    try {
      long value = results.getLong(column);
      return results.wasNull() ? null : value;
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }

  /** The number of a column that is never null and fits 32 bits. */
  public int integer(String column) {
    return Math.toIntExact(number(column));
  }

  /** A column that holds 0 or 1. */
  public boolean flag(String column) {
    return number(column) != 0;
  }

  /** The bytes of a column, or null. */
  public byte @Nullable [] bytes(String column) {
    try {
      return results.getBytes(column);
    } catch (SQLException e) {
      throw Faults.translate(e);
    }
  }
}
