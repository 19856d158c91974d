package dev.catchment.db;

import dev.catchment.base.Failure;
import java.sql.SQLException;
import java.util.Set;

/** Turns what a driver throws into what a caller can act on. */
final class Faults {
  private static final int SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
  private static final int SQLITE_CONSTRAINT_UNIQUE = 2067;

  /** SQLite's primary codes for a disk or file that cannot serve now (sqlite.org/rescode.html). */
  private static final Set<Integer> SQLITE_AWAY = Set.of(5, 10, 13, 14, 26);

  private Faults() {}

  static RuntimeException translate(SQLException e) {
    if (isDuplicate(e)) {
      return new DuplicateKey(String.valueOf(e.getMessage()), e);
    }
    if (isAway(e)) {
      return Failure.unavailable(e);
    }
    return new IllegalStateException("SQL failed: " + e.getMessage(), e);
  }

  /** True when the same transaction may well succeed if it is simply run again. */
  static boolean isTransient(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.equals("40001") || state.equals("40P01") || state.equals("55P03");
  }

  private static boolean isDuplicate(SQLException e) {
    return "23505".equals(e.getSQLState())
        || (e instanceof org.sqlite.SQLiteException sqlite
            && (sqlite.getResultCode().code == SQLITE_CONSTRAINT_PRIMARYKEY
                || sqlite.getResultCode().code == SQLITE_CONSTRAINT_UNIQUE));
  }

  /** Connection lost or refused, server starting or stopping, resources exhausted, disk trouble. */
  private static boolean isAway(SQLException e) {
    if (e instanceof org.sqlite.SQLiteException sqlite) {
      return SQLITE_AWAY.contains(sqlite.getResultCode().code & 0xFF);
    }
    String state = String.valueOf(e.getSQLState());
    return e instanceof java.sql.SQLTransientConnectionException
        || state.startsWith("08")
        || state.startsWith("53")
        || state.startsWith("57P")
        || state.startsWith("40")
        || state.equals("55P03")
        || state.equals("25P03")
        || state.equals("25006");
  }
}
