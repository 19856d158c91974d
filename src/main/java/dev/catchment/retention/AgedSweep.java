package dev.catchment.retention;

import dev.catchment.db.Database;
import dev.catchment.db.Tx;

/**
 * Removes the rows of one table that are older than a time. It looks before it writes, so that a
 * round that finds none costs no transaction.
 *
 * @param before what is older than this goes, milliseconds since 1970
 */
record AgedSweep(Database database, long before, Look look, Removal removal) implements Task {
  /** Whether there is any that is older than that time, in milliseconds since 1970. */
  @FunctionalInterface
  interface Look {
    boolean any(Tx tx, long before);
  }

  /** Removes some that are older than that time, at most {@code max} rows. */
  @FunctionalInterface
  interface Removal {
    int some(Tx tx, long before, int max);
  }

  @Override
  public Outcome slice(Lease lease) {
    if (!database.read(tx -> look.any(tx, before))) {
      return Outcome.DONE;
    }
    lease.write(tx -> removal.some(tx, before, EventSweep.SLICE_ROWS_MAX));
    return Outcome.REMOVED;
  }
}
