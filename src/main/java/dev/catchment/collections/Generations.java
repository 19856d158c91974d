package dev.catchment.collections;

import dev.catchment.db.Tx;

/** The numbers under which records stand. */
final class Generations {
  private Generations() {}

  /** A number that no other generation of records ever has. */
  static long make(Tx tx, String collectionId) {
    return tx.number(
        "INSERT INTO generations (collection_id) VALUES (?) RETURNING id AS n", collectionId);
  }
}
