package dev.catchment.access;

import dev.catchment.db.Tx;

/** The table of organizations. */
public final class Organizations {
  private Organizations() {}

  /**
   * Makes transactions that decide by what the whole organization has wait for each other until
   * they end.
   */
  public static void lock(Tx tx, String id) {
    tx.update("UPDATE organizations SET name = name WHERE id = ?", id);
  }
}
